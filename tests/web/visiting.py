"""The app in this process, and who comes to it: a script with a token, a browser with a cookie."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self

import httpx
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.transport import Timeouts
from app.web import DemoAccount

QUICK = Timeouts(connect=1.0, stall=0.2, reader=1.0)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class Serving(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def settings(**given: object) -> Settings:
    """Settings that let loopback be a target and nothing be searched for elsewhere.

    The environment and .env files are not read.
    """
    near = {"ports": "1-65535", "allow_loopback": True, "discovery": False}
    return Settings.model_validate({**near, **given})


@asynccontextmanager
async def running(
    timeouts: Timeouts | None = None, demo: DemoAccount | None = None, **given: object
) -> AsyncIterator[FastAPI]:
    """The app, with its reaper, until the block ends."""
    app = create_app(settings(**given), demo, timeouts=timeouts)
    async with app.router.lifespan_context(app):
        yield app


def http_to(
    app: FastAPI,
    origin: str = "http://localhost",
    *,
    peer: str = "127.0.0.1",
    raising: bool = True,
) -> httpx.AsyncClient:
    """A client that reaches the app as ``origin``, from the address ``peer``."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=raising, client=(peer, 50000))
    return httpx.AsyncClient(transport=transport, base_url=origin, timeout=30)


class Script:
    """Someone who uses the API with a bearer token."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http = http
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}

    @property
    def on_pages(self) -> dict[str, str]:
        """What a page of ours sends along: the session's cookie, and where it comes from."""
        port = self.http.base_url.port
        cookie = f"popscope-{port}={self.token}" if port else f"popscope={self.token}"
        return {"Cookie": cookie, **SAME_ORIGIN}

    @classmethod
    async def signed_in(cls, http: httpx.AsyncClient, server: Serving, user: str = "anna") -> Self:
        answer = await post_session(http, server, user)
        assert answer.status_code == 201, answer.text
        return cls(http, answer.json()["token"])

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        # Where a browser's cookie goes along, the rules for browsers hold.
        headers = {**self.headers, **(SAME_ORIGIN if self.http.cookies else {})}
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **more)

    async def get(self, path: str, status: int = 200) -> Any:
        """The JSON of a GET."""
        answer = await self.ask("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, body: object = None, status: int = 200) -> Any:
        """The JSON of a POST, None where it has no body."""
        answer = await self.ask("POST", path, **({} if body is None else {"json": body}))
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def ids(self) -> list[str]:
        """All ids, in server order."""
        listed = await self.get("/list?sort=number&per_page=1000")
        return [message["id"] for message in listed["messages"]]


async def post_session(
    http: httpx.AsyncClient, at: Serving, user: str = "anna", **more: object
) -> httpx.Response:
    """POST /session, over plain TCP unless told otherwise."""
    body = {"username": user, "password": "secret", "server": at.host, "port": at.port}
    return await http.post("/api/v1/session", json={**body, "security": "none", **more})


class Browser:
    """Someone who opens pages and sends their forms, without JavaScript."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def open(self, path: str) -> httpx.Response:
        """A page, redirects followed."""
        return await self.http.get(path, follow_redirects=True)

    async def send(self, path: str, **fields: object) -> httpx.Response:
        """A form, redirects followed."""
        return await self.http.post(path, data=fields, headers=SAME_ORIGIN, follow_redirects=True)

    async def commit(self, **fields: object) -> httpx.Response:
        """The review's form as it is now, with other `fields` where some are given."""
        page = await self.open("/mailbox/review")
        shown = dict(re.findall(r'name="(count|seen)" value="(\w+)"', page.text))
        return await self.send("/mailbox/commit", **{**shown, **fields})

    async def sign_in(self, at: Serving, user: str = "anna", **fields: object) -> httpx.Response:
        await self.open("/")
        place = {"server": at.host, "port": str(at.port), "security": "none"}
        filled = {"username": user, "password": "secret", **place, **fields}
        return await self.send("/signin", **filled)


def words(answer: httpx.Response) -> str:
    """What a person reads on a page: tags taken away, white space made one."""
    text = re.sub(r"<(script|style|title)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def heading(answer: httpx.Response) -> str:
    """The title of the error that a page tells, or ""."""
    found = re.search(r'class="errortitle">(.*?)</', answer.text, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""
