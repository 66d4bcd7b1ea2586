"""Many messages in one file: ticked, filtered, all; what it says of itself while it goes."""

import asyncio
import io
import mailbox
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.scripted import ScriptedServer
from tests.web.visiting import QUICK, Browser, Script, heading, http_to, running, words


def letter(number: int, octets: int) -> bytes:
    head = b"From: s%d@example.org\r\nSubject: letter/%d\r\n\r\n" % (number, number)
    return head + b"From now on\r\n" + b"x" * (octets - len(head) - 15) + b"\r\n"


ATTACHED = (
    b"From: shop@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nhello\r\n'
    b'--b\r\nContent-Type: text/csv; name="a.csv"\r\nContent-Disposition: attachment\r\n\r\n'
    b"1,2\r\n--b--\r\n"
)
MAIL = [letter(1, 100), letter(2, 2000), letter(3, 300)]


class Shelf:
    def __init__(self, fake: FakeMaildrop, http: httpx.AsyncClient, ids: list[str]) -> None:
        self.fake, self.http, self.ids = fake, http, ids
        self.browser = Browser(http)

    async def tick(self, *numbers: int) -> httpx.Response:
        """Save selected…, as the list's form sends it."""
        return await self.browser.send("/mailbox/export", id=[self.ids[n - 1] for n in numbers])

    async def progress(self) -> str:
        return words(await self.http.get("/mailbox/export/progress"))


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    """Three letters whose headers are known."""
    fake = FakeMaildrop(map(FakeMessage, MAIL), quirks=Quirks())
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        script = Script(http, http.cookies["popscope"])
        while (await script.get("/list?q=from:s"))["undecided"]:  # noqa: ASYNC110 -- seen from outside
            await asyncio.sleep(0.01)
        found = Shelf(fake, http, await script.ids())
        await found.browser.open("/mailbox")
        yield found


def unzipped(answer: httpx.Response) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


async def test_all_messages_are_offered_where_nothing_was_chosen(shelf):
    page = await shelf.browser.open("/mailbox/export")
    assert "Save all 3 messages, 2.4 KB" in words(page)
    assert 'name="id"' not in page.text
    answer = await shelf.browser.send("/mailbox/export/file", form="zip")
    assert list(unzipped(answer).values()) == MAIL
    assert shelf.fake.count("DELE") == 0


async def test_what_was_ticked_is_saved_and_nothing_else(shelf):
    page = await shelf.tick(3, 1)
    assert "Save 2 messages, 400 B" in words(page)
    assert f'name="id" value="{shelf.ids[2]} {shelf.ids[0]}"' in page.text
    assert shelf.ids[1] not in page.text
    ids = f"{shelf.ids[2]} {shelf.ids[0]}"
    answer = await shelf.browser.send("/mailbox/export/file", form="zip", id=ids)
    assert list(unzipped(answer).items()) == [
        ("s3@example.org - letter 3.eml", MAIL[2]),
        ("s1@example.org - letter 1.eml", MAIL[0]),
    ]


async def test_what_is_marked_can_be_reviewed_after_saving(shelf):
    assert "Review and delete" not in words(await shelf.tick(1))
    await shelf.browser.send("/mailbox/mark", id=shelf.ids[1:])
    page = await shelf.tick(1)
    assert '<a class="button" href="/mailbox/review">Review and delete 2 messages</a>' in page.text


async def test_an_mbox_holds_the_messages_and_says_so_in_its_name(shelf, tmp_path: Path):
    before = datetime.now(UTC)
    answer = await shelf.browser.send("/mailbox/export/file", form="mbox")
    assert answer.headers["content-type"] == "application/mbox"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    name = unquote(disposition.partition("UTF-8''")[2])
    assert name in {f"anna {day.astimezone().date()}.mbox" for day in (before, datetime.now(UTC))}
    assert "set-cookie" not in answer.headers
    file = tmp_path / "all.mbox"
    file.write_bytes(answer.content)
    box = mailbox.mbox(file, create=False)
    assert [message["Subject"] for message in box] == ["letter/1", "letter/2", "letter/3"]
    assert answer.content.count(b">From now on") == 3
    box.close()


async def test_one_message_is_one(shelf):
    page = await shelf.tick(2)
    assert "Save 1 message, 2.0 KB" in words(page)


async def test_nothing_ticked_is_told(shelf):
    page = await shelf.browser.send("/mailbox/export")
    assert page.status_code == 422
    assert "Tick the messages to save first." in words(page)


async def test_what_vanished_meanwhile_is_passed_over_and_never_becomes_everything(shelf):
    page = await shelf.browser.send("/mailbox/export", id=["gone", shelf.ids[0]])
    assert "Save 1 message, 100 B" in words(page)
    page = await shelf.browser.send("/mailbox/export", id="gone")
    assert "Save 0 messages" in words(page)
    assert "Save as zip" not in words(page)
    answer = await shelf.browser.send("/mailbox/export/file", form="zip", id="gone")
    assert answer.status_code == 422
    assert "There is no such message any more." in words(answer)
    assert shelf.fake.count("RETR") == 0


async def test_a_filter_chooses(shelf):
    page = await shelf.browser.open("/mailbox/export?q=larger:150B")
    assert "Save 2 messages, 2.3 KB" in words(page)
    assert '<input type="hidden" name="q" value="larger:150B">' in page.text
    answer = await shelf.browser.send("/mailbox/export/file", form="zip", q="larger:150B")
    assert list(unzipped(answer).values()) == MAIL[1:]
    page = await shelf.browser.open("/mailbox/export?q=subject:nothing")
    assert "Save 0 messages" in words(page)
    assert "Save as mbox" not in words(page)


async def test_a_filter_that_makes_no_sense_is_told_in_its_place_with_its_text(shelf):
    typed = 'larger:"<b>'
    page = await shelf.browser.open(f"/mailbox/export?q={typed}")
    assert page.status_code == 422
    assert heading(page) == "This filter is not valid."
    assert 'id="q" name="q" value="larger:&#34;&lt;b&gt;"' in page.text
    assert "<b>" not in page.text.partition('id="export"')[2]
    assert "Save as zip" not in words(page)
    answer = await shelf.browser.send("/mailbox/export/file", form="zip", q=typed)
    assert answer.status_code == 422
    assert shelf.fake.count("RETR") == 0


async def test_what_the_filter_cannot_decide_is_said():
    quirks = Quirks(top=False)
    fake = FakeMaildrop(map(FakeMessage, MAIL), quirks=quirks)
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        page = await browser.open("/mailbox/export?q=from:anybody")
        assert "Save 0 messages" in words(page)
        assert "3 more may match: their headers have not been read yet." in words(page)
        assert 'href="/mailbox/export?q=from%3Aanybody"' in page.text


@pytest.mark.parametrize("form", ["", "tar", "MBOX"])
async def test_a_kind_of_file_that_is_none_is_refused(shelf, form):
    answer = await shelf.browser.send("/mailbox/export/file", form=form)
    assert answer.status_code == 422
    assert shelf.fake.count("RETR") == 0


# How far it is


async def test_before_the_first_export_nothing_is_said(shelf):
    assert await shelf.progress() == ""


async def test_when_it_went_out_whole_that_is_said(shelf):
    await shelf.browser.send("/mailbox/export/file", form="mbox")
    assert await shelf.progress() == "The last file is complete: 3 messages."
    assert "every 700ms" not in (await shelf.http.get("/mailbox/export/progress")).text


async def test_while_it_runs_it_asks_on_and_then_tells_where_it_broke_off(shelf):
    quirks = shelf.fake.quirks
    quirks.stall_at = "RETR body"  # longer than the app has patience
    sending = asyncio.create_task(shelf.browser.send("/mailbox/export/file", form="mbox"))
    while not shelf.fake.count("RETR"):  # noqa: ASYNC110 -- seen from outside
        await asyncio.sleep(0.01)
    fragment = await shelf.http.get("/mailbox/export/progress")
    assert "0 of 3 messages, 0 B" in words(fragment)
    assert 'hx-trigger="every 700ms"' in fragment.text
    page = await shelf.browser.open("/mailbox/export")
    assert "0 of 3 messages, 0 B" in words(page)
    told = await sending  # nothing had gone out yet
    assert (told.status_code, heading(told)) == (504, "The mail server stopped answering.")
    assert await shelf.progress() == "The last file broke off after 0 of 3 messages. Start again."
    quirks.stall_at = None
    again = await shelf.browser.send("/mailbox/export/file", form="zip")
    assert list(unzipped(again).values()) == MAIL
    assert "complete" in await shelf.progress()


async def test_a_message_that_the_server_refuses_is_named(shelf):
    shelf.fake.quirks.replies = {"RETR": b"-ERR no such message\r\n"}
    told = await shelf.browser.send("/mailbox/export/file", form="zip", id=shelf.ids[:2])
    assert "refused this command" in heading(told)
    progress = await shelf.progress()
    assert progress.startswith("The last file broke off after 0 of 2 messages. The server refused")
    assert progress.endswith("and said -ERR no such message . Leave it out, and start again.")


async def test_what_has_vanished_is_counted(shelf):
    await shelf.browser.send("/mailbox/release", back="/mailbox")
    shelf.fake.messages.pop()
    answer = await shelf.browser.send("/mailbox/export/file", form="zip", id=shelf.ids)
    assert len(unzipped(answer)) == len(shelf.ids) - 1
    assert await shelf.progress() == (
        f"The last file is complete: {len(shelf.ids)} messages. "
        "1 of them was no longer there and is not in it."
    )


async def test_the_attachments_of_what_was_ticked_are_one_zip():
    drop = FakeMaildrop([*map(FakeMessage, MAIL), FakeMessage(ATTACHED), FakeMessage(ATTACHED)])
    async with ScriptedServer(drop) as server, running(QUICK) as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        browser, script = Browser(http), Script(http, http.cookies["popscope"])
        ids = await script.ids()
        page = await browser.send("/mailbox/export", id=ids)
        assert '<button name="form" value="attachments">' in page.text
        fields = {"form": "attachments", "id": ids}
        answer = await browser.send("/mailbox/export/file", **fields)
        assert answer.headers["content-type"] == "application/zip"
        assert unquote(answer.headers["content-disposition"]).endswith(".zip")
        assert unzipped(answer) == {"shop@example.org - a.csv": b"1,2"} | {
            "shop@example.org - a (2).csv": b"1,2"
        }
        said = words(await http.get("/mailbox/export/progress"))
        assert said == "The last file is complete: 2 attachments."
        answer = await script.ask("GET", "/export?q=from:shop&format=attachments")
        assert len(unzipped(answer)) == 2
        body = {"ids": ids[:3], "format": "attachments"}
        none = await script.post("/export", body, status=404)
        assert (none["code"], none["title"]) == ("no-such-part", "There is no attachment to save.")
        page = await browser.send("/mailbox/export/file", form="attachments", id=ids[:3])
        assert heading(page) == "There is no attachment to save."
        assert drop.count("DELE") == 0
