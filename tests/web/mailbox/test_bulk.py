"""Many marks at once: set, taken back, undone; by htmx and without."""

import html
import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.mailbox.test_routes import Visit, visit
from tests.web.visiting import heading, words

__all__ = ["visit"]


def fields(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts there."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page.text, re.DOTALL)
    assert form is not None, action
    found = re.findall(r'name="(\w+)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in found}


async def marked(visit: Visit) -> int:
    return int((await visit.script.get("/stat"))["marked"]["messages"])


async def test_a_filter_is_marked_whole_and_undone_without_javascript(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[0])
    page = await visit.browser.open("/mailbox?q=larger:3M")
    assert "3 match, 18.3 MB" in words(page)
    assert "Mark all 3 for deletion" in words(page)
    page = await visit.browser.send(
        "/mailbox/mark-matching", q="larger:3M", count="3", back="/mailbox?q=larger:3M"
    )
    assert str(page.url) == "http://localhost/mailbox?q=larger:3M"
    assert "3 messages, 18.3 MB marked for deletion. 2 of them just now." in words(page)
    again = await visit.browser.open("/mailbox")
    page = await visit.browser.send("/mailbox/undo", **fields(again, "/mailbox/unmark-all"))
    assert "1 message, 10.0 MB marked for deletion." in words(page)
    assert 'formaction="/mailbox/undo"' not in page.text
    late = await visit.browser.send("/mailbox/undo", **fields(again, "/mailbox/unmark-all"))
    assert late.status_code == 409
    assert heading(late) == "It is too late for that."
    assert await marked(visit) == 1
    assert visit.fake.count("DELE") == 0


async def test_what_is_gone_meanwhile_is_passed_over_and_said_so(visit):
    page = await visit.browser.send("/mailbox/mark", id=[visit.ids[0], "gone", "also-gone"])
    assert "1 message, 10.0 MB marked for deletion." in words(page)
    assert "2 of the chosen messages are not in the mailbox any more." in words(page)
    page = await visit.browser.send("/mailbox/mark", id=["gone"])
    assert "Nothing new was marked." in words(page)
    assert 'formaction="/mailbox/undo"' not in page.text
    page = await visit.browser.send("/mailbox/dismiss", **fields(page, "/mailbox/unmark-all"))
    assert "Nothing new was marked" not in words(page)


async def test_nothing_ticked_is_told(visit):
    page = await visit.browser.send("/mailbox/mark", back="/mailbox?sort=subject")
    assert page.status_code == 422
    assert heading(page) == "Nothing is ticked."
    assert '<option value="subject" selected>' in page.text


@pytest.mark.parametrize("count", ["2", "4", "", "x", "3 "])
@pytest.mark.parametrize("path", ["/mailbox/mark-matching", "/mailbox/mark"])
async def test_another_number_than_was_shown_is_asked_about_again(visit, path, count):
    sent = {"q": "larger:3M", "count": count, "every": "1", "back": "/mailbox?q=larger:3M"}
    page = await visit.browser.send(path, **sent)
    assert page.status_code == 409
    assert "Nothing was marked." in heading(page)
    assert "3 messages match now." in words(page)
    assert "Mark all 3 for deletion" in words(page)
    answer = await visit.htmx(path, "/mailbox?q=larger:3M", **sent)
    assert answer.status_code == 409
    assert answer.headers["hx-reswap"] == "none"
    assert "Nothing was marked." in heading(answer)
    assert 'name="count" value="3"' in answer.text
    assert await marked(visit) == 0


async def test_what_is_selected_over_many_pages_comes_in_one_field(visit):
    told = await visit.http.get("/mailbox/matching", params={"q": "larger:3M"})
    assert told.headers["content-type"].startswith("text/plain")
    assert sorted(told.text.split(" ")) == sorted(visit.ids[:3])
    many = " ".join([*visit.ids[:3], *(f"gone{n}" for n in range(5000))])
    page = await visit.browser.send("/mailbox/mark", id=many)
    assert "3 messages, 18.3 MB marked for deletion." in words(page)
    assert "5,000 of the chosen messages are not in the mailbox any more." in words(page)
    page = await visit.browser.send("/mailbox/export", id=" ".join(visit.ids[:2]))
    assert "2 messages" in words(page)
    assert f'name="id" value="{visit.ids[0]} {visit.ids[1]}"' in page.text


async def test_too_many_are_not_named(visit, monkeypatch):
    monkeypatch.setattr("app.web.mailbox.bulk.MOST_NAMED", 2)
    told = await visit.http.get("/mailbox/matching", params={"q": "larger:3M"})
    assert (told.status_code, told.text) == (204, "")
    assert (await visit.http.get("/mailbox/matching", params={"q": "x:y"})).status_code == 422


async def test_a_filter_that_makes_no_sense_marks_nothing(visit):
    page = await visit.browser.send("/mailbox/mark-matching", q="colour:red", count="5")
    assert page.status_code == 422
    assert await marked(visit) == 0


async def test_with_htmx_the_rows_on_the_screen_change_and_no_others(visit):
    sent: dict[str, Any] = {"id": visit.ids[:3], "shown": visit.ids[1:4]}
    answer = await visit.htmx("/mailbox/mark", f"/mailbox/messages/{visit.ids[4]}", **sent)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert re.findall(r'<li id="m-([\w-]+)" class="row( marked)?', answer.text) == [
        (visit.ids[1], " marked"),
        (visit.ids[2], " marked"),
        (visit.ids[3], ""),
    ]
    for part in ("tray", "chip", "status", f"act-{visit.ids[4]}"):
        assert f'id="{part}"' in answer.text
    answer = await visit.htmx("/mailbox/undo", **fields(answer, "/mailbox/unmark-all"))
    assert await marked(visit) == 0
    assert 'formaction="/mailbox/undo"' not in answer.text
    assert 'action="/mailbox/unmark-all"' in answer.text  # its own answer may still be under way


async def test_unmarking_all_is_undone(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    page = await visit.browser.send("/mailbox/unmark-all")
    assert "2 messages, 15.0 MB, are not marked any more. Mark again" in words(page)
    await visit.browser.send("/mailbox/undo", **fields(page, "/mailbox/unmark-all"))
    assert await marked(visit) == 2


@pytest.mark.parametrize("change", ["", "-1", "x", "\u0661", "9" * 5000])
async def test_an_undo_of_nothing_changes_nothing(visit, change):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    for path in ("/mailbox/undo", "/mailbox/dismiss"):
        page = await visit.browser.send(path, change=change)
        assert page.status_code in {200, 409, 422}
    assert await marked(visit) == 2


async def test_all_that_match_are_saved_too(visit):
    page = await visit.browser.send("/mailbox/export", every="1", q="larger:3M", id=visit.ids[0])
    assert str(page.url) == "http://localhost/mailbox/export?q=larger%3A3M"
    assert "3 messages" in words(page)


# Dry run and marking


TERMS = st.sampled_from(
    ["larger:3M", "smaller:4M", "-larger:9M", "person", "subject:letter", "from:p2@", "-letter",
     '"letter 3"', "is:marked", "-is:marked", "older:1d", "newer:20y", "before:2026-03-03",
     "after:2026-03-02", "has:attachment", "-has:attachment", "to:nobody"]
)  # fmt: skip


@given(st.lists(TERMS, min_size=1, max_size=4).map(" ".join), st.sets(st.integers(0, 4)))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_dry_run_marking_and_the_page_always_agree(visit, q, before):
    async def start() -> None:
        await visit.script.post("/rset")
        if before:
            await visit.script.post("/dele", {"ids": [visit.ids[n] for n in before]})

    await start()
    page = await visit.http.get("/mailbox", params={"q": q})
    shown = re.findall(r'<li id="m-([\w-]+)"', page.text)
    listed = (await visit.script.get("/list?" + str(httpx.QueryParams(q=q))))["messages"]
    dry = await visit.script.post("/dele", {"q": q, "dry_run": True})
    assert await marked(visit) == len(before)
    real = await visit.script.post("/dele", {"q": q})
    expected = {visit.ids[n] for n in before} | set(shown)
    assert dry["matched"] == real["matched"]
    assert dry["matched"]["messages"] == len(shown) == len(listed)
    assert await marked(visit) == len(expected)

    await start()
    answer = await visit.browser.send("/mailbox/mark-matching", q=q, count=str(len(shown)))
    assert answer.status_code == 200
    now = (await visit.script.get("/list?per_page=1000"))["messages"]
    assert {message["id"] for message in now if message["marked"]} == expected
