"""A long listing holds nobody else up; the password is hashed aside."""

import asyncio
import base64
import threading

import pytest

from app.pop3 import CommandRejected, Fault, Limits, RemoteProtocolError, Scram, commands
from app.transport import ConnectionLost
from app.transport.wire import Wire
from tests.support.scripted import Peer, ScriptedServer, expect, stall, steps

from .dialling import greeted, signed_in, signing_in

ROWS = b"".join(b"%d 7\r\n" % n for n in range(1, 5001))


class Turns:
    """Counts the turns of the event loop."""

    def __init__(self) -> None:
        self.count = 0

    async def run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)


async def test_the_loop_turns_between_slices_of_a_listing():
    whole = expect(rb"LIST", b"+OK\r\n" + ROWS + b".\r\n"), stall()
    async with (
        ScriptedServer(steps(*signing_in(), *whole)) as server,
        signed_in(server, limits=Limits(rows_at_once=10)) as connection,
    ):
        turns = Turns()
        task = asyncio.create_task(turns.run())
        rows = await connection.execute(commands.list_all())
        task.cancel()
        assert len(rows) == 5000
        assert turns.count >= 500


async def test_nothing_is_read_of_the_socket_while_slices_are_left(monkeypatch):
    said: list[str] = []
    for name in ("pause", "resume"):
        real = getattr(Wire, name)

        def noted(wire: Wire, name: str = name, real: object = real) -> None:
            said.append(name)
            real(wire)  # type: ignore[operator]

        monkeypatch.setattr(Wire, name, noted)
    both = expect(rb"LIST", b"+OK\r\n" + ROWS + b".\r\n"), expect(rb"NOOP", b"+OK\r\n"), stall()
    async with (
        ScriptedServer(steps(*signing_in(), *both)) as server,
        signed_in(server, limits=Limits(rows_at_once=100)) as connection,
    ):
        await connection.execute(commands.list_all())
        await connection.execute(commands.noop())
    assert said[:1] == ["pause"]
    assert said.count("resume") >= 1


@pytest.mark.parametrize("at_once", [10, 1])
async def test_a_listing_whose_end_comes_with_the_end_of_the_line_is_whole(at_once):
    async def bye(peer: Peer) -> None:
        await peer.expect(rb"LIST", b"+OK\r\n" + ROWS + b".\r\n")
        peer.close()

    async with (
        ScriptedServer(steps(*signing_in(), bye)) as server,
        signed_in(server, limits=Limits(rows_at_once=at_once)) as connection,
    ):
        rows = await connection.execute(commands.list_all())
        assert len(rows) == 5000


async def test_a_connection_that_is_dropped_reads_no_further_slice():
    whole = expect(rb"LIST", b"+OK\r\n" + ROWS), stall()
    async with (
        ScriptedServer(steps(*signing_in(), *whole)) as server,
        signed_in(server, limits=Limits(rows_at_once=1)) as connection,
    ):
        listing = commands.list_all()
        asked = asyncio.create_task(connection.execute(listing))
        while connection._intake._next is None:  # noqa: ASYNC110 -- a state, seen from outside
            await asyncio.sleep(0)
        connection.abort()
        with pytest.raises(ConnectionLost):
            await asked
        assert connection._intake._next is None


def scram() -> tuple[Scram, list[str]]:
    """A client, and the names of the threads that compute for it."""
    client, threads = Scram("SCRAM-SHA-256", "user", "pencil"), []
    real = client.respond

    def respond(challenge: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return real(challenge)

    client.respond = respond  # type: ignore[method-assign]
    return client, threads


async def challenge(peer: Peer, iterations: int) -> None:
    line = await peer.line()
    nonce = base64.b64decode(line.split()[2]).rpartition(b"r=")[2]
    first = b"r=%ssrv,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=%d" % (nonce, iterations)
    await peer.send(b"+ " + base64.b64encode(first) + b"\r\n")


async def test_a_password_is_hashed_by_a_thread_while_the_loop_turns():
    async def script(peer: Peer) -> None:
        await peer.send(b"+OK\r\n")
        await challenge(peer, 600_000)
        assert b"p=" in base64.b64decode(await peer.line())
        await peer.send(b"-ERR [AUTH] no\r\n")

    client, threads = scram()
    async with ScriptedServer(script) as server, greeted(server) as connection:
        turns = Turns()
        task = asyncio.create_task(turns.run())
        with pytest.raises(CommandRejected):
            await connection.execute(commands.auth(client))
        task.cancel()
    assert len(threads) == 1
    assert threads[0].startswith("popscope-hashing")
    assert turns.count > 100


async def test_what_a_server_says_before_the_answer_to_its_challenge_was_not_asked_for():
    async def script(peer: Peer) -> None:
        await peer.send(b"+OK\r\n")
        await challenge(peer, 600_000)
        await peer.send(b"+OK welcome\r\n")
        await peer.stall()

    async with ScriptedServer(script) as server, greeted(server) as connection:
        with pytest.raises(RemoteProtocolError) as caught:
            await connection.execute(commands.auth(scram()[0]))
        assert caught.value.fault is Fault.UNSOLICITED


async def test_nobody_hashes_for_a_connection_that_has_ended():
    async def script(peer: Peer) -> None:
        await peer.send(b"+OK\r\n")
        await challenge(peer, 4096)
        await peer.stall()

    client, _ = scram()
    async with ScriptedServer(script) as server, greeted(server) as connection:
        asked = asyncio.create_task(connection.execute(commands.auth(client)))
        while connection._intake._answer is None:  # noqa: ASYNC110 -- the same
            await asyncio.sleep(0)
        connection.abort()
        with pytest.raises(ConnectionLost):
            await asked
        assert connection._intake._answer is None
