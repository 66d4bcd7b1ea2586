"""However a session of the running app ends: marks alone delete nothing on Dovecot's disk."""

import asyncio
import signal
from collections.abc import Iterator

import httpx
import pytest

from tests.mailbox.opening import until
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.popscope import RunningPopscope
from tests.support.proxy import Link

pytestmark = pytest.mark.interop
MESSAGES = 8
ENDINGS = ["sign-out", "expiry", "idle release", "connection loss", "SIGTERM", "SIGKILL"]


# Short, so that expiry and idle release can be waited for.
TIMES = {"POPSCOPE_IDLE_RELEASE": "1", "POPSCOPE_SESSION_IDLE": "3"}


@pytest.fixture(scope="module")
def lasting() -> Iterator[RunningPopscope]:
    """A Popscope that no test ends."""
    with RunningPopscope("serve", settings=TIMES) as running:
        yield running


@pytest.fixture
def popscope(lasting: RunningPopscope, ending: str) -> Iterator[RunningPopscope]:
    """The one that lasts, or one to be ended."""
    if not ending.startswith("SIG"):
        yield lasting
        return
    with RunningPopscope("serve", settings=TIMES) as running:
        yield running


def fill(dovecot: Dovecot, user: str) -> dict[str, str]:
    """Delivers some mail; returns what lies on the disk then."""
    dovecot.deliver_many(
        user, (b"Subject: letter %d\r\n\r\nhello\r\n" % number for number in range(MESSAGES))
    )
    return on_disk(dovecot, user)


def on_disk(dovecot: Dovecot, user: str) -> dict[str, str]:
    """SHA-256 of every message by file."""
    return {name: one.sha256 for name, one in dovecot.messages_on_disk(user).items()}


def verbs(link: Link) -> list[str]:
    """What Popscope has sent, without arguments."""
    return [line.split()[0].upper() for line in link.commands]


async def signed_in(client: httpx.AsyncClient, link: Link, user: str) -> None:
    """Signs in through the link, and marks everything there is."""
    account = {"username": user, "password": PASSWORD, "security": "none"}
    answer = await client.post(
        "/api/v1/session", json={**account, "server": link.host, "port": link.port}
    )
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    listed = (await client.get("/api/v1/list")).json()["messages"]
    marked = await client.post("/api/v1/dele", json={"ids": [one["id"] for one in listed]})
    assert marked.json()["marked"]["messages"] == MESSAGES


async def gone(client: httpx.AsyncClient) -> None:
    """Waits until the session has expired."""
    async with asyncio.timeout(15):
        while (await client.get("/livez")).status_code == 200:
            await asyncio.sleep(4)  # a look at the session would keep it alive
            if (await client.get("/api/v1/session")).status_code == 401:
                return


@pytest.mark.parametrize("ending", ENDINGS)
async def test_marks_alone_delete_nothing(
    dovecot: Dovecot, popscope: RunningPopscope, ending
) -> None:
    user = "end-" + ending.replace(" ", "-").lower()
    before = fill(dovecot, user)
    async with (
        Link(dovecot.host, dovecot.port) as link,
        httpx.AsyncClient(base_url=popscope.url, timeout=20) as client,
    ):
        await signed_in(client, link, user)
        match ending:
            case "sign-out":
                answer = await client.delete("/api/v1/session")
                assert answer.json() == {"not_deleted": MESSAGES, "deleting": False}
            case "expiry":
                await gone(client)
            case "idle release":
                await until(lambda: verbs(link)[-1] == "QUIT")
                state = (await client.get("/api/v1/session")).json()
                assert not state["held"]
                assert state["marked"]["messages"] == MESSAGES
            case "connection loss":
                link.drop()
                assert (await client.get("/api/v1/stat")).json()["messages"] == MESSAGES
                state = (await client.get("/api/v1/session")).json()
                assert state["marked"]["messages"] == MESSAGES
            case _:
                popscope.process.send_signal(getattr(signal, ending))
                await asyncio.to_thread(popscope.process.wait, 15)
        await until(lambda: dovecot.ended(user) > 0)
        assert "DELE" not in verbs(link)
        assert on_disk(dovecot, user) == before


async def test_a_refused_commit_sends_no_dele(dovecot: Dovecot, lasting: RunningPopscope) -> None:
    user = "refused-commit"
    before = fill(dovecot, user)
    async with (
        Link(dovecot.host, dovecot.port) as link,
        httpx.AsyncClient(base_url=lasting.url, timeout=20) as client,
    ):
        await signed_in(client, link, user)
        token = client.headers.pop("Authorization").removeprefix("Bearer ")
        client.cookies.set(f"popscope-{lasting.port}", token, domain="127.0.0.1")
        evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        for headers in (
            evil,
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "http://127.0.0.1:1"},
            {},
        ):
            for path in ("/api/v1/quit", "/mailbox/commit"):
                refused = await client.post(path, headers=headers)
                assert refused.status_code == 403, (path, headers)
        assert "DELE" not in verbs(link)
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {token}"
        await client.post("/api/v1/rset")
        nothing = await client.post("/api/v1/quit")
        assert (nothing.status_code, nothing.json()["code"]) == (409, "commit-failed")
        assert "DELE" not in verbs(link)
    assert on_disk(dovecot, user) == before
