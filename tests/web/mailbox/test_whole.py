"""All of a message: fetched, called off, failed, too large; its HTML and its parts."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from app.web.reader.html_frame import BLOCKED_POLICY, SHOWN_POLICY
from tests.support import winmail as w
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.scripted import ScriptedServer
from tests.web.visiting import QUICK, SAME_ORIGIN, Browser, Script, heading, http_to, running, words

HTMX = {**SAME_ORIGIN, "HX-Request": "true"}
PACKED = w.tnef(w.file(b"inner.txt", b"abc"), w.file(b"..\\evil/x.bin", bytes(range(256))))
MARKUP = '<p>Hello</p><img src="https://img.example/1.png"><script>alert(1)</script>'
PARTS = {
    "page.html": (b"text/html", b"<script>alert(1)</script>"),
    "drawing.svg": (b"image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    "scan.pdf": (b"application/pdf", bytes(range(256)) * 400),
    "winmail.dat": (b"application/ms-tnef", PACKED),
}


def mixed() -> bytes:
    """A text, an HTML body, and the parts, the first of which is 1.2."""
    made = (
        b"From: anna@example.org\r\nSubject: mixed\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n'
        b'--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
        b"--a\r\nContent-Type: text/plain\r\n\r\nthe first words\r\n"
        b"--a\r\nContent-Type: text/html\r\n\r\n" + MARKUP.encode() + b"\r\n--a--\r\n"
    )
    for name, (kind, body) in PARTS.items():
        made += (
            b"--m\r\nContent-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: attachment; filename="'
            + name.encode()
            + b'"\r\n\r\n'
            + base64.encodebytes(body).replace(b"\n", b"\r\n")
        )
    return made + b"--m--\r\n"


MIXED = mixed()
PLAIN = b"From: bob@example.org\r\nSubject: plain\r\n\r\nno markup\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"".join(b"line %d of it\r\n" % n for n in range(20_000))
HUGE = b"Subject: huge\r\n\r\n" + b"".join(b"line %d of all\r\n" % n for n in range(70_000))


@dataclass
class Place:
    """A browser at a mailbox: 1 mixed, 2 plain, 3 large, 4 huge."""

    fake: FakeMaildrop
    http: httpx.AsyncClient
    browser: Browser
    script: Script
    ids: list[str]

    def path(self, number: int, rest: str = "") -> str:
        return f"/mailbox/messages/{self.ids[number - 1]}{rest}"

    async def click(self, path: str) -> httpx.Response:
        """A POST by htmx."""
        return await self.http.post(path, data={}, headers=HTMX)

    async def ask(self, path: str) -> httpx.Response:
        """A GET by htmx."""
        return await self.http.get(path, headers=HTMX)

    async def whole(self, number: int) -> httpx.Response:
        """Fetches a message and waits for its end, as the page does."""
        await self.click(self.path(number, "/whole"))
        for _ in range(500):
            answer = await self.ask(self.path(number, "/fetching"))
            if "HX-Retarget" in answer.headers:
                return answer
            await asyncio.sleep(0.01)
        raise AssertionError("it never ended")


Opening = Callable[..., Awaitable[Place]]


@pytest.fixture
async def at() -> AsyncIterator[Opening]:
    """Opens a mailbox: ``at(quirks, timeouts=…, spool_limit=…)``."""
    async with AsyncExitStack() as stack:

        async def place(quirks: Quirks | None = None, **more: Any) -> Place:
            messages = [FakeMessage(raw) for raw in (MIXED, PLAIN, LARGE, HUGE)]
            fake = FakeMaildrop(messages, quirks=quirks)
            server = await stack.enter_async_context(ScriptedServer(fake))
            app = await stack.enter_async_context(running(**more))
            http = await stack.enter_async_context(http_to(app))
            browser = Browser(http)
            await browser.sign_in(server)
            script = Script(http, http.cookies["popscope"])
            return Place(fake, http, browser, script, await script.ids())

        yield place


# The whole message


async def test_it_comes_once_and_all_tabs_have_all_of_it(at):
    place = await at()
    answer = await place.whole(3)
    assert answer.headers["HX-Retarget"] == "#reader"
    assert answer.headers["HX-Reswap"] == "outerHTML"
    assert "line 19999 of it" in words(answer)
    assert "transferred: the whole message" in words(answer)
    page = await place.browser.open(place.path(3))
    assert "line 19999 of it" in words(page)
    source = await place.browser.open(place.path(3, "?tab=source&at=2"))
    assert "octets 65,537 to 131,072" in words(source)
    saved = await place.http.get(place.path(3, "/eml"))
    assert saved.content == LARGE
    assert saved.headers["content-length"] == str(len(LARGE))
    assert place.fake.count("RETR") == 1


async def test_progress_is_shown_while_it_comes_and_other_messages_wait(at):
    quirks = Quirks()
    place = await at(quirks)
    await place.browser.open(place.path(3))
    quirks.stall_at = "RETR body"
    answer = await place.click(place.path(3, "/whole?tab=source&sort=size"))
    assert "Cancel" in words(answer)
    assert 'hx-get="' in answer.text
    assert f"{place.path(3)}/fetching?sort=size&amp;tab=source" in answer.text
    fragment = await place.ask(place.path(3, "/fetching"))
    assert "HX-Retarget" not in fragment.headers
    assert 'id="fetching"' in fragment.text
    assert "<article" not in fragment.text
    assert "of 349 KB" in words(fragment)
    assert "Whole message" not in words(fragment)
    other = await place.browser.open(place.path(1))
    assert "POP3 does one thing at a time" in words(other)
    assert "large :" in words(other)
    assert f'action="/mailbox/messages/{place.ids[2]}/cancel"' in other.text
    known = await place.browser.open(place.path(3))  # peeked into before: nothing to wait for
    assert "line 0 of it" in words(known)
    assert "Reload" in words(known)


async def test_cancel_ends_it_and_the_session_goes_on(at):
    quirks = Quirks(stall_at="RETR body")
    place = await at(quirks, timeouts=QUICK)
    await place.click(place.path(3, "/whole"))
    answer = await place.click(place.path(3, "/cancel?tab=headers"))
    assert 'data-tab="headers"' in answer.text
    assert "Cancel" not in words(answer)
    assert "Whole message" in words(answer)
    assert 'role="alert"' not in answer.text
    assert (await place.script.get("/stat"))["messages"] == 4
    quirks.stall_at = None
    assert "line 19999 of it" in words(await place.whole(3))


async def test_without_javascript_one_comes_back_to_the_page(at):
    quirks = Quirks(stall_at="RETR body")
    place = await at(quirks)
    page = await place.browser.open(place.path(3, "?tab=headers"))
    assert f'action="{place.path(3)}/whole?tab=headers"' in page.text
    back = place.path(3, "?tab=headers")
    page = await place.browser.send(place.path(3, "/whole?tab=headers"), back=back)
    assert str(page.url).endswith("?tab=headers")
    assert "Cancel" in words(page)
    page = await place.browser.send(place.path(3, "/cancel"), back=back)
    assert "Cancel" not in words(page)
    page = await place.browser.send(place.path(2, "/whole"), back="https://evil.example/")
    assert page.url.path == "/mailbox"


@pytest.mark.parametrize(
    ("quirk", "said"),
    [
        ({"close_at": "RETR body"}, "The connection to the mail server was lost."),
        ({"stall_at": "RETR body"}, "The mail server stopped answering."),
        ({"replies": {"RETR": b"-ERR [SYS/TEMP] the disk is on fire\r\n"}}, "refused this command"),
        ({"replies": {"RETR": b"hello?\r\n"}}, "broke the rules of POP3"),
    ],
)
async def test_a_failure_is_told_in_words_and_can_be_tried_again(at, quirk, said):
    quirks = Quirks()
    place = await at(quirks, timeouts=QUICK)
    await place.browser.open(place.path(3))
    for name, value in quirk.items():
        setattr(quirks, name, value)
    answer = await place.whole(3)
    assert said in heading(answer)
    assert "line 0 of it" in words(answer)  # what was seen before is not lost
    assert "Whole message" in words(answer)
    assert "the whole message" not in words(answer)
    if "replies" in quirk and b"-ERR" in quirk["replies"]["RETR"]:
        assert "the disk is on fire" in words(answer)
    quirks.close_at = quirks.stall_at = None
    quirks.replies = {}
    again = await place.whole(3)
    assert heading(again) == ""
    assert "line 19999 of it" in words(again)


async def test_a_server_without_top_still_gives_the_whole_message(at):
    place = await at(Quirks(top=False))
    page = await place.browser.open(place.path(1))
    assert "Nothing of this message can be shown before it is fetched" in words(page)
    assert "-ERR unknown command" in words(page)
    assert "Whole message" in words(page)
    assert "Fetch this message to read its header (" in words(page)
    assert place.fake.count("RETR") == 0  # only when it is asked for
    fetched = await place.whole(1)
    assert "the first words" in words(fetched)
    assert f'id="m-{place.ids[0]}"' in fetched.text  # its row shows who wrote it now
    listed = await place.script.get("/list?sort=number")
    assert [message["headers_known"] for message in listed["messages"]] == [True] + [False] * 3


@pytest.mark.parametrize("listed", [None, 1000])
async def test_too_large_is_told_and_saving_still_works(at, listed):
    """By LIST's size at once; where LIST lies, when the limit is reached."""
    place = await at(spool_limit="1M")
    if listed is not None:
        place.fake.messages[3].listed = listed
        await place.script.post("/session/refresh")
        place.ids[:] = await place.script.ids()  # another size is another message
    await place.browser.open(place.path(4, "?lines=5"))
    answer = await place.click(place.path(4, "/whole"))
    if listed is None:
        assert answer.status_code == 413
        assert answer.headers["HX-Reswap"] == "none"
        assert 'id="problem"' in answer.text
    else:
        answer = await place.whole(4)
    assert heading(answer) == "This is too large to show."
    assert "Save it as a file instead." in words(answer)
    assert (await place.http.get(place.path(4, "/eml"))).content == HUGE


async def test_the_spools_together_stay_within_the_limit(at):
    place = await at(spool_limit=len(HUGE) + len(MIXED))
    for number in (1, 4, 1):
        await place.whole(number)
    assert place.fake.count("RETR") == 2  # there is room for both
    await place.whole(3)  # the oldest goes
    await place.whole(1)
    await place.whole(4)
    assert [line for line in place.fake.commands if line.startswith("RETR")][2:] == [
        "RETR 3",
        "RETR 4",
    ]


@pytest.mark.parametrize(
    "rest", ["", "/reader", "/fetching", "/html", "/eml", "/parts/1", "/saved"]
)
async def test_a_message_that_vanished_between_list_and_open_is_told(at, rest):
    place = await at()
    del place.fake.messages[1]
    await place.script.post("/session/refresh")
    page = await place.browser.open(place.path(2, rest))
    assert (page.status_code, heading(page)) == (404, "This message is not in the mailbox.")
    assert "Back to messages" in words(page)
    for change in ("/whole", "/cancel", "/save-mark"):
        page = await place.browser.send(place.path(2, change))
        assert (page.status_code, heading(page)) == (404, "This message is not in the mailbox.")
    assert "the first words" in words(await place.browser.open(place.path(1)))


async def test_a_server_that_no_longer_has_it_says_so_in_its_own_words(at):
    quirks = Quirks()
    place = await at(quirks)
    quirks.replies = dict.fromkeys(("TOP", "RETR"), b"-ERR no such message, deleted\r\n")
    page = await place.browser.open(place.path(3))
    assert "no such message, deleted" in words(page)
    page = await place.browser.open(place.path(3, "/eml"))
    assert page.status_code == 502
    assert "no such message, deleted" in words(page)


# Its HTML


async def test_the_document_of_the_frame_can_do_nothing(at):
    place = await at()
    for query, policy in (("", BLOCKED_POLICY), ("?remote=1", SHOWN_POLICY)):
        answer = await place.http.get(place.path(1, f"/html{query}"))
        assert answer.headers["content-security-policy"] == policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert "<p>Hello</p>" in answer.text
        assert "<script" not in answer.text
        assert ("https://img.example/1.png" in answer.text) is bool(query)
    strict, loose = (policy.split("; ") for policy in (BLOCKED_POLICY, SHOWN_POLICY))
    assert [one for one in loose if one not in strict] == ["img-src data: https:"]


@pytest.mark.parametrize("remote", ["", "0", "yes", "2"])
async def test_images_are_let_through_by_one_word_only(at, remote):
    place = await at()
    answer = await place.http.get(place.path(1, f"/html?remote={remote}"))
    assert answer.headers["content-security-policy"] == BLOCKED_POLICY
    assert "img.example" not in answer.text


async def test_without_html_there_is_no_document(at):
    place = await at()
    page = await place.browser.open(place.path(2, "/html"))
    assert (page.status_code, heading(page)) == (404, "This message has no such part.")


# Its parts


def name_of(answer: httpx.Response) -> str:
    return unquote(answer.headers["content-disposition"].partition("filename*=UTF-8''")[2])


@pytest.mark.parametrize("whole", [False, True])
async def test_parts_are_files_and_never_pages(at, whole):
    place = await at()
    if whole:
        await place.whole(1)
    for number, (name, (_, body)) in enumerate(PARTS.items(), 2):
        answer = await place.http.get(place.path(1, f"/parts/1.{number}"))
        assert answer.content == body
        assert name_of(answer) == name
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert "set-cookie" not in answer.headers
        if whole:
            assert answer.headers["content-length"] == str(len(body))
    assert place.fake.count("RETR") == 1


@pytest.mark.parametrize("path", ["9", "1.9", "1~1", "x", "%00", "1" * 300, "-1"])
async def test_a_path_that_leads_to_no_part_is_told(at, path):
    place = await at()
    for inner in ("", "?inner=1"):
        page = await place.browser.open(place.path(1, f"/parts/{path}{inner}"))
        assert (page.status_code, heading(page)) == (404, "This message has no such part.")


@pytest.mark.parametrize("known", ["whole", "beginning"])
async def test_files_in_a_winmail_dat_are_taken_out_of_it(at, known):
    place = await at()
    if known == "whole":
        await place.whole(1)
        page = await place.browser.open(place.path(1, "?tab=attachments"))
        assert f"{place.path(1)}/parts/1.5?inner=2" in page.text
        digest = hashlib.sha256(PACKED).hexdigest()
        assert digest in page.text
    first, second = [
        await place.http.get(place.path(1, f"/parts/1.5?inner={number}")) for number in (1, 2)
    ]
    assert (first.content, name_of(first)) == (b"abc", "inner.txt")
    assert (second.content, name_of(second)) == (bytes(range(256)), "x.bin")
    for answer in (first, second):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("path", "inner", "status"),
    [
        ("1.5", "3", 404),
        ("1.4", "1", 404),
        ("1.5", "0", 422),
        ("1.5", "x", 422),
        ("1.5", "1001", 422),
    ],
)
async def test_a_file_that_is_not_in_it_is_told(at, path, inner, status):
    place = await at()
    page = await place.browser.open(place.path(1, f"/parts/{path}?inner={inner}"))
    assert page.status_code == status
