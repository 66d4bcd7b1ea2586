"""No password stands in the memory of a process that has done with it.

The process overwrites what it frees (`PYTHONMALLOC=debug`), so that what is found is held by
something: a cache, an exception, a frame, a task, a buffer. What Python leaves in memory that it
has freed and not used again is told in SECURITY.md.
"""

import asyncio
import itertools
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.leftovers import MARK, finds_in, planted
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc"),
]
OVERWRITING = {"PYTHONMALLOC": "debug"}


def told_by(pid: int) -> str:
    """What everybody on the machine may see of a process."""
    return "".join(
        Path(f"/proc/{pid}/{name}").read_text(errors="replace") for name in ("cmdline", "environ")
    )


class Lenient(FakeMaildrop):
    """Any planted password is right, unless the name says otherwise; some are given back."""

    async def _login(self, peer, session, password: str) -> None:
        if session.user == "echo":
            await self._say(peer, f"-ERR no {password} for you".encode())
            return
        right = MARK in password and session.user == "anna"
        await super()._login(peer, session, "secret" if right else "no")


class Visitor:
    """Signs in with passwords that were never used before, in every way there is."""

    def __init__(self, http: httpx.AsyncClient, origin: str, servers: list[dict[str, object]]):
        self._http, self._headers = http, {"Origin": origin}
        self._servers = itertools.cycle(servers)
        self._numbers = itertools.count(1)

    def _who(self, user: str, **more: object) -> dict[str, object]:
        secret = planted(next(self._numbers))
        return {"username": user, "password": secret, **next(self._servers), **more}

    async def _call(self, path: str, status: int, **body: object) -> httpx.Response:
        self._http.cookies.clear()
        answer = await self._http.post(f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer

    async def _send(self, path: str, status: int, **fields: object) -> httpx.Response:
        data = {name: str(value) for name, value in fields.items()}
        answer = await self._http.post(path, data=data, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer

    async def by_call(self, **more: object) -> None:
        answer = await self._call("/session", 201, **self._who("anna", **more))
        token = {"Authorization": f"Bearer {answer.json()['token']}"}
        await self._http.post("/api/v1/session/release", headers=token)
        assert (await self._http.get("/api/v1/stat", headers=token)).status_code == 200
        await self._http.delete("/api/v1/session", headers=token)

    async def by_page(self) -> None:
        await self._send("/signin", 303, **self._who("anna"))
        await self._http.post("/mailbox/release", headers=self._headers)
        assert (await self._http.get("/mailbox")).status_code == 200
        await self._send("/signout", 303)

    async def in_vain(self, user: str) -> None:
        for means in ({}, {"auth": "PLAIN"}, {"auth": "LOGIN"}):
            await self._call("/session", 401, **self._who(user, **means))
        await self._send("/signin", 401, **self._who(user))

    async def wrongly(self) -> None:
        await self._call("/session", 422, **self._who("anna", nonsense=planted(0)))
        await self._call("/session", 422, **{**self._who("anna"), "username": 5})
        await self._call("/session", 422, **{**self._who("anna"), "password": planted(0) * 20})
        await self._send("/signin", 422, **{**self._who("anna"), "password": planted(0) + "\r\n"})
        await self._send("/signin", 422, **self._who(""))
        cut = f'{{"password": "{planted(0)}", '
        assert (await self._http.post("/api/v1/session", content=cut)).status_code == 422

    async def reporting(self) -> None:
        await self._call("/report", 200, **self._who("anna"))
        page = await self._send("/report", 303, **self._who("anna"))
        path = f"{page.headers['location']}/report.json"
        while (await self._http.get(path)).json()["stopped"] is None:  # noqa: ASYNC110 -- of another process
            await asyncio.sleep(0.05)

    async def everything(self) -> None:
        for means in ({}, {"auth": "PLAIN"}, {"auth": "LOGIN"}):
            await self.by_call(**means)
        await self.by_page()
        await self.in_vain("bert")
        await self.in_vain("echo")
        await self.wrongly()
        await self.reporting()
        self._http.cookies.clear()


async def test_nothing_holds_a_password(authority, tmp_path):
    trust = {"POPSCOPE_CA_FILE": str(authority.write(tmp_path / "ca.pem"))}
    context = authority.leaf("localhost", "127.0.0.1").server_context()
    async with AsyncExitStack() as stack:
        clear = await stack.enter_async_context(ScriptedServer(Lenient(plain(3))))
        tls = await stack.enter_async_context(ScriptedServer(Lenient(plain(3)), tls=context))
        running = stack.enter_context(RunningPopscope(settings={**OVERWRITING, **trust}))
        servers = [
            {"server": "127.0.0.1", "port": one.port, "security": security}
            for one, security in ((clear, "none"), (tls, "tls"))
        ]
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=running.url, timeout=30))
        visitor = Visitor(http, running.url, servers)
        for _ in range(2):
            await visitor.everything()
        for _ in range(5):  # others come; what was read last is overwritten by what they send
            await http.get("/")

        pid = running.process.pid
        assert finds_in(pid) == []
        assert MARK not in told_by(pid) + running.output
