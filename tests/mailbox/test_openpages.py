"""Pages are open for as long as they say so."""

import pytest

from app.mailbox.openpages import OpenPages


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("app.mailbox.openpages.time.monotonic", lambda: now[0])
    return now


def test_a_page_is_open_until_it_is_left(clock):
    pages = OpenPages()
    assert not pages
    pages.heard("a")
    pages.heard("b")
    pages.left("b")
    pages.left("never there")
    clock[0] += 10
    assert pages
    pages.left("a")
    assert pages, "the next page may be on its way"
    clock[0] += 7
    assert not pages


def test_one_that_falls_silent_is_no_longer_open(clock):
    pages = OpenPages()
    pages.heard("a")
    clock[0] += 60  # a hidden page speaks once a minute
    assert pages
    clock[0] += 16
    assert not pages
    pages.heard("a")
    assert pages


def test_whoever_asks_now_and_then_has_a_page_open(clock):
    pages = OpenPages()
    pages.glanced()
    clock[0] += 15
    assert pages
    pages.glanced()
    clock[0] += 15
    assert pages
    clock[0] += 6
    assert not pages


def test_of_names_without_end_the_newest_are_kept(clock):
    pages = OpenPages()
    for name in range(10_000):
        pages.heard(str(name))
    assert len(pages._heard) <= 64
    pages.left("9999")
    clock[0] += 30
    assert pages
