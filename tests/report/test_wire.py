"""The bare connection."""

import pytest

from app.report.handshakes import lenient
from app.report.wire import Site
from app.transport import Security, Target
from tests.support.scripted import Peer, ScriptedServer, close, endless, expect, send, stall, steps

from .looking import dialer


def site(server: ScriptedServer) -> Site:
    found = Site(dialer(), Target(server.host, server.port, Security.NONE))
    found.address = server.host
    return found


async def test_lines_listings_and_the_end():
    script = steps(send(b"+OK hello\n"), expect(rb"CAPA", b"+OK\r\nTOP\r\nUIDL\r\n.\r\n"), close())
    async with ScriptedServer(script) as server, site(server).wire() as wire:
        assert await wire.line() == b"+OK hello"
        assert await wire.ask(b"CAPA") == b"+OK"
        assert await wire.listing() == [b"TOP", b"UIDL"]
        with pytest.raises(EOFError):
            await wire.line()
        assert await wire.unasked(1) == b""


async def test_what_comes_unasked_and_what_does_not():
    script = steps(send(b"+OK\r\n"), expect(rb"GO", b"surprise"), stall())
    async with ScriptedServer(script) as server, site(server).greeted() as wire:
        assert await wire.unasked(0.05) is None
        await wire.send(b"GO\r\n")
        assert await wire.unasked(5) == b"surprise"


async def test_what_never_ends_is_cut_off():
    async with ScriptedServer(endless(b"x" * 65536)) as server, site(server).wire() as wire:
        with pytest.raises(ValueError):
            await wire.line()
    listing = steps(send(b"+OK\r\n"), endless(b"a row\r\n" * 1000))
    async with ScriptedServer(listing) as server, site(server).greeted() as wire:
        with pytest.raises(ValueError):
            await wire.listing()


async def test_what_comes_in_clear_behind_the_answer_to_stls_is_refused(authority):
    async def script(peer: Peer) -> None:
        await peer.send(b"+OK\r\n")
        await peer.expect(rb"STLS")
        await peer.starttls(authority.leaf().server_context(), inject=b"+OK forged\r\n")

    async with ScriptedServer(script) as server:
        with pytest.raises(ValueError):
            async with site(server).secured(lenient()):
                pass


async def test_a_refused_stls_is_no_tls():
    script = steps(send(b"+OK\r\n"), expect(rb"STLS", b"-ERR no\r\n"), stall())
    async with ScriptedServer(script) as server:
        with pytest.raises(ValueError):
            async with site(server).secured(lenient()):
                pass
