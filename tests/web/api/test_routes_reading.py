"""The API's reading side: detail, peek ladder, parts, exports, and what a filter means."""

import asyncio
import base64
import io
import mailbox
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Script, http_to, running

LINES = b"".join(b"line %d of the text\r\n" % n for n in range(200))
LONG = (
    b"Received: from a.example by b.example with ESMTPS; Tue, 03 Mar 2026 10:00:00 +0000\r\n"
    b"From: news@example.org\r\nSubject: long\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\n" + LINES + b"--b\r\n"
    b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="a.zip"\r\n\r\n'
    + base64.encodebytes(bytes(range(256)) * 200).replace(b"\n", b"\r\n")
    + b"--b--\r\n"
)
SHORT = b"From: bob@example.org\r\nSubject: short\r\n\r\nhello\r\n"
OTHER = b"From: cleo@example.org\r\nSubject: other\r\n\r\nhello\r\n"
MAIL = [LONG, SHORT, OTHER]


@pytest.fixture
async def fake() -> FakeMaildrop:
    return FakeMaildrop(map(FakeMessage, MAIL), quirks=Quirks())


@pytest.fixture
async def script(fake: FakeMaildrop) -> AsyncIterator[Script]:
    """Signed in, all headers known."""
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        found = await Script.signed_in(http, server)
        for _ in range(500):
            if not (await found.get("/list?q=from:news"))["undecided"]:
                break
            await asyncio.sleep(0.01)
        yield found


def numbers(listed: dict[str, list[dict[str, int]]]) -> list[int]:
    return [message["number"] for message in listed["messages"]]


# Detail and peek


async def test_a_message_has_its_route_and_its_parts(script):
    long, *_ = await script.ids()
    body = await script.get(f"/messages/{long}")
    (hop,) = body["route"]["hops"]
    assert (hop["from"], hop["by"], hop["encrypted"]) == ("a.example", "b.example", "yes")
    assert body["structure"]["type"] == "multipart/mixed"
    assert body["complete"] is False
    await script.get(f"/messages/{long}/peek?lines=99999")
    body = await script.get(f"/messages/{long}")
    assert [part["name"] for part in body["structure"]["parts"]] == [None, "a.zip"]
    assert body["complete"] is True


async def test_without_lines_a_peek_climbs_until_the_text_ends(script, fake):
    long, *_ = await script.ids()
    before = len(fake.commands)
    body = await script.get(f"/messages/{long}/peek")
    assert "line 0 of the text" in body["text"]
    assert "line 199 of the text" in body["text"]
    tops = [line for line in fake.commands[before:] if line.startswith("TOP 1 ")]
    assert tops == ["TOP 1 20", "TOP 1 80", "TOP 1 320"]
    (part,) = body["parts"]
    assert (part["path"], part["name"], part["complete"]) == ("1.2", "a.zip", False)
    assert body["complete"] is False
    assert body["transferred"] > 320 * 20  # all three rungs are counted


async def test_with_lines_a_peek_asks_once(script, fake):
    long, *_ = await script.ids()
    before = len(fake.commands)
    body = await script.get(f"/messages/{long}/peek?lines=7")
    assert "line 3" in body["text"]
    assert "line 9" not in body["text"]
    assert [one for one in fake.commands[before:] if one.startswith("TOP 1 ")] == ["TOP 1 7"]


# Parts


async def test_a_part_comes_decoded_and_as_a_file(script):
    long, short, _ = await script.ids()
    answer = await script.ask("GET", f"/messages/{long}/parts/1.2")
    assert answer.content == bytes(range(256)) * 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="a.zip"')
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    await script.get(f"/messages/{short}/peek?lines=99")
    text = await script.ask("GET", f"/messages/{short}/parts/1")
    assert text.content == b"hello\r\n"


@pytest.mark.parametrize("path", ["2", "1.3", "0", "x", "1.2.1", "1~1"])
async def test_a_part_that_is_none_is_a_404(script, path):
    long, *_ = await script.ids()
    problem = await script.get(f"/messages/{long}/parts/{path}", status=404)
    assert problem["code"] == "no-such-part"


# Exports


async def test_an_export_by_filter_is_one_file_in_server_order(script, tmp_path: Path):
    answer = await script.ask("GET", "/export?q=smaller:1K&format=mbox")
    assert answer.headers["content-type"] == "application/mbox"
    file = tmp_path / "found.mbox"
    file.write_bytes(answer.content)
    box = mailbox.mbox(file, create=False)
    assert [message["Subject"] for message in box] == ["short", "other"]
    box.close()


def zipped(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return [found.read(name) for name in found.namelist()]


async def test_an_export_without_a_filter_is_everything(script, fake):
    answer = await script.ask("GET", "/export?format=zip")
    assert zipped(answer.content) == MAIL
    assert fake.count("DELE") == 0


async def test_an_export_by_ids_keeps_their_order_and_takes_each_once(script):
    long, short, other = await script.ids()
    body = {"ids": [other, long, other], "format": "zip"}
    answer = await script.ask("POST", "/export", json=body)
    assert zipped(answer.content) == [OTHER, LONG]
    problem = await script.post("/export", {"ids": [short, "none"]}, status=404)
    assert problem["code"] == "no-such-message"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/export?q=colour:red", None),
        ("GET", "/export?format=tar", None),
        ("GET", "/export?q=" + "x" * 1001, None),
        ("POST", "/export", {}),
        ("POST", "/export", {"ids": "all"}),
        ("POST", "/export", {"ids": [], "format": "tar"}),
        ("GET", "/list?q=larger:huge", None),
        ("POST", "/dele", {"q": "larger:huge"}),
        ("POST", "/dele", {}),
        ("POST", "/dele", {"q": "larger:1", "ids": []}),
    ],
)
async def test_what_makes_no_sense_is_a_422_and_does_nothing(script, fake, method, path, body):
    answer = await script.ask(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert fake.count("RETR") == 0
    assert (await script.get("/stat"))["marked"]["messages"] == 0


# Filters


async def test_a_list_is_filtered_and_counted(script):
    listed = await script.get("/list?q=smaller:1K&sort=number")
    assert numbers(listed) == [2, 3]
    assert (listed["total"], listed["undecided"]) == (2, 0)
    assert listed["octets"] == len(SHORT) + len(OTHER)
    assert numbers(await script.get("/list?q=-from:bob%20hello")) == []
    assert numbers(await script.get("/list?q=-from:bob&sort=number&per_page=1&page=2")) == [3]


async def test_a_filter_marks_what_it_matches(script):
    dry = await script.post("/dele", {"q": "from:bob", "dry_run": True})
    assert dry["matched"] == {"messages": 1, "octets": len(SHORT)}
    assert dry["marked"]["messages"] == 0
    done = await script.post("/dele", {"q": "from:bob"})
    assert done["marked"] == {"messages": 1, "octets": len(SHORT)}
    assert [m["marked"] for m in (await script.get("/list?sort=number"))["messages"]] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("q", ["", "   ", '""', '"" ""', 'from:""'])
async def test_a_filter_that_matches_everything_marks_nothing(script, q):
    """Whether it is empty or says so in other words."""
    answer = await script.ask("POST", "/dele", json={"q": q})
    assert answer.status_code == 422, answer.json()
    assert (await script.get("/stat"))["marked"]["messages"] == 0


async def test_what_cannot_be_decided_is_never_marked():
    fake = FakeMaildrop(map(FakeMessage, MAIL), quirks=Quirks(top=False))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        for q in ("from:bob", "-from:bob"):
            done = await script.post("/dele", {"q": q})
            assert (done["matched"]["messages"], done["undecided"]) == (0, 3)
            assert done["marked"]["messages"] == 0
        listed = await script.get("/list?q=-from:bob")
        assert (listed["messages"], listed["undecided"]) == ([], 3)
        answer = await script.ask("GET", "/export?q=smaller:1K&format=zip")
        assert zipped(answer.content) == [SHORT, OTHER]
