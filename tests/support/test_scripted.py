import asyncio
import poplib
import socket
import ssl
import time
from contextlib import suppress
from typing import Any

import pytest

from .certs import Authority
from .scripted import (
    ScriptedServer,
    UnexpectedCommand,
    close,
    endless,
    expect,
    reset,
    send,
    stall,
    starttls,
    steps,
)


async def connect(
    server: ScriptedServer, **options: Any
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(server.host, server.port, **options)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def test_it_plays_its_steps_in_order():
    script = steps(send(b"+OK hi\r\n"), expect(rb"CAPA", b"-ERR no\r\n"), expect(rb"USER .+"))
    async with ScriptedServer(script) as server:
        reader, writer = await connect(server)
        assert await reader.readline() == b"+OK hi\r\n"
        writer.write(b"capa\r\nUSER me\n")
        assert await reader.readline() == b"-ERR no\r\n"
        assert await reader.read() == b""
        await hang_up(writer)
        assert server.received == [b"capa", b"USER me"]


async def test_an_unexpected_command_fails_the_test():
    async def run() -> None:
        async with ScriptedServer(steps(expect(rb"QUIT"))) as server:
            reader, writer = await connect(server)
            writer.write(b"DELE 1\r\n")
            await reader.read()
            await hang_up(writer)

    with pytest.raises(UnexpectedCommand, match="DELE 1"):
        await run()


async def test_a_client_that_leaves_early_is_no_failure():
    async with ScriptedServer(steps(expect(rb"QUIT"))) as server:
        _, writer = await connect(server)
        await hang_up(writer)
        await asyncio.sleep(0.05)


async def test_connections_take_the_scripts_in_turn_and_the_last_one_stays():
    async with ScriptedServer(steps(send(b"first")), steps(send(b"then"))) as server:
        seen = []
        for _ in range(3):
            reader, writer = await connect(server)
            seen.append(await reader.read())
            await hang_up(writer)
        assert seen == [b"first", b"then", b"then"]
        assert server.connections == 3


async def test_a_stall_says_nothing_and_ends_with_the_block():
    start = time.monotonic()
    async with ScriptedServer(steps(send(b"+OK\r\n"), stall())) as server:
        reader, writer = await connect(server)
        await reader.readline()
        writer.write(b"NOOP\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        assert server.received == [b"NOOP"]
        await hang_up(writer)
    assert time.monotonic() - start < 3


async def test_close_is_a_fin_and_reset_a_reset():
    async with ScriptedServer(steps(close()), steps(reset())) as server:
        reader, writer = await connect(server)
        assert await reader.read() == b""
        await hang_up(writer)
        reader, writer = await connect(server)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await hang_up(writer)


async def test_an_endless_line_has_no_end():
    async with ScriptedServer(steps(send(b"+OK "), endless(b"x" * 65536))) as server:
        reader, writer = await connect(server)
        assert len(await reader.readexactly(3_000_000)) == 3_000_000
        await hang_up(writer)


async def test_one_octet_per_write():
    async with ScriptedServer(steps(send(b"+OK slow\r\n"), stall()), one_octet=True) as server:
        loop = asyncio.get_running_loop()
        with socket.create_connection((server.host, server.port)) as client:
            client.setblocking(False)  # its only argument
            sizes: list[int] = []
            while sum(sizes) < 10:
                sizes.append(len(await loop.sock_recv(client, 100)))
        assert max(sizes) < 10
        assert len(sizes) > 3


async def test_stls_handshakes_with_the_certificate_given():
    authority = Authority()
    context = authority.leaf().server_context()
    script = steps(
        send(b"+OK\r\n"),
        expect(rb"CAPA", b"+OK\r\nSTLS\r\n.\r\n"),
        starttls(context),
        expect(rb"USER me", b"+OK\r\n"),
        stall(),
    )

    def client(port: int) -> None:
        pop = poplib.POP3("localhost", port, timeout=5)
        try:
            pop.stls(authority.client_context())
            assert pop.user("me") == b"+OK"
        finally:
            pop.close()

    async with ScriptedServer(script) as server:
        await asyncio.to_thread(client, server.port)
        assert server.peers[0].tls
        assert server.received == [b"CAPA", b"STLS", b"USER me"]


async def test_plaintext_can_be_injected_behind_the_ok():
    script = steps(
        send(b"+OK\r\n"), starttls(Authority().leaf().server_context(), b"+OK injected\r\n")
    )
    async with ScriptedServer(script) as server:
        reader, writer = await connect(server)
        await reader.readline()
        writer.write(b"STLS\r\n")
        assert await reader.readline() == b"+OK begin TLS\r\n"
        assert await reader.readline() == b"+OK injected\r\n"
        await hang_up(writer)


async def test_tls_from_the_first_octet():
    authority = Authority()
    context = authority.leaf().server_context()
    async with ScriptedServer(steps(send(b"+OK tls\r\n"), stall()), tls=context) as server:
        client = authority.client_context()
        reader, writer = await connect(server, ssl=client, server_hostname="localhost")
        assert await reader.readline() == b"+OK tls\r\n"
        await hang_up(writer)
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(server, ssl=Authority().client_context(), server_hostname="localhost")
