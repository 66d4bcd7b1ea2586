"""The review, the commit and its receipt, without JavaScript and with htmx; the receipt's files."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.mailbox import commit, receipts
from app.mailbox.commit import delete_and_quit
from app.web.review import page as outcome
from tests.support.maildrop import FakeMaildrop
from tests.support.scripted import ScriptedServer
from tests.web.mailbox.test_routes import Visit, letters, visiting
from tests.web.visiting import Browser, heading, http_to, running, words


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting() as found:
        yield found


async def test_the_review_shows_all_that_goes_and_the_receipt_what_went(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:3])
    page = await visit.browser.open("/mailbox/review")
    text = words(page)
    assert "Delete 3 messages, 18.3 MB?" in text
    assert [f"letter {n}" in text for n in range(1, 6)] == [True] * 3 + [False] * 2
    assert "Now 22.8 MB" in text
    assert "After 4.5 MB" in text
    assert visit.fake.count("DELE") == 0
    page = await visit.browser.commit(count="3")
    assert page.url.path == "/mailbox/receipt"
    text = words(page)
    assert "18.3 MB freed. All 3 messages are gone." in text
    assert text.count(" gone") >= 4
    assert visit.fake.count("DELE") == 3
    assert len(visit.fake.messages) == 2
    page = await visit.browser.open("/mailbox")
    assert "2 messages 4.5 MB" in words(page)
    again = await visit.browser.commit(count="0")
    assert again.status_code == 409
    assert heading(again) == "Nothing is marked."


@pytest.mark.parametrize(
    "shown",
    [{"count": "1"}, {"count": "3"}, {"count": ""}, {"count": "two"}, {"seen": ""}, {"seen": "x"}],
)
async def test_only_what_the_review_showed_is_deleted(visit, shown):
    """Another tab has marked one more since: the person has not seen it, so nothing goes."""
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    page = await visit.browser.commit(**shown)
    assert page.status_code == 409
    assert "Nothing was deleted." in heading(page)
    assert "Delete 2 messages" in words(page)
    assert visit.fake.count("DELE") == 0
    assert len(visit.fake.messages) == 5


async def test_as_many_marks_as_the_review_showed_but_others_are_not_deleted(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    page = await visit.browser.open("/mailbox/review")
    seen = re.search(r'name="seen" value="(\w+)"', page.text)
    assert seen is not None
    await visit.script.ask("DELETE", f"/messages/{visit.ids[0]}/dele")  # in another tab
    await visit.script.post(f"/messages/{visit.ids[2]}/dele")
    page = await visit.browser.send("/mailbox/commit", count="2", seen=seen[1])
    assert page.status_code == 409
    assert visit.fake.count("DELE") == 0
    again = re.search(r'name="seen" value="(\w+)"', page.text)
    assert again is not None
    page = await visit.browser.send("/mailbox/commit", count="2", seen=again[1])
    assert "All 2 messages are gone." in words(page)
    left = (await visit.script.get("/list?sort=number"))["messages"]
    assert [message["id"] for message in left] == [visit.ids[n] for n in (0, 3, 4)]


async def test_a_commit_that_is_refused_is_a_conflict_and_shows_what_is_marked_now(visit):
    page = await visit.browser.commit(count="0")
    assert (page.status_code, heading(page)) == (409, "Nothing is marked.")
    assert "Nothing is marked" in words(page)
    await visit.browser.send("/mailbox/mark", id=visit.ids[:3])
    await visit.browser.open("/mailbox/review")
    await visit.script.post("/session/release", status=204)
    del visit.fake.messages[0]  # by another program
    page = await visit.browser.commit()
    assert page.status_code == 409
    assert heading(page) == "The mailbox has changed in the meantime. Nothing was deleted."
    assert "Delete 2 messages, " in words(page)
    assert visit.fake.count("DELE") == 0
    page = await visit.browser.commit()
    assert "All 2 messages are gone." in words(page)


async def test_copies_that_cannot_be_told_apart_are_a_conflict_in_pages_and_api(visit):
    visit.fake.messages[1] = visit.fake.messages[0]
    await visit.browser.send("/mailbox/refresh")
    first, *_ = await visit.script.ids()
    await visit.browser.send("/mailbox/mark", id=first)
    page = await visit.browser.commit()
    assert page.status_code == 409
    assert "cannot be told from others" in heading(page)
    assert "Delete 1 message" in words(page)
    assert (await visit.script.post("/quit", status=409))["code"] == "ambiguous"
    assert visit.fake.count("DELE") == 0


async def test_one_commit_at_a_time(visit, monkeypatch):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    begun, told = asyncio.Event(), asyncio.Event()
    delete = delete_and_quit

    async def slow(*given) -> Any:
        begun.set()
        await told.wait()
        return await delete(*given)

    monkeypatch.setattr(commit, "delete_and_quit", slow)
    first = asyncio.create_task(visit.browser.commit())
    await begun.wait()
    problem = await visit.script.post("/quit", status=409)
    assert (problem["code"], problem["title"]) == ("commit-failed", "Already deleting.")
    told.set()
    page = await first
    assert "All 2 messages are gone." in words(page)


async def test_what_the_server_would_not_delete_is_told_in_its_words(visit):
    visit.fake.quirks.refuse_dele = frozenset({1})
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    page = await visit.browser.commit(count="2")
    text = words(page)
    assert "1 of 2 messages is gone." in text
    assert "still there -ERR [SYS/PERM] this message may not be deleted" in text
    assert "Try the one left again" in text
    review = await visit.browser.open("/mailbox/review")
    assert "Delete 1 message, 10.0 MB?" in words(review)


async def test_what_the_server_agreed_to_and_did_not_do_is_told(visit):
    visit.fake.quirks.quit_deletes = False
    await visit.browser.send("/mailbox/mark", id=visit.ids[:1])
    text = words(await visit.browser.commit(count="1"))
    assert "Nothing was deleted." in text
    assert "still there The server agreed to delete it and did not do it." in text
    table = (await visit.http.get("/mailbox/receipt.csv")).text
    assert ",the server agreed and did not do it," in table
    told = (await visit.http.get("/mailbox/receipt.json")).json()
    reason = "the server agreed and did not do it"
    assert told["still_there"] == [{"id": visit.ids[0], "reason": reason, "agreed": True}]


async def test_what_could_not_be_checked_is_not_called_gone(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    visit.fake.quirks.quit_reply = None
    visit.fake.quirks.refuse_login = b"-ERR [SYS/TEMP] not now"
    page = await visit.browser.commit(count="2")
    text = words(page)
    assert "Not verified." in text
    assert "QUIT was not answered. -ERR [SYS/TEMP] not now" in text
    assert "freed" not in text


async def test_a_commit_that_fails_before_quit_deletes_nothing_and_keeps_the_marks(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    visit.fake.quirks.close_at = "DELE"
    page = await visit.browser.commit(count="2")
    assert page.status_code == 502
    assert "Nothing was deleted, and your marks are kept." in words(page)
    visit.fake.quirks.close_at = None
    assert len(visit.fake.messages) == 5
    assert "Delete 2 messages" in words(await visit.browser.open("/mailbox/review"))


async def test_one_mark_is_taken_back_in_the_review(visit):
    first, second, *_ = visit.ids
    await visit.browser.send("/mailbox/mark", id=[first, second])
    page = await visit.browser.open("/mailbox/review")
    assert "<title>2 marked · Review · anna · Popscope</title>" in page.text
    page = await visit.browser.send(f"/mailbox/review/unmark/{first}")
    assert page.url.path == "/mailbox/review"
    assert "Delete 1 message, 5.0 MB?" in words(page)
    answer = await visit.htmx(f"/mailbox/review/unmark/{second}", "/mailbox/review")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Nothing is marked" in words(answer)
    assert "Unmarked: letter 2" in words(answer)
    assert "<title>Review · anna · Popscope</title>" in answer.text
    assert visit.fake.count("DELE") == 0


async def test_the_number_that_htmx_shows_is_the_number_that_is_confirmed(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:3])
    answer = await visit.htmx(f"/mailbox/review/unmark/{visit.ids[0]}", "/mailbox/review")
    assert "Delete 2 messages for good" in words(answer)
    assert 'name="count" value="2"' in answer.text
    page = await visit.browser.commit(count="2")
    assert "All 2 messages are gone." in words(page)
    assert len(visit.fake.messages) == 3


async def test_what_is_not_in_the_mailbox_cannot_be_unmarked(visit):
    answer = await visit.htmx("/mailbox/review/unmark/nosuchthing", "/mailbox/review")
    assert answer.status_code == 404
    assert heading(answer) == "This message is not in the mailbox."
    page = await visit.browser.send("/mailbox/review/unmark/nosuchthing")
    assert page.status_code == 404
    assert heading(page) == "This message is not in the mailbox."


async def test_the_newest_mark_is_taken_back_first(visit):
    first, second, third, *_ = visit.ids
    for id in (second, first, third):
        await visit.browser.send(f"/mailbox/messages/{id}/mark")
    answer = await visit.htmx("/mailbox/unmark-last")
    assert f'id="m-{third}"' in answer.text
    assert "Unmarked: letter 3" in words(answer)
    page = await visit.browser.send("/mailbox/unmark-last", back="/mailbox?sort=size")
    assert str(page.url) == f"http://localhost/mailbox?sort=size#m-{first}"
    assert (await visit.script.get("/session"))["marked"]["messages"] == 1
    await visit.browser.send("/mailbox/unmark-last")
    assert (await visit.script.get("/session"))["marked"]["messages"] == 0
    assert (await visit.htmx("/mailbox/unmark-last")).status_code == 204
    assert (await visit.browser.send("/mailbox/unmark-last")).url.path == "/mailbox"


async def test_a_long_review_and_a_long_receipt_show_the_first_and_count_the_rest(
    visit, monkeypatch
):
    monkeypatch.setattr(outcome, "_ROWS", 2)
    visit.fake.quirks.refuse_dele = frozenset({5})
    await visit.browser.send("/mailbox/mark", id=visit.ids)
    page = await visit.browser.open("/mailbox/review")
    text = words(page)
    assert "Delete 5 messages" in text
    assert "3 smaller messages are marked for deletion as well." in text
    assert 'href="/mailbox?q=is%3Amarked"' in page.text
    assert ("letter 2" in text, "letter 3" in text) == (True, False)
    page = await visit.browser.commit(count="5")
    text = words(page)
    assert "3 more messages are not shown here" in text
    assert text.index("letter 5") < text.index("letter 1")  # what is not gone comes first
    assert (
        len(list(csv.reader(io.StringIO((await visit.http.get("/mailbox/receipt.csv")).text)))) == 6
    )


async def test_the_receipt_is_there_as_files_and_after_a_reload_and_a_release(visit):
    visit.fake.quirks.refuse_dele = frozenset({1})
    await visit.browser.send("/mailbox/mark", id=visit.ids[:2])
    page = await visit.browser.commit(count="2")
    assert "<title>1 marked · 1 of 2 gone · anna · Popscope</title>" in page.text
    await visit.browser.send("/mailbox/release")
    again = await visit.browser.open("/mailbox/receipt")
    assert words(again) == words(page)
    table = await visit.http.get("/mailbox/receipt.csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert {row["subject"]: (row["result"], row["reason"]) for row in rows} == {
        "letter 2": ("gone", ""),
        # the server's words begin with a hyphen
        "letter 1": ("still there", "'-ERR [SYS/PERM] this message may not be deleted"),
    }
    told = (await visit.http.get("/mailbox/receipt.json")).json()
    assert told["deleted"] == [visit.ids[1]]
    assert told["still_there"] == [
        {
            "id": visit.ids[0],
            "reason": "-ERR [SYS/PERM] this message may not be deleted",
            "agreed": False,
        }
    ]
    for answer in (table, await visit.http.get("/mailbox/receipt.json")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith("attachment")


async def test_earlier_receipts_of_the_session_are_kept(visit):
    for id in visit.ids[:2]:
        await visit.browser.send("/mailbox/mark", id=id)
        page = await visit.browser.commit(count="1")
    assert "5.0 MB freed. The message is gone." in words(page)
    assert 'href="/mailbox/receipt?number=1"' in page.text
    first = await visit.browser.open("/mailbox/receipt?number=1")
    assert "10.0 MB freed. The message is gone." in words(first)
    assert 'href="/mailbox/receipt.csv?number=1"' in first.text
    for path, second in (
        ("?number=1", False),
        ("?number=2", True),
        ("", True),
        ("?number=9", True),
    ):
        told = (await visit.http.get(f"/mailbox/receipt.json{path}")).json()
        assert told["deleted"] == [visit.ids[1 if second else 0]]
        table = (await visit.http.get(f"/mailbox/receipt.csv{path}")).text
        assert ("letter 2" in table, "letter 1" in table) == (second, not second)
    assert (await visit.http.get("/mailbox/receipt?number=x")).status_code == 422


async def test_only_so_many_receipts_are_kept(visit, monkeypatch):
    monkeypatch.setattr(receipts, "_RECEIPTS", 2)
    for id in visit.ids[:4]:
        await visit.browser.send("/mailbox/mark", id=id)
        page = await visit.browser.commit(count="1")
    assert re.findall(r"/mailbox/receipt\?number=(\d+)", page.text) == ["3"]
    assert "number=4" in page.text


@pytest.mark.parametrize("path", ["receipt", "receipt.csv", "receipt.json"])
async def test_without_a_commit_there_is_no_receipt(visit, path):
    page = await visit.browser.open(f"/mailbox/{path}")
    assert page.url.path == "/mailbox"


async def test_the_last_receipts_are_one_link_away_on_every_page_and_say_the_dates(visit):
    browser = visit.browser
    assert "/mailbox/receipts" not in (await browser.open("/mailbox")).text
    none = await browser.open("/mailbox/receipts")
    assert "Nothing was deleted in this session yet." in words(none)
    for id in visit.ids[:2]:
        await browser.send("/mailbox/mark", id=[id])
        await browser.commit()
    for path in ("/mailbox", "/mailbox/review", "/mailbox/console", "/mailbox/receipt"):
        assert 'href="/mailbox/receipts"' in (await browser.open(path)).text, path
    page = await browser.open("/mailbox/receipts")
    links = re.findall(r'href="(/mailbox/receipt\?number=\d)"', page.text)
    assert links == ["/mailbox/receipt?number=2", "/mailbox/receipt?number=1"]
    assert words(page).count("1 of 1 gone") == 2
    receipt = await browser.open(links[1])
    assert re.search(r'<time datetime="2\d{3}-\d\d-\d\dT[^"]*" title=', receipt.text)
    assert re.search(r"<textarea[^>]* readonly[^>]*>\n?anna", receipt.text)


@pytest.mark.parametrize(("asks", "between"), [("de-DE,de", ";"), ("en-US", ","), (None, ",")])
async def test_the_csv_is_for_the_spreadsheets_of_the_region(visit, asks, between):
    await visit.browser.send("/mailbox/mark", id=visit.ids[:1])
    await visit.browser.commit()
    headers = {"Accept-Language": asks} if asks else {}
    file = (await visit.http.get("/mailbox/receipt.csv", headers=headers)).text
    head, row = csv.reader(io.StringIO(file.removeprefix("\ufeff")), delimiter=between)
    assert head == ["result", "octets", "from", "subject", "date", "reason", "checked"]
    assert re.match(r"2\d{3}-", row[4])


async def test_a_review_of_one_mailbox_confirms_nothing_in_another():
    """Two mailboxes have the same UIDLs; the browser has changed from one to the other since."""
    ours, theirs = FakeMaildrop(letters()), FakeMaildrop(letters())
    async with (
        ScriptedServer(ours) as here,
        ScriptedServer(theirs) as there,
        running() as app,
        http_to(app) as http,
    ):
        browser = Browser(http)

        async def marked(at: ScriptedServer, user: str) -> tuple[list[str], dict[str, str]]:
            page = await browser.sign_in(at, user)
            ids = re.findall(r'<li id="m-([\w-]+)"', page.text)
            await browser.send("/mailbox/mark", id=ids[:2])
            page = await browser.open("/mailbox/review")
            return ids, dict(re.findall(r'name="(count|seen)" value="(\w+)"', page.text))

        first, drawn = await marked(here, "anna")
        await browser.send("/signout", anyway="2")
        second, _ = await marked(there, "anna")
        assert not set(first) & set(second)
        page = await browser.commit(**drawn)
        assert page.status_code == 409
        assert "Nothing was deleted." in heading(page)
        await browser.send("/mailbox/mark", id=first[2:])
        assert "Delete 2 messages" in words(await browser.open("/mailbox/review"))
        await browser.send("/signout", anyway="2")
        third, _ = await marked(there, "bob")
        assert not set(second) & set(third)
        assert (ours.count("DELE"), theirs.count("DELE")) == (0, 0)
