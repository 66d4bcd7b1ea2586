"""The programmable server, judged by poplib and by hand."""

import asyncio
import base64
import hashlib
import poplib
import socket
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from .certs import Authority
from .maildrop import FakeMaildrop, FakeMessage, Quirks, digest, huge, plain
from .scripted import ScriptedServer

DOTTED = b"Subject: d\r\n\r\n.\r\n..two\r\nlast\r\n"


class Running(FakeMaildrop):
    port = 0


@asynccontextmanager
async def running(
    messages: Iterable[FakeMessage] = (),
    *,
    quirks: Quirks | None = None,
    one_octet: bool = False,
    **options: Any,
) -> AsyncIterator["Running"]:
    drop = Running(messages, quirks=quirks, **options)
    async with ScriptedServer(drop, one_octet=one_octet) as server:
        drop.port = server.port
        yield drop


def sign_in(drop: Running, password: str = "secret") -> poplib.POP3:
    client = poplib.POP3("127.0.0.1", drop.port, timeout=10)
    try:
        client.user("me")
        client.pass_(password)
    except BaseException:
        client.close()
        raise
    return client


async def session(drop: Running, *calls: list[Any]) -> list[Any]:
    """Sign in with poplib in a thread, make the calls, QUIT; return the results."""

    def run() -> list[Any]:
        client = sign_in(drop)
        try:
            return [getattr(client, name)(*args) for name, *args in calls]
        finally:
            try:
                client.quit()
            except (poplib.error_proto, OSError):
                client.close()

    return await asyncio.to_thread(run)


async def talk(drop: Running, *lines: bytes) -> bytes:
    """Send lines in one write; return everything until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", drop.port)
    try:
        async with asyncio.timeout(5):
            greeting = await reader.readline()
            writer.write(b"".join(line + b"\r\n" for line in lines))
            return greeting + await reader.read()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


LOGIN = (b"USER me", b"PASS secret")


@pytest.mark.parametrize("one_octet", [False, True])
async def test_it_is_a_right_server(one_octet):
    async with running([FakeMessage(DOTTED), *plain(2)], one_octet=one_octet) as drop:
        stat, rows, uidl, top, retr = await session(
            drop, ["stat"], ["list"], ["uidl"], ["top", 1, 1], ["retr", 1]
        )
        assert stat == (3, len(DOTTED) + 400)
        assert rows[1] == [b"1 %d" % len(DOTTED), b"2 200", b"3 200"]
        assert uidl[1][1:] == [b"2 u1", b"3 u2"]
        assert top[1] == [b"Subject: d", b"", b"."]
        assert b"\r\n".join(retr[1]) + b"\r\n" == DOTTED


async def test_what_goes_over_the_wire_is_stuffed():
    async with running([FakeMessage(DOTTED)]) as drop:
        wire = await talk(drop, *LOGIN, b"RETR 1", b"QUIT")
        assert b"+OK\r\nSubject: d\r\n\r\n..\r\n...two\r\nlast\r\n.\r\n" in wire
    async with running(
        [FakeMessage(DOTTED)], quirks=Quirks(bare=frozenset({"TOP", "RETR"}))
    ) as drop:
        wire = await talk(drop, *LOGIN, b"RETR 1", b"QUIT")
        assert b"+OK\r\n" + DOTTED + b".\r\n" in wire


async def test_quit_deletes_and_nothing_else_does():
    async with running(plain(3)) as drop:
        client = await asyncio.to_thread(sign_in, drop)
        await asyncio.to_thread(client.dele, 2)
        client.close()
        await asyncio.sleep(0.05)
        assert len(drop.messages) == 3
        await session(drop, ["dele", 1], ["rset"], ["dele", 2])
        assert [m.uidl for m in drop.messages] == ["u1", "u3"]
        assert drop.count("DELE") == 3


async def test_deleted_messages_leave_gaps():
    async with running(plain(3)) as drop:
        results = await session(drop, ["dele", 2], ["list"], ["stat"])
        assert results[1][1] == [b"1 200", b"3 200"]
        assert results[2] == (2, 400)


@pytest.mark.parametrize(
    ("quirks", "call", "expected"),
    [
        (Quirks(capa=False), ["capa"], "CAPA not supported"),
        (Quirks(uidl=False), ["uidl"], "unknown command"),
        (Quirks(top=False), ["top", 1, 0], "unknown command"),
        (Quirks(refuse_dele=frozenset({1})), ["dele", 1], "may not be deleted"),
        (Quirks(replies={"STAT": b"-ERR busy\r\n"}), ["stat"], "busy"),
    ],
)
async def test_refusals(quirks, call, expected):
    async with running(plain(1), quirks=quirks) as drop:
        with pytest.raises(poplib.error_proto, match=expected):
            await session(drop, call)


async def test_capa_follows_the_switches():
    async with running(quirks=Quirks(announce=("EXPIRE 0",))) as drop:
        (capa,) = await session(drop, ["capa"])
        assert {"TOP", "UIDL", "PIPELINING", "EXPIRE"} <= set(capa)
        drop.quirks = Quirks(top=False, uidl=False, pipelining=False)
        (capa,) = await session(drop, ["capa"])
        assert not {"TOP", "UIDL", "PIPELINING", "USER"} & set(capa)


async def test_lies_gaps_and_unique_ids_that_are_none():
    async with running([FakeMessage(DOTTED, listed=7), *plain(2)]) as drop:
        rows, stat = await session(drop, ["list"], ["stat"])
        assert rows[1][0] == b"1 7"
        assert stat == (3, 407)
        drop.quirks.list_gaps = frozenset({2})
        rows, uidl = await session(drop, ["list"], ["uidl"])
        assert [row.split()[0] for row in rows[1]] == [b"1", b"3"]
        assert [row.split()[0] for row in uidl[1]] == [b"1", b"3"]
        drop.quirks = Quirks(same_uidl=True)
        (uidl,) = await session(drop, ["uidl"])
        assert len({row.split()[1] for row in uidl[1]}) == 1
        drop.quirks = Quirks(fresh_uidls=True)
        (one,) = await session(drop, ["uidl"])
        (two,) = await session(drop, ["uidl"])
        assert not set(one[1]) & set(two[1])


async def test_logins_that_fail():
    async with running(plain(1), quirks=Quirks(in_use_logins=2)) as drop:
        for _ in range(2):
            with pytest.raises(poplib.error_proto, match="IN-USE"):
                await session(drop, ["stat"])
        await session(drop, ["stat"])
        with pytest.raises(poplib.error_proto, match="AUTH"):
            await asyncio.to_thread(sign_in, drop, "wrong")
        drop.quirks.refuse_login = b"-ERR [LOGIN-DELAY] wait a minute"
        with pytest.raises(poplib.error_proto, match="LOGIN-DELAY"):
            await session(drop, ["stat"])


async def test_an_exclusive_maildrop_is_lent_once_at_a_time():
    async with running(plain(1), quirks=Quirks(exclusive=True)) as drop:
        holder = await asyncio.to_thread(sign_in, drop)
        with pytest.raises(poplib.error_proto, match="IN-USE"):
            await session(drop, ["stat"])
        await asyncio.to_thread(holder.quit)
        await session(drop, ["stat"])


async def test_auth_plain_and_login():
    plain_answer = base64.b64encode(b"\0me\0secret")
    user, password = base64.b64encode(b"me"), base64.b64encode(b"secret")
    async with running() as drop:
        for lines in (
            [b"AUTH PLAIN " + plain_answer],
            [b"AUTH PLAIN", plain_answer],
            [b"AUTH LOGIN", user, password],
        ):
            assert b"+OK logged in" in await talk(drop, *lines, b"QUIT")
        assert b"-ERR bad SASL" in await talk(drop, b"AUTH PLAIN", b"*", b"QUIT")


@pytest.mark.parametrize(
    ("reply", "deletes", "left"),
    [(b"-ERR not removed", False, 2), (b"-ERR some not removed", True, 1), (None, True, 1)],
)
async def test_endings(reply, deletes, left):
    quirks = Quirks(quit_reply=reply, quit_deletes=deletes)
    async with running(plain(2), quirks=quirks) as drop:
        wire = await talk(drop, *LOGIN, b"DELE 1", b"QUIT")
        assert wire.endswith(b"marked\r\n" if reply is None else reply + b"\r\n")
        assert len(drop.messages) == left


async def test_bare_line_feeds():
    async with running([FakeMessage(DOTTED)], quirks=Quirks(line_end=b"\n")) as drop:
        wire = await talk(drop, *LOGIN, b"RETR 1", b"QUIT")
        assert b"\r" not in wire
        assert wire.endswith(b"\nlast\n.\n+OK bye\n")


@pytest.mark.parametrize("stage", ["greeting", "CAPA", "PASS", "LIST", "RETR", "RETR body"])
async def test_it_ends_or_stalls_where_it_is_told(stage):
    commands = [b"CAPA", *LOGIN, b"LIST", b"RETR 1", b"NOOP", b"QUIT"]
    async with running([FakeMessage(DOTTED)], quirks=Quirks(close_at=stage)) as drop:
        wire = await talk(drop, *commands)
        assert b"bye" not in wire
        assert (b"last" in wire) == (stage == "RETR body")
        drop.quirks = Quirks(stall_at=stage)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talk(drop, *commands), 0.2)
        drop.quirks = Quirks(reset_at=stage)
        with pytest.raises(ConnectionResetError):
            await talk(drop, *commands)


async def test_it_drops_the_connection_at_the_nth_command():
    async with running(plain(9), quirks=Quirks(drop_at_command=5)) as drop:
        wire = await talk(drop, *LOGIN, *(b"TOP %d 0" % n for n in range(1, 10)))
        assert wire.count(b"Subject: message") == 2
        assert drop.commands[-1] == "TOP 3 0"


async def test_replies_nobody_asked_for():
    quirks = Quirks(before_reply={"STAT": b"-ERR going down\r\n"}, greeting=b"220 smtp ready")
    async with running(plain(1), quirks=quirks) as drop:
        wire = await talk(drop, *LOGIN, b"STAT", b"QUIT")
        assert wire.startswith(b"220 smtp")
        assert b"-ERR going down\r\n+OK 1 200\r\n" in wire


async def test_stls_and_what_can_be_injected():
    authority = Authority()
    context = authority.leaf().server_context()
    async with running(plain(1), tls=context) as drop:

        def run():
            client = poplib.POP3("localhost", drop.port, timeout=5)
            assert "STLS" in client.capa()
            client.stls(authority.client_context())
            assert "STLS" not in client.capa()
            client.quit()

        await asyncio.to_thread(run)
    async with running(tls=context, inject=b"+OK planted\r\n") as drop:
        reader, writer = await asyncio.open_connection("127.0.0.1", drop.port)
        writer.write(b"STLS\r\n")
        await reader.readline()
        assert (await reader.readline()) + (await reader.readline()) == (
            b"+OK begin TLS\r\n+OK planted\r\n"
        )
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@pytest.mark.heavy
async def test_a_hundred_thousand_messages_are_quick():
    start = time.process_time()
    async with running(plain(100_000)) as drop:
        rows, uidl = await session(drop, ["list"], ["uidl"])
        assert rows[1][-1] == b"100000 200"
        assert uidl[1][-1] == b"100000 u100000"
    assert time.process_time() - start < 8


@pytest.mark.parametrize("octets", [1_000, 59_999, 60_000, 1_000_003, 5_000_000])
def test_a_huge_message_has_exactly_its_size_and_whole_lines(octets):
    made = b"".join(huge(octets).blocks())
    assert len(made) == octets
    assert made.endswith(b"\r\n")
    assert b"\r" not in made.replace(b"\r\n", b"")
    assert b"\r\n.." in made or octets < 60_100


async def test_a_huge_message_arrives_octet_for_octet():
    message = huge(8 * 1024 * 1024)
    async with running([message]) as drop:

        def run():
            with socket.create_connection(("127.0.0.1", drop.port), 10) as sock:
                file = sock.makefile("rb")
                sock.sendall(b"USER me\r\nPASS secret\r\nRETR 1\r\n")
                for _ in range(4):
                    assert file.readline().startswith(b"+OK")
                made = hashlib.sha256()
                while (line := file.readline()) != b".\r\n":
                    made.update(line.removeprefix(b"."))
                file.close()
                return made.hexdigest()

        assert await asyncio.to_thread(run) == digest(message)
