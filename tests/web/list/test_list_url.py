"""Addresses of the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.list.list_url import ListState, current_list


@pytest.mark.parametrize(
    ("state", "more", "href"),
    [
        (ListState(), {}, "/mailbox"),
        (ListState("-size", 1), {"tab": None}, "/mailbox"),
        (ListState("date", 3), {}, "/mailbox?sort=date&page=3"),
        (ListState("date", 3), {"lines": 5}, "/mailbox?sort=date&page=3&lines=5"),
        (ListState(q="from:a b"), {}, "/mailbox?q=from%3Aa+b"),
        (ListState(), {"tab": "a&b"}, "/mailbox?tab=a%26b"),
    ],
)
def test_addresses_say_only_what_is_not_as_usual(state, more, href):
    assert state.href(**more) == href


@pytest.mark.parametrize(
    ("url", "state", "id"),
    [
        ("http://localhost/mailbox", ListState(), ""),
        ("http://localhost/mailbox?sort=date&page=2", ListState("date", 2), ""),
        ("/mailbox/messages/abc?page=2", ListState("-size", 2), "abc"),
        ("http://localhost/mailbox?sort=colour", ListState(), ""),
        ("http://localhost/mailbox?page=0", ListState(), ""),
        ("http://localhost/elsewhere/mailbox/messages/abc", ListState(), ""),
        ("http://[", ListState(), ""),
        ("", ListState(), ""),
    ],
)
def test_where_a_click_came_from(url, state, id):
    assert current_list(url) == (state, id)


@given(st.text())
def test_no_address_breaks_it(url):
    state, _ = current_list(url)
    assert state.page >= 1


@given(st.sampled_from(["-size", "date", "subject"]), st.integers(1, 10**9), st.text())
def test_an_address_leads_back_to_where_it_was_made(sort, page, q):
    state = ListState(sort, page, q)
    assert current_list("http://localhost" + state.href("/mailbox/messages/x")) == (state, "x")
