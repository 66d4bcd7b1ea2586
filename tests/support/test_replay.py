"""The replayed servers do what their files say, and notice what they were never asked."""

import asyncio

import pytest

from .replay import NAMES, Replay
from .scripted import ScriptedServer, UnexpectedCommand


def signed_in(name: str, **options):
    session = Replay(name, **options).connect()
    for line in (b"CAPA", b"USER anna", b"PASS secret", b"CAPA"):
        session.answer(line)
    assert session.section == "transaction"
    return session


@pytest.mark.parametrize("name", [name for name in NAMES if name != "office365"])
def test_every_dialogue_can_be_read_and_signed_in_to(name):
    replay = Replay(name)
    session = replay.connect()
    assert session.said(replay.dialogue.greeting).startswith(b"+OK")
    for line in (b"CAPA", b"USER anna", b"PASS secret"):
        assert session.answer(line)[:1] in {b"+", b"-"}
    rows = session.answer(b"UIDL").split(b"\r\n")[1:-2]
    assert session.answer(b"STAT").split()[1] == b"%d" % len(rows)
    assert session.answer(b"RETR 99").startswith(b"-ERR")
    assert session.answer(b"QUIT").startswith(b"+OK")
    assert session.ended


def test_rows_and_bodies_end_as_the_server_ends_them():
    session = signed_in("qpopper", line_end=b"\n")
    assert session.answer(b"LIST").split(b"\n")[1].startswith(b"1   ")
    assert session.answer(b"UIDL").endswith(b"\n.\n")
    assert b"\n...two\n" in session.answer(b"TOP 1 2")
    assert b"hidden" not in session.answer(b"TOP 1 2")
    assert b"\n.hidden\n" in signed_in("greenmail", line_end=b"\n").answer(b"RETR 1")
    assert signed_in("cyrus_cr").answer(b"RETR 1").endswith(b"\r\n.\r")
    assert signed_in("stalwart").answer(b"TOP 1 0").endswith(b"last line\r\n.\r\n")


def test_only_quit_deletes_and_numbers_stay_as_they_are_until_then():
    session = signed_in("yahoo")
    replay = session._replay
    session.answer(b"DELE 1")
    assert session.answer(b"LIST").split(b"\r\n")[1].startswith(b"2 ")
    assert session.answer(b"TOP 1 0").startswith(b"-ERR")
    assert len(replay.mails) == 6
    session.answer(b"QUIT")
    assert len(replay.mails) == 5


def test_a_command_that_the_dialogue_does_not_have_is_a_failure():
    with pytest.raises(UnexpectedCommand):
        signed_in("gmail").answer(b"XTND XLST")


async def test_commands_sent_ahead_are_a_failure_where_pipelining_is_not_announced():
    async def send(name: str, said: bytes) -> list[BaseException]:
        server = ScriptedServer(Replay(name))
        await server.__aenter__()
        reader, writer = await asyncio.open_connection(server.host, server.port)
        await reader.readline()
        for line in (b"USER anna", b"PASS secret"):
            writer.write(line + b"\r\n")
            await reader.readline()
        writer.write(said)
        await reader.readline()
        writer.close()
        await server.__aexit__(None, ValueError(), None)  # the failures are looked at here
        return server.failures

    both = b"NOOP\r\nSTAT\r\n"
    assert await send("wildduck", both) == []
    [failure] = await send("yahoo", both)
    assert isinstance(failure, UnexpectedCommand)
