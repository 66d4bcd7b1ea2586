"""The console page by forms alone and by htmx, and the same by the API."""

import logging
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, huge, plain
from tests.support.scripted import ScriptedServer
from tests.web.test_secrets import SECRET, owned, secrets_in
from tests.web.visiting import QUICK, SAME_ORIGIN, Browser, Script, http_to, running, words

HOSTILE = b"Subject: <img src=x onerror=alert(1)>\r\n\r\n<script>alert(2)</script>\r\n"


class Line:
    def __init__(self, fake: FakeMaildrop, http: httpx.AsyncClient) -> None:
        self.fake, self.http = fake, http
        self.browser = Browser(http)
        self.script = Script(http, http.cookies["popscope"])

    async def type(self, line: str, **more: str) -> httpx.Response:
        return await self.browser.send("/mailbox/console", line=line, **more)

    async def confirmed(self, line: str) -> httpx.Response:
        """Types a line that asks, and sends the form that it gets."""
        asked = await self.type(line)
        assert asked.status_code == 409
        found = re.search(r'name="confirm" value="(\w+)"', asked.text)
        assert found is not None
        return await self.type(line, confirm=found[1])


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    fake = FakeMaildrop([FakeMessage(HOSTILE), *plain(3), huge(2_000_000)])
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        found = Line(fake, http)
        await found.browser.open("/mailbox/console")
        for _ in range(500):  # until all headers are there, which are asked for beside all else
            if all(one["headers_known"] for one in (await found.script.get("/list"))["messages"]):
                break
        yield found


async def test_a_typed_line_is_in_the_dialogue_with_its_answer(line):
    page = await line.type("stat", tour="1")
    assert page.request.url.path == "/mailbox/console"
    assert "C: STAT S: +OK 5 " in words(page)
    page = await line.type("LIST", tour="2")
    assert 'href="/mailbox/console?tour=2&amp;line=TOP+3+0#line"' in page.text
    page = await line.browser.open("/mailbox/console?tour=2&line=TOP+3+0")
    assert 'value="TOP 3 0"' in page.text
    assert line.fake.count("TOP") == 5  # nothing but the headers was asked for
    page = await line.type("RETR 1")
    assert "<img" not in page.text
    assert "<script>alert" not in page.text
    assert "<script>alert(2)</script>" in words(page)
    text = words(await line.type("TOP 77 0"))
    assert "S: -ERR no such message" in text
    assert text.index("C: STAT") < text.index("C: LIST") < text.index("C: RETR 1")


async def test_a_refused_line_says_what_is_right_and_is_nowhere(line, caplog):
    caplog.set_level(logging.DEBUG)
    before = len(line.fake.commands)
    answers = [await line.type(f"PASS {SECRET}"), await line.type(f"{SECRET} 1")]
    answers.append(await line.http.get("/mailbox/console"))
    answers.append(
        await line.script.ask("POST", "/console", json={"line": f"pass {SECRET}", "confirm": ""})
    )
    answers.append(await line.script.ask("POST", "/console", json={"line": [SECRET]}))
    assert [answer.status_code for answer in answers] == [422, 422, 200, 422, 422]
    assert all(SECRET not in answer.text for answer in answers)
    assert "no password is ever typed here" in words(answers[0]).lower()
    assert SECRET not in caplog.text
    assert [found for thing in owned() for found in secrets_in(thing)] == []
    filled = await line.http.get(f"/mailbox/console?line=PASS+{SECRET}")
    assert 'name="line" value="" ' in filled.text
    for bad in ("", "STAT\r\nDELE 1", "x" * 100_000, "TOP 1", "DELE 0", "XCLIENT a"):
        refused = await line.type(bad)
        assert refused.status_code == 422
        assert "role=" in refused.text
    assert "TOP n k" in words(await line.type("TOP 1"))
    await line.script.post("/noop", status=204)
    assert line.fake.commands[before:] == ["NOOP"]


async def test_dele_asks_once_and_every_page_knows_of_it(line):
    page = await line.type("DELE 2")
    assert page.status_code == 409
    assert "Send DELE 2? It deletes a message of" in words(page)
    assert "DELE" not in {c.split()[0] for c in line.fake.commands}
    page = await line.confirmed("DELE 2")
    assert "1 message deleted, " in words(page)
    assert "undone by RSET until you type QUIT" in words(page)
    assert "1 message is deleted in the console" in words(await line.http.get("/mailbox"))
    id = (await line.script.ids())[1]
    opened = await line.http.get(f"/mailbox/messages/{id}?lines=7")
    assert opened.status_code == 200
    assert "This message is deleted in the console." in words(opened)
    refused = await line.script.get(f"/messages/{id}/peek?lines=9", 409)
    assert refused["code"] == "deleted-in-console"
    page = await line.type("RSET")
    assert "undone by RSET" not in words(page)
    assert "deleted in the console" not in words(await line.http.get("/mailbox"))
    assert len(line.fake.messages) == 5


async def test_quit_names_what_goes_and_tells_what_went(line):
    await line.confirmed("DELE 2")
    await line.confirmed("DELE 3")
    asked = await line.type("QUIT")
    assert "Send QUIT? It deletes 2 messages, " in words(asked)
    page = await line.confirmed("QUIT")
    assert "C: QUIT S: +OK bye" in words(page)
    assert "Gone: 2 of 2 messages, " in words(page)
    assert len(line.fake.messages) == 3
    receipt = await line.http.get("/mailbox/receipt")
    assert "All 2 messages are gone." in words(receipt)


async def test_quit_asks_where_it_leaves_marks_undeleted_and_says_so_after(line):
    await line.script.post("/dele", {"ids": (await line.script.ids())[:2]})
    asked = await line.type("QUIT")
    assert asked.status_code == 409
    assert "Send QUIT? It deletes nothing. 2 messages are marked in the list." in words(asked)
    assert 'href="/mailbox/review">Review 2 messages' in asked.text
    assert "QUIT" not in line.fake.commands
    page = await line.confirmed("QUIT")
    assert "2 messages that are marked in the list were not deleted; they stay marked." in words(
        page
    )
    assert (await line.script.get("/session"))["marked"]["messages"] == 2
    await line.confirmed("DELE 1")
    asked = await line.type("QUIT")
    assert "Send QUIT? It deletes 1 message, " in words(asked)
    assert "1 other message is marked in the list: QUIT does not delete it." in words(asked)
    code = (await line.script.post("/console", {"line": "QUIT"}, 409))["confirm"]
    done = await line.script.post("/console", {"line": "QUIT", "confirm": code})
    assert (done["kept"], len(done["receipt"]["deleted"])) == (1, 1)
    assert len(line.fake.messages) == 4


@pytest.mark.parametrize("number", ["6", "99", "999999999"])
async def test_a_number_that_is_not_there_is_told_before_anything_is_asked(line, number):
    page = await line.type(f"DELE {number}")
    assert page.status_code == 422
    assert "There is no message of this number now." in words(page)
    assert 'name="confirm"' not in page.text
    assert line.fake.count("DELE") == 0
    refused = await line.script.post("/console", {"line": f"dele {number}"}, 422)
    assert (refused["code"], "confirm" in refused) == ("bad-command", False)


async def test_what_dele_has_named_is_not_there_until_rset(line):
    await line.confirmed("DELE 2")
    assert (await line.type("DELE 2")).status_code == 422
    await line.type("RSET")
    assert (await line.type("DELE 2")).status_code == 409


async def test_only_what_the_server_announces_is_suggested(line):
    def suggested(page: httpx.Response) -> list[str]:
        chips = page.text.partition('class="verbs"')[2].partition("</ul>")[0]
        return re.findall(r'data-line="(\w+)', chips)

    def offered(page: httpx.Response) -> set[str]:
        listed = page.text.partition("<datalist")[2].partition("</datalist>")[0]
        return set(re.findall(r'value="(\w+)', listed))

    page = await line.browser.open("/mailbox/console")
    everywhere = ["STAT", "LIST", "RETR", "DELE", "RSET", "QUIT", "NOOP"]
    assert suggested(page) == ["STAT", "LIST", "UIDL", "TOP", *everywhere[2:], "CAPA"]
    assert offered(page) == set(suggested(page))
    assert words(page).count("not announced by this server") == 1
    line.fake.quirks.announce = ("LANG",)
    await line.browser.send("/mailbox/refresh")
    assert "LANG" in suggested(await line.browser.open("/mailbox/console"))
    line.fake.quirks.capa = line.fake.quirks.uidl = False
    await line.browser.send("/mailbox/refresh")
    page = await line.browser.open("/mailbox/console")
    assert suggested(page) == ["STAT", "LIST", "TOP", *everywhere[2:]]


async def test_by_htmx_the_answer_is_the_exchange_and_what_it_changed(line):
    headers = {
        **SAME_ORIGIN,
        "HX-Request": "true",
        "HX-Current-URL": "http://localhost/mailbox/console?tour=1",
    }

    async def send(text: str, **more: str):
        data = {"line": text, "tour": "1", **more}
        return await line.http.post("/mailbox/console", data=data, headers=headers)

    answer = await send("STAT")
    assert answer.status_code == 200
    assert "<!doctype" not in answer.text
    assert answer.text.lstrip().startswith('<div class="exchange" id="x-1" data-said="STAT">')
    for piece in ("stand", "tour", "chip"):
        tag = re.search(rf'<\w+ id="{piece}"[^>]*>', answer.text)
        assert tag is not None
        assert 'hx-swap-oob="true"' in tag[0]
    assert "1 of 6 done" in words(answer)
    refused = await send("TOP 1")
    assert refused.status_code == 422
    assert "exchange" not in refused.text
    assert "data-again" in refused.text
    assert "data-again" in (await send("TOP 77 0")).text
    assert "data-again" not in (await send("NOOP")).text
    secret = await send(f"PASS {SECRET}")
    assert "data-again" not in secret.text
    asked = await send("DELE 1")
    assert asked.status_code == 409
    assert 'hx-post="/mailbox/console"' in asked.text
    fragment = await line.http.get("/mailbox/console/tour?tour=5", headers=headers)
    assert "<!doctype" not in fragment.text
    assert "RSET forgets every DELE" in words(fragment)


@pytest.mark.parametrize("step", ["0", "-1", "x", "1e3", "9" * 40])
async def test_a_step_that_makes_no_sense(line, step):
    assert (await line.http.get(f"/mailbox/console?tour={step}")).status_code == 422


# The API


async def test_a_line_by_the_api(line):
    found = await line.script.post("/console", {"line": "retr 5"})
    ms = found.pop("ms")
    assert 0 < ms < 60_000
    body = found.pop("body")
    assert body.startswith("From: ")
    assert len(body) < 64 * 1024
    assert found == {
        "line": "RETR 5",
        "reply": "+OK",
        "octets": 2_000_000,
        "truncated": True,
        "renewed": False,
        "undone": 0,
        "pending": {"messages": 0, "octets": 0},
        "popped": {"messages": 0, "octets": 0},
        "receipt": None,
        "kept": 0,
    }
    assert (await line.script.post("/console", {"line": "noop"}))["body"] is None
    refused = await line.script.post("/console", {"line": "dele 9 9"}, 422)
    assert refused["code"] == "bad-command"
    assert "DELE n" in refused["detail"]


async def test_deleting_by_the_api_asks_with_a_code(line):
    asked = await line.script.post("/console", {"line": "DELE 2"}, 409)
    assert asked["code"] == "confirm-first"
    wrong = await line.script.post("/console", {"line": "DELE 2", "confirm": "yes"}, 409)
    assert wrong["confirm"] == asked["confirm"]
    done = await line.script.post("/console", {"line": "DELE 2", "confirm": asked["confirm"]})
    assert (done["reply"], done["pending"]["messages"]) == ("+OK marked", 1)
    stat = await line.script.get("/stat")
    assert stat["messages"] == 4
    await line.script.post("/session/release", status=204)
    after = await line.script.post("/console", {"line": "STAT"})
    assert (after["undone"], after["renewed"], after["pending"]["messages"]) == (1, True, 0)
    assert after["reply"].startswith("+OK 5 ")
    for text in ("DELE 2", "QUIT"):
        asked = await line.script.post("/console", {"line": text}, 409)
        done = await line.script.post("/console", {"line": text, "confirm": asked["confirm"]})
    assert len(done["receipt"]["deleted"]) == 1
    assert done["receipt"]["verified"]
    nothing = await line.script.post("/console", {"line": "QUIT"})
    assert nothing["receipt"] is None
    gone = await line.script.post("/console", {"line": "QUIT"}, 422)
    assert gone["code"] == "bad-command"


async def test_without_scripts_a_refused_line_comes_back_to_be_corrected(line):
    field = re.compile(r'<input id="line"[^>]*>')
    [wrong] = field.findall((await line.type("TOP 1")).text)
    assert 'value="TOP 1"' in wrong
    assert 'aria-describedby="refused hint" aria-invalid="true" autofocus' in wrong
    for typed in (f"PASS {SECRET}", SECRET, "DELE 1"):
        [kept] = field.findall((await line.type(typed)).text)
        assert 'value=""' in kept
