"""Servers that lack something, lie a little, or go wrong once the mailbox is open."""

import asyncio

import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, huge, plain
from tests.support.scripted import ScriptedServer
from tests.web.badservers import LOST, NO_ANSWER
from tests.web.visiting import QUICK, Browser, Script, heading, http_to, running, words

pytestmark = pytest.mark.heavy

# Servers that lack something, or lie a little: no error, but a word about it


@pytest.mark.parametrize(
    ("quirks", "notice", "sentence"),
    [
        ({"uidl": False}, "no UIDL", "This server has no UIDL"),
        ({"capa": False}, "no CAPA", "does not say what it can do"),
        ({"pipelining": False}, "no pipelining", "one command at a time"),
        ({"top": False}, "no TOP", "This server has no TOP"),
        ({"same_uidl": True}, "duplicate UIDLs", "5 messages share their UIDL"),
        ({"list_gaps": frozenset({2})}, "STAT and LIST differ", "The server counts 5 messages"),
    ],
)
async def test_a_lack_is_a_notice_and_the_mailbox_opens(quirks, notice, sentence):
    fake = FakeMaildrop(plain(5), quirks=Quirks(**quirks))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        state = await script.get("/session")
        for _ in range(100):
            if notice in state["notices"]:
                break
            await asyncio.sleep(0.01)
            state = await script.get("/session")
        assert notice in state["notices"]
        page = await http.get("/mailbox", headers={"Cookie": f"popscope={script.token}"})
        assert page.status_code == 200
        assert sentence in words(page)
        assert len(await script.ids()) == (4 if quirks.get("list_gaps") else 5)


async def test_without_top_a_message_says_so_and_can_be_saved_and_marked():
    fake = FakeMaildrop(plain(3), quirks=Quirks(top=False))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        for path in (f"/messages/{id}", f"/messages/{id}/peek", f"/messages/{id}/top"):
            answer = await script.get(path, 502)
            assert (answer["code"], answer["reply"]) == ("command-rejected", "-ERR unknown command")
        browser = Browser(http)
        await browser.sign_in(server)
        page = await browser.open(f"/mailbox/messages/{id}")
        assert page.status_code == 200
        assert "Nothing of this message can be shown before it is fetched" in words(page)
        assert f"/mailbox/messages/{id}/eml" in page.text
        marked = await browser.send(f"/mailbox/messages/{id}/mark", back="/mailbox")
        assert "Review and delete 1 message" in words(marked)
        assert (await script.ask("GET", f"/messages/{id}/retr")).content == (
            fake.messages[0].content
        )


async def test_an_empty_mailbox_is_no_error():
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        listed = await script.get("/list")
        assert (listed["messages"], listed["total"], listed["octets"]) == ([], 0, 0)
        assert (listed["undecided"], listed["page"], listed["pages"]) == (0, 1, 1)
        browser = Browser(http)
        page = await browser.sign_in(server)
        assert page.status_code == 200
        assert "This mailbox is empty." in words(page)
        assert "Nothing is marked" in words(await browser.open("/mailbox/review"))


async def test_a_mailbox_of_100_000_messages_opens_page_by_page():
    many = [
        FakeMessage(b"Subject: s\r\n\r\n", uidl=f"u{n}", octets=100 + n % 1000, listed=100 + n)
        for n in range(100_000)
    ]
    fake = FakeMaildrop(many)
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        listed = await script.get("/list?per_page=1000&page=100&sort=number")
        assert (listed["total"], listed["pages"]) == (100_000, 100)
        assert listed["messages"][-1]["octets"] == 100 + 99_999
        page = await http.get("/mailbox", headers={"Cookie": f"popscope={script.token}"})
        assert page.text.count('<li id="m-') == 100
        assert "100,000 messages" in words(page)
        assert len(page.content) < 300_000
        await script.ask("DELETE", "/session")


# Servers that go wrong later


@pytest.mark.parametrize("stage", ["TOP", "TOP body"])
@pytest.mark.parametrize(
    ("how", "status", "code", "title"),
    [
        ("stall_at", 504, "stalled", NO_ANSWER),
        ("close_at", 502, "connection-lost", LOST),
        ("reset_at", 502, "connection-lost", LOST),
    ],
)
async def test_a_server_that_fails_at_a_message_is_told_and_the_session_lives_on(
    stage, how, status, code, title
):
    quirks = Quirks(pipelining=False)
    fake = FakeMaildrop(plain(2), quirks=quirks)
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        browser = Browser(http)
        await browser.sign_in(server)
        id, *_ = await script.ids()
        for _ in range(200):
            if not (await script.get("/list"))["messages"][1]["headers_known"]:
                continue
            break
        setattr(quirks, how, stage)
        assert (await script.get(f"/messages/{id}/peek?lines=7", status))["code"] == code
        page = await browser.open(f"/mailbox/messages/{id}?lines=8")
        assert (page.status_code, heading(page)) == (status, title)
        fragment = await http.get(
            f"/mailbox/messages/{id}/reader?lines=9", headers={"HX-Request": "true"}
        )
        assert fragment.status_code == status
        assert fragment.headers["hx-reswap"] == "none"
        assert 'id="problem"' in fragment.text
        assert heading(fragment) == title
        assert "<html" not in fragment.text
        setattr(quirks, how, None)
        assert (await script.get(f"/messages/{id}/peek?lines=7"))["text"]


async def test_a_refused_retr_is_an_error_and_no_file():
    quirks = Quirks(replies={"RETR": b"-ERR [SYS/PERM] not this one\r\n"})
    fake = FakeMaildrop(plain(2), quirks=quirks)
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        answer = await script.ask("GET", f"/messages/{id}/retr")
        assert (answer.status_code, answer.json()["code"]) == (502, "command-rejected")
        assert answer.json()["reply"] == "-ERR [SYS/PERM] not this one"
        assert "content-disposition" not in answer.headers


async def test_a_marked_message_that_another_program_took_is_told():
    fake = FakeMaildrop([*plain(3), huge(5000)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        ids = await script.ids()
        await script.post("/dele", {"ids": ids[:2]})
        await script.post("/session/release", status=204)
        del fake.messages[0]
        problem = await script.post("/quit", status=409)
        assert problem["code"] == "commit-failed"
        assert "Nothing was deleted" in problem["title"]
        assert fake.count("DELE") == 0
        assert (await script.get("/session"))["marked"]["messages"] == 1


@pytest.mark.parametrize("stage", ["CAPA", "CAPA body"])
async def test_one_that_never_ends_its_capabilities_is_asked_without_them(stage):
    fake = FakeMaildrop(plain(2), quirks=Quirks(stall_at=stage))
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        assert len(await script.ids()) == 2
