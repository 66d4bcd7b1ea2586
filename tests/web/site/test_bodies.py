"""The size of requests: counted as they arrive, before anybody reads in them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from python_multipart import QuerystringParser

from app.web.site import bodies
from app.web.site.security import PAGE_POLICY
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Script, heading, http_to, running

KIB = 1024
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
LISTS = [
    ("/api/v1/dele", JSON),
    ("/api/v1/export", JSON),
    ("/mailbox/mark", FORM),
    ("/mailbox/mark-matching", FORM),
    ("/mailbox/messages/{id}/mark", FORM),  # its button stands in the form of the list
    ("/mailbox/messages/{id}/unmark", FORM),
    ("/mailbox/export", FORM),
    ("/mailbox/export/file", FORM),
]


class Sent:
    """A body in pieces, and how many octets of it were taken.

    Args:
        octets: how many there are.
        of: the octet that it consists of.
        pieces: how many octets come at once.
    """

    def __init__(self, octets: int, of: bytes = b" ", pieces: int = KIB) -> None:
        self.taken = 0
        self._octets, self._of, self._pieces = octets, of, pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < self._octets:
            piece = self._of * min(self._pieces, self._octets - self.taken)
            self.taken += len(piece)
            yield piece


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(FakeMaildrop(plain(3))) as running_server:
        yield running_server


@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [
        ("/api/v1/session", JSON, 16 * KIB),
        ("/api/v1/discover", "application/problem+json; charset=utf-8", 16 * KIB),
        ("/api/v1/report", "text/plain", 16 * KIB),
        ("/signin", FORM, 64 * KIB),
        ("/report", FORM.upper(), 64 * KIB),
        ("/language", FORM, 64 * KIB),
    ],
)
async def test_a_request_that_is_too_large_is_a_413_in_our_own_words(path, kind, most):
    async with running() as app, http_to(app) as http:
        headers = {**SAME_ORIGIN, "Content-Type": kind}
        for declared, taken in ({"Content-Length": f"{most + 1}"}, 0), ({}, most + KIB):
            sent = Sent(5 * most)
            answer = await http.post(path, content=sent, headers={**headers, **declared})
            assert answer.status_code == 413
            assert sent.taken == taken
            assert answer.headers["content-security-policy"] == PAGE_POLICY
            if path.startswith("/api"):
                assert answer.json()["code"] == "too-large"
            else:
                assert heading(answer) == "That is too large."
        answer = await http.post(path, content=Sent(most), headers=headers)
        assert answer.status_code != 413


@pytest.mark.parametrize(("path", "kind"), LISTS)
async def test_as_many_ids_as_a_page_selects_are_not_too_many(server, path, kind):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        headers = {**script.on_pages, "Content-Type": kind}
        ids = [id] * 10_000
        if kind == JSON:
            answer = await http.post(path, json={"ids": ids}, headers=headers)
        else:
            form = {"id": " ".join(ids), "form": "mbox", "q": "larger:1K", "count": "3"}
            answer = await http.post(path.format(id=id), data=form, headers=headers)
        assert answer.status_code in (200, 303, 409), answer.text


async def test_100_000_ids_are_not_too_large(server):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        body = {"ids": [id] * 100_000}
        assert (await script.post("/dele", body))["marked"]["messages"] == 1


@pytest.mark.parametrize(("path", "kind"), LISTS)
async def test_whoever_is_not_signed_in_sends_no_such_list(path, kind):
    async with running() as app, http_to(app) as http:
        sent = Sent(KIB * KIB)
        headers = {**SAME_ORIGIN, "Content-Type": kind, "Cookie": "popscope=nonsense"}
        answer = await http.post(path, content=sent, headers=headers)
        assert sent.taken <= 65 * KIB
        if kind == JSON:
            assert (answer.status_code, answer.json()["code"]) == (401, "no-session")
        else:
            assert (answer.status_code, answer.headers["location"][:2]) == (303, "/?")


async def test_lists_have_a_limit_too(server):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        sent = Sent(5 * KIB * KIB)
        headers = {**script.headers, "Content-Type": JSON}
        answer = await http.post("/api/v1/dele", content=sent, headers=headers)
        assert (answer.status_code, sent.taken) == (413, 2 * KIB * KIB + KIB)


async def test_only_so_many_large_ones_are_taken_in_at_once(server, monkeypatch):
    monkeypatch.setattr(bodies, "_LARGE", 1)
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        goes_on, is_in = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b'{"ids": [' + b" " * 65 * KIB
            yield b" "
            is_in.set()
            await goes_on.wait()
            yield b"]}"

        large: Any = {"ids": ["none"] * 10_000}
        headers = {**script.headers, "Content-Type": JSON}
        first = asyncio.create_task(http.post("/api/v1/dele", content=slow(), headers=headers))
        await is_in.wait()
        refused = await script.ask("POST", "/dele", json=large)
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.headers["retry-after"] == "1"
        await script.post("/dele", {"ids": await script.ids()})  # small ones are
        goes_on.set()
        assert (await first).status_code == 200
        assert (await script.ask("POST", "/dele", json=large)).status_code == 404


@pytest.mark.parametrize(
    ("path", "kind", "content"),
    [
        ("/signin", FORM, b"&" * 64 * KIB),
        ("/signin", FORM, b"a&" * 3000),
        ("/api/v1/session", JSON, b"{" + b",".join(b'"%x":1' % n for n in range(2000)) + b"}"),
        ("/api/v1/session", JSON, b"[" * 16_000),
        ("/api/v1/session", JSON, b"[" + b"{}," * 5000 + b"0]"),
        ("/api/v1/dele", JSON, b'{"ids": [' + b"[]," * 5000 + b"0]}"),
    ],
)
async def test_what_has_too_many_fields_is_not_read(path, kind, content, monkeypatch):
    read: list[bytes] = []

    class Parser(QuerystringParser):
        def write(self, data: bytes) -> int:
            read.append(data)
            return super().write(data)

    monkeypatch.setattr("python_multipart.QuerystringParser", Parser)
    async with running() as app, http_to(app) as http:
        headers = {**SAME_ORIGIN, "Content-Type": kind}
        answer = await http.post(path, content=content, headers=headers)
        assert answer.status_code == 422
        assert "What was sent has too many fields." in answer.text
        assert not read
        await http.post("/signin", data={"username": "anna"}, headers=SAME_ORIGIN)
        assert read


async def test_no_file_is_taken_in():
    async with running() as app, http_to(app) as http:
        answer = await http.post("/signin", files={"username": ("a", b"b")}, headers=SAME_ORIGIN)
        assert answer.status_code == 400


async def test_an_answer_names_five_places_at_most_and_no_value():
    async with running() as app, http_to(app) as http:
        unknown = {f"unknown{n:02}{'x' * 200}": "hunter2" for n in range(40)}
        body = {"username": ["hunter2"], "password": {"hunter2": 1}, "port": "hunter2", **unknown}
        detail = (await http.post("/api/v1/session", json=body)).json()["detail"]
        assert [said.partition(":")[0] for said in detail.split("; ")[:3]] == [
            "username",
            "password",
            "port",
        ]
        assert detail.count(": ") == 5
        assert detail.endswith("; …")
        assert "hunter2" not in detail
        assert len(detail) < 600
        ids = {"ids": [1] * 500}
        script = {"Authorization": "Bearer none"}
        wrong = (await http.post("/api/v1/dele", json=ids, headers=script)).json()["detail"]
        assert wrong.count("ids") <= 1


async def test_no_depth_is_too_much():
    async with running() as app, http_to(app) as http:
        for content in (b'{"a":' * 1900 + b"1" + b"}" * 1900, b"[" * 1900, b'{"a":[' * 600):
            answer = await http.post(
                "/api/v1/session", content=content, headers={"Content-Type": JSON}
            )
            assert answer.status_code in (400, 422)
