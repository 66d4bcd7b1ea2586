"""What is typed and answered; see test_console_deleting.py for DELE, RSET and QUIT."""

import asyncio

import pytest

from app.mailbox import (
    DISPLAY_OCTETS,
    BadLine,
    Exchange,
    LineBusy,
    Mailbox,
    Sort,
    Verb,
)
from app.pop3 import Fault, RemoteProtocolError
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMessage, huge, plain

from .opening import console, loaded, maildrop, opened, reader

DOTS = b"Subject: dots\r\n\r\n.one\r\n..two\r\nend\r\n"


async def ask(mailbox: Mailbox, line: str) -> Exchange:
    return await console(mailbox).type(line)


async def test_every_reading_command_goes_out_as_typed_and_comes_back_as_sent():
    drop = maildrop([FakeMessage(DOTS, uidl="d1"), *plain(2)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        before = len(drop.commands)
        octets = sum(message.octets for message in drop.messages)
        assert (await ask(mailbox, "stat")).reply == f"+OK 3 {octets}"
        listed = await ask(mailbox, "LIST")
        assert (listed.reply, listed.body) == (
            "+OK",
            "\n".join(f"{n} {m.octets}" for n, m in enumerate(drop.messages, 1)),
        )
        assert (await ask(mailbox, "list 1")).reply == f"+OK 1 {len(DOTS)}"
        assert (await ask(mailbox, "uidl 1")).reply == "+OK 1 d1"
        assert ((await ask(mailbox, "UIDL")).body or "").startswith("1 d1\n2 ")
        assert "PIPELINING" in ((await ask(mailbox, "CAPA")).body or "").split("\n")
        top = await ask(mailbox, "TOP 1 1")
        assert (top.body, top.dotted) == ("Subject: dots\n\n.one", True)
        whole = await ask(mailbox, "retr 1")
        assert (whole.body, whole.octets) == (DOTS.decode().replace("\r\n", "\n")[:-1], len(DOTS))
        assert not whole.truncated
        assert (await ask(mailbox, "noop")).reply == "+OK"
        assert (await ask(mailbox, "LANG")).reply == "-ERR unknown command"
        assert (await ask(mailbox, "top 9 0")).reply == "-ERR no such message"
        assert drop.commands[before:] == [
            *("STAT", "LIST", "LIST 1", "UIDL 1", "UIDL", "CAPA", "TOP 1 1", "RETR 1", "NOOP"),
            *("LANG", "TOP 9 0"),
        ]
        assert len(drop.sessions) == 1  # -ERR does not cost the connection
        lines = [exchange.line for exchange in mailbox.dialogue.exchanges]
        assert lines == drop.commands[before:]
        assert [one.number for one in mailbox.dialogue.exchanges] == list(range(1, 12))
        assert all(one.ms >= 0 and not one.renewed for one in mailbox.dialogue.exchanges)
        assert mailbox.dialogue.learnt == {
            *(Verb.STAT, Verb.LIST, Verb.UIDL, Verb.CAPA, Verb.TOP, Verb.RETR, Verb.NOOP)
        }


async def test_a_line_that_is_refused_sends_nothing_and_is_kept_nowhere():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        before = len(drop.commands)
        for line in ("PASS pl4nted", "", "STAT\r\nDELE 1", "USER x", "TOP 1", "x" * 100_000):
            with pytest.raises(BadLine):
                await ask(mailbox, line)
        await reader(mailbox).noop()
        assert drop.commands[before:] == ["NOOP"]
        assert mailbox.dialogue.exchanges == ()
        assert "pl4nted" not in repr(mailbox.transcript)


async def test_a_large_answer_is_shown_at_its_beginning_and_counted_to_its_end():
    octets = 12 * 1024 * 1024  # more than an answer that nobody looks at may have
    async with opened(maildrop([huge(octets), *plain(1)])) as mailbox:
        await loaded(mailbox)
        found = await ask(mailbox, "RETR 1")
        assert (found.octets, found.truncated) == (octets, True)
        assert DISPLAY_OCTETS - 200 < len((found.body or "").replace("\n", "\r\n")) < DISPLAY_OCTETS
        assert (await ask(mailbox, "NOOP")).reply == "+OK"
        kept = mailbox.dialogue.exchanges[0]
        assert len(kept.body or "") < 5000
        assert (kept.octets, kept.truncated) == (octets, True)


async def test_what_cannot_be_printed_is_spelt_out():
    raw = b"Subject: \x1b[31mred\x07\r\n\r\n\xff\xfe caf\xc3\xa9 \xe2\x80\xae\r\n"
    async with opened(maildrop([FakeMessage(raw)])) as mailbox:
        body = (await ask(mailbox, "RETR 1")).body or ""
        assert body == "Subject: \\x1b[31mred\\x07\n\n\\xff\\xfe café \\x202e"


async def test_dots_that_nobody_doubled_are_not_said_to_have_been():
    drop = maildrop([FakeMessage(DOTS)], bare=frozenset({"TOP", "RETR"}))
    async with opened(drop) as mailbox:
        found = await ask(mailbox, "RETR 1")
        assert ".one" in (found.body or "")
        assert not found.dotted


async def test_the_line_is_busy_while_a_message_comes_whole():
    async with opened(maildrop([huge(4 * 1024 * 1024), *plain(1)])) as mailbox:
        await loaded(mailbox)
        large = mailbox.index.ordered(Sort())[0]
        async with reader(mailbox).retr(large.id) as (_, body):
            with pytest.raises(LineBusy):
                await ask(mailbox, "STAT")
            async for _block in body:
                pass
        assert (await ask(mailbox, "STAT")).ok


async def test_a_new_connection_is_told():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        assert not (await ask(mailbox, "STAT")).renewed
        await mailbox.tenancy.release()
        assert (await ask(mailbox, "STAT")).renewed
        assert not (await ask(mailbox, "STAT")).renewed
        drop.quirks.close_at = "NOOP"
        with pytest.raises(ConnectionLost):
            await ask(mailbox, "NOOP")


async def test_a_server_that_talks_out_of_turn_ends_the_connection_and_is_asked_again():
    drop = maildrop(plain(1), before_reply={"STAT": b"what?\r\n"})
    async with opened(maildrop([])) as other:
        assert (await ask(other, "LIST")).body == ""
    drop.quirks.before_reply.clear()
    async with opened(drop) as mailbox:
        drop.quirks.before_reply["NOOP"] = b"what?\r\n"
        with pytest.raises(RemoteProtocolError) as caught:
            await ask(mailbox, "NOOP")
        assert caught.value.fault is Fault.BAD_STATUS
        assert mailbox.dialogue.exchanges == ()


async def test_two_tabs_take_turns():
    drop = maildrop(plain(2), pipelining=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        found = await asyncio.gather(*(ask(mailbox, f"LIST {n}") for n in (1, 2, 1)))
        assert [one.reply.split()[1] for one in found] == ["1", "2", "1"]
        assert [one.number for one in found] == [1, 2, 3]


async def test_a_password_that_is_given_back_is_not_shown():
    drop = maildrop(
        [FakeMessage(b"Subject: my secret\r\n\r\n", uidl="1")], announce=("X-GOT secret",)
    )
    async with opened(drop) as mailbox:
        drop.quirks.replies["NOOP"] = b"-ERR unknown command behind secret\r\n"
        drop.quirks.replies["STAT"] = b"+OK 1 20 secret\r\n"
        for line in ("NOOP", "STAT", "CAPA"):
            assert "secret" not in repr(await ask(mailbox, line))
        assert "secret" in ((await ask(mailbox, "RETR 1")).body or ""), "that is mail"
        assert "secret" not in repr(mailbox.transcript.lines())
        assert "secret" not in repr(mailbox.listing.access.capabilities)
