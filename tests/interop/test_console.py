"""The console on a real Dovecot: what DELE and QUIT do there, and what nothing else ever does."""

import asyncio
import signal
from collections.abc import Iterator

import httpx
import pytest

from app.mailbox import ConfirmFirst, Mailbox, Outcome
from tests.mailbox.opening import commit, console, line_of, mailbox_at, mark, until
from tests.support.dovecot import Dovecot
from tests.support.popscope import RunningPopscope
from tests.support.proxy import Link

from .test_dovecot_safety import credentials_of
from .test_endings import fill, on_disk, signed_in, verbs

pytestmark = pytest.mark.interop
ENDINGS = ["release", "idle release", "refresh", "sign-out", "expiry", "SIGTERM", "SIGKILL", "cut"]


@pytest.fixture(scope="module")
def lasting() -> Iterator[RunningPopscope]:
    """A Popscope that no test ends."""
    with RunningPopscope("serve") as running:
        yield running


@pytest.fixture
def popscope(lasting: RunningPopscope, ending: str) -> Iterator[RunningPopscope]:
    """The one that lasts, or another: to be ended, or with short times to be waited for."""
    own = {
        "idle release": {"POPSCOPE_IDLE_RELEASE": "3"},
        "expiry": {"POPSCOPE_SESSION_IDLE": "2"},
        "SIGTERM": {},
        "SIGKILL": {},
    }
    if ending not in own:
        yield lasting
        return
    with RunningPopscope("serve", settings=own[ending]) as running:
        yield running


async def headers_loaded(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        listed = (await client.get("/api/v1/list")).json()["messages"]
        if all(one["headers_known"] for one in listed):
            return
        await asyncio.sleep(0.05)
    pytest.fail("headers stay unknown")


async def typed(client: httpx.AsyncClient, line: str) -> httpx.Response:
    """Types a line, and confirms it where it asks."""
    answer = await client.post("/api/v1/console", json={"line": line})
    if answer.status_code == 409:
        confirm = {"line": line, "confirm": answer.json()["confirm"]}
        answer = await client.post("/api/v1/console", json=confirm)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("ending", ENDINGS)
async def test_raw_deletions_never_slip_out(
    dovecot: Dovecot, popscope: RunningPopscope, ending
) -> None:
    user = "raw-" + ending.replace(" ", "-").lower()
    before = fill(dovecot, user)
    async with (
        Link(dovecot.host, dovecot.port) as link,
        httpx.AsyncClient(base_url=popscope.url, timeout=20) as client,
    ):
        await signed_in(client, link, user)
        await headers_loaded(client)  # or a TOP might come between the DELEs
        for number in (1, 3, 8):
            done = (await typed(client, f"DELE {number}")).json()
            assert done["reply"].startswith("+OK")
        assert done["pending"]["messages"] == 3
        assert verbs(link)[-2:] == ["DELE", "LIST"]  # whether that number is empty now
        match ending:
            case "release":
                await client.post("/api/v1/session/release")
            case "refresh":
                await client.post("/api/v1/session/refresh")
            case "sign-out":
                await client.delete("/api/v1/session")
            case "idle release" | "expiry":
                await until(lambda: verbs(link)[-1] == "QUIT", 15)
            case "cut":
                link.drop()
            case _:
                popscope.process.send_signal(getattr(signal, ending))
                await asyncio.to_thread(popscope.process.wait, 15)
        await until(lambda: dovecot.ended(user) > 0)
        sent = [verb for verb in verbs(link)[verbs(link).index("DELE") :] if verb != "LIST"]
        quits = ending not in {"SIGKILL", "SIGTERM", "cut"}
        assert sent[:5] == ["DELE"] * 3 + (["RSET", "QUIT"] if quits else [])
        if ending == "expiry":
            assert (await client.get("/api/v1/session")).status_code == 401
        if ending in {"release", "refresh", "cut", "idle release"}:
            after = (await typed(client, "STAT")).json()
            assert after["reply"].startswith(f"+OK {len(before)} ")
            assert (after["undone"], after["renewed"]) == (3, True)
    assert on_disk(dovecot, user) == before


async def confirmed(mailbox: Mailbox, user: str, line: str):
    with pytest.raises(ConfirmFirst) as asked:
        await console(mailbox, credentials_of(user)).type(line)
    return await console(mailbox, credentials_of(user)).type(line, asked.value.confirm)


async def test_quit_deletes_exactly_what_was_named(dovecot: Dovecot) -> None:
    user = "raw-quit"
    before = fill(dovecot, user)
    mailbox = mailbox_at(dovecot.host, dovecot.port, user=user)
    await line_of(mailbox, credentials_of(user)).hold()
    files = sorted(before)  # as delivered, which is the order of the numbers
    for number in (2, 5):
        assert (await confirmed(mailbox, user, f"DELE {number}")).ok
    done = await confirmed(mailbox, user, "QUIT")
    assert done.ok
    assert done.receipt is not None
    assert (done.receipt.verified, done.receipt.count(Outcome.GONE)) == (True, 2)
    await mailbox.close()
    assert set(before) - set(on_disk(dovecot, user)) == {files[1], files[4]}


async def test_a_commit_of_marks_leaves_what_the_console_named(dovecot: Dovecot) -> None:
    user = "raw-commit"
    before = fill(dovecot, user)
    files = sorted(before)
    async with Link(dovecot.host, dovecot.port) as link:
        mailbox = mailbox_at(link.host, link.port, user=user)
        await line_of(mailbox, credentials_of(user)).hold()
        await confirmed(mailbox, user, "DELE 1")
        await confirmed(mailbox, user, "DELE 4")
        mark(mailbox, 4, 7)
        receipt = await commit(mailbox, credentials_of(user)).run()
        assert receipt.count(Outcome.GONE) == 2
        await mailbox.close()
        sent = [line for line in link.commands if line.split()[0] in {"DELE", "RSET", "QUIT"}]
        assert sent == ["DELE 1", "DELE 4", "RSET", "DELE 7", "DELE 4", "QUIT", "QUIT"]
    assert set(before) - set(on_disk(dovecot, user)) == {files[3], files[6]}


async def test_the_classic_session_by_hand(dovecot: Dovecot) -> None:
    user = "raw-classic"
    before = fill(dovecot, user)
    mailbox = mailbox_at(dovecot.host, dovecot.port, user=user)
    await line_of(mailbox, credentials_of(user)).hold()

    async def ask(line: str):
        return await console(mailbox, credentials_of(user)).type(line)

    assert (await ask("stat")).reply.startswith(f"+OK {len(before)} ")
    assert len(((await ask("list")).body or "").split("\n")) == len(before)
    assert ((await ask("top 1 1")).body or "").startswith("Subject: letter 0\n\nhello")
    assert ((await ask("retr 8")).body or "").startswith("Subject: letter 7\n\nhello")
    assert "UIDL" in ((await ask("capa")).body or "").split("\n")
    assert (await ask("noop")).ok
    assert (await ask("list 99")).reply.startswith("-ERR")
    assert not (await ask("lang")).ok  # Dovecot does not know it, and stays
    assert (await confirmed(mailbox, user, "dele 8")).ok
    assert (await ask("stat")).reply.startswith(f"+OK {len(before) - 1} ")
    assert (await ask("top 8 0")).reply.startswith("-ERR")
    assert (await ask("rset")).ok
    assert (await ask("quit")).ok
    assert mailbox.lease.held_seconds is None
    await mailbox.close()
    assert on_disk(dovecot, user) == before
