"""Connections to servers that cannot be run here: replayed, one octet a write or all at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.mailbox.login import sign_in
from app.pop3 import CommandRejected, MessageNumber, State, TokenRefusal, XOAuth2, commands
from app.transport import Connection, Security, Target
from tests.support.replay import NAMES, Replay
from tests.support.scripted import ScriptedServer

from .dialling import ANNA, dialer

LINE_ENDS = [b"\r\n", b"\n"]
ONE_OCTET = pytest.param(True, marks=pytest.mark.heavy)
SOUND = [name for name in NAMES if name not in {"greenmail_dot", "cyrus_cr", "cyrus_late"}]


@asynccontextmanager
async def dialled(replay: Replay, authority, ca_file, one_octet: bool) -> AsyncIterator[Connection]:
    replay.context = authority.leaf().server_context()
    security = Security.STARTTLS if replay.dialogue.name == "office365" else Security.NONE
    async with ScriptedServer(replay, one_octet=one_octet) as server:
        target = Target(server.host, server.port, security)
        connection = await dialer(ca_file=ca_file).dial(target)
        try:
            yield connection
        finally:
            connection.abort()
            await asyncio.sleep(0.01)  # both ends are closed


@pytest.mark.parametrize("one_octet", [False, ONE_OCTET], ids=["at once", "one octet"])
@pytest.mark.parametrize("line_end", LINE_ENDS, ids=["CRLF", "LF"])
@pytest.mark.parametrize("name", SOUND)
async def test_answers_go_to_those_who_asked(name, line_end, one_octet, authority, ca_file):
    replay = Replay(name, line_end=line_end, short=one_octet)
    async with dialled(replay, authority, ca_file, one_octet) as connection:
        await sign_in(connection, ANNA)
        mails = replay.mails[: (await connection.execute(commands.stat())).messages]
        numbers = [MessageNumber(n) for n in range(1, len(mails) + 1)]
        # Many at once, in any order: they go one at a time where the server wants that.
        headers = [connection.request(commands.top(n, 0), 65536) for n in reversed(numbers)]
        listed, uidls, _ = await asyncio.gather(
            connection.execute(commands.list_all()),
            connection.execute(commands.uidl_all()),
            connection.execute(commands.noop()),
        )
        assert [row.octets for row in listed] == [mail.size for mail in mails]
        assert [row.uidl for row in uidls] == [mail.uidl for mail in mails]
        for pending, mail in zip(reversed(headers), mails, strict=True):
            await pending.future
            first = replay.lines(mail.octets.partition(b"\r\n")[0] + b"\r\n")
            assert bytes(pending.kept).startswith(first)
        for number, mail in zip(numbers, mails, strict=True):
            async with connection.stream(commands.retr(number), mail.size) as body:
                octets = b"".join([block async for block in body])
            assert octets == replay.given(mail)
        await connection.quit()
        assert connection.state is State.CLOSED


async def test_office_365_takes_a_token_in_two_steps(authority, ca_file):
    replay = Replay("office365")
    async with dialled(replay, authority, ca_file, one_octet=True) as connection:
        await connection.learn()
        await connection.execute(commands.auth(XOAuth2("anna", "secret")))
        assert connection.state is State.TRANSACTION
        assert "AUTH XOAUTH2" in replay.commands
        assert (await connection.execute(commands.stat())).messages == 6


async def test_office_365_refuses_a_token_and_another_may_be_tried(authority, ca_file):
    replay = Replay("office365")
    async with dialled(replay, authority, ca_file, one_octet=True) as connection:
        with pytest.raises(CommandRejected) as caught:
            await connection.execute(commands.auth(XOAuth2("anna", "another")))
        assert caught.value.command == "AUTH XOAUTH2"
        assert "another" not in repr(caught.value)
        await connection.execute(commands.auth(XOAuth2("anna", "secret")))
        assert connection.state is State.TRANSACTION


async def test_gmail_says_why_it_does_not_take_a_token(authority, ca_file):
    replay = Replay("gmail")
    async with dialled(replay, authority, ca_file, one_octet=True) as connection:
        mechanism = XOAuth2("anna", "another")
        with pytest.raises(CommandRejected) as caught:
            await connection.execute(commands.auth(mechanism))
        assert caught.value.reply == "-ERR [AUTH] Invalid credentials."
        assert mechanism.refusal == TokenRefusal("400", "https://mail.google.com/")
        assert replay.commands[-1] == ""  # the empty line that the refusal wants
        assert connection.state is State.AUTHORIZATION
