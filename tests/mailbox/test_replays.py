"""The main job against servers that cannot be run here, as their dialogues are replayed."""

import pytest

from app.mailbox import (
    Credentials,
    Key,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    Notice,
    Outcome,
)
from app.pop3 import Fault, RemoteProtocolError
from app.transport import Timeouts
from tests.support.replay import NAMES, Replay

from .opening import by_number, commit, line_of, loaded, mark, reader, told, until
from .opening import unlock as best
from .replaying import mail_of, replayed, retrieved

# Some have messages that do not end as they should; tests of their own are below.
SOUND = [name for name in NAMES if name not in {"greenmail_dot", "cyrus_cr", "cyrus_late"}]
NOT_PIPELINING = {"gmail", "office365", "yahoo", "james", "greenmail", "hmailserver", "qpopper"}
LINE_ENDS = [b"\r\n", b"\n"]
ONE_OCTET = pytest.param(True, marks=pytest.mark.heavy)


def locked(password: str, user: str = "anna") -> Key:
    return lambda: Credentials(user, password, "USER")


@pytest.mark.parametrize("one_octet", [False, ONE_OCTET], ids=["at once", "one octet"])
@pytest.mark.parametrize("line_end", LINE_ENDS, ids=["CRLF", "LF"])
@pytest.mark.parametrize("name", SOUND)
async def test_the_main_job(name, line_end, one_octet, authority, ca_file):
    replay = Replay(name, line_end=line_end, short=one_octet)
    key = locked("secret") if name == "qpopper" else best
    async with replayed(replay, authority, ca_file, one_octet=one_octet) as mailbox:
        await line_of(mailbox, key).hold()
        shown = replay.mails[: len(mailbox.index)]
        assert [(m.uidl, m.octets) for m in mailbox.index] == [(m.uidl, m.size) for m in shown]
        assert len(shown) == int(replay.dialogue.options.get("window", len(replay.mails)))
        await loaded(mailbox)
        assert all(message.headers_known for message in mailbox.index)
        subjects = [message.summary.subject for message in mailbox.index if message.summary]
        assert subjects[:4] == [
            "dots at the beginning of lines",
            "Grüße with a file",
            "nothing in it",
            "a long story",
        ]
        texts = [
            (await reader(mailbox, key).peek(message.id)).contents.text.text.splitlines()[:1]
            for message in list(mailbox.index)[:4]
        ]
        assert texts == [["first line"], ["Viele Grüße"], [], ["it begins"]]
        assert "RETR" not in {command.split()[0] for command in replay.commands}

        for message in mailbox.index:
            assert await retrieved(mailbox, message) == replay.given(mail_of(replay, message))

        assert (Notice.NO_PIPELINING in told(mailbox)) == (name in NOT_PIPELINING)
        doomed = by_number(mailbox, 2)
        mailbox.marks.mark([doomed.id])
        stored = list(replay.mails)
        receipt = await commit(mailbox, key).run()
        assert [(item.id, item.outcome) for item in receipt.items] == [(doomed.id, Outcome.GONE)]
        assert receipt.verified
        assert receipt.octets_freed == doomed.octets
        assert [m for m in stored if m not in replay.mails] == [mail_of(replay, doomed)]
        assert not mailbox.marks

        await mailbox.tenancy.release()
        assert mailbox.lease.held_seconds is None
        again = by_number(mailbox, 2)
        assert (await reader(mailbox, key).headers(again.id)).fields
        assert [m for m in stored if m not in replay.mails] == [mail_of(replay, doomed)]
        said = "\n".join(line.text for line in mailbox.transcript.lines())
        assert "secret" not in said
        assert "AGFubmEAc2VjcmV0" not in said


async def refused(name, password, kind, authority, ca_file):
    """The error of a sign-in that the server refuses."""
    async with replayed(Replay(name), authority, ca_file) as mailbox:
        with pytest.raises(kind) as caught:
            await line_of(mailbox, locked(password)).hold()
    return caught.value


# What each of them does in its own way


async def test_gmail_shows_more_when_some_are_gone_and_the_receipt_is_not_misled(
    authority, ca_file
):
    replay = Replay("gmail")
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox).hold()
        mark(mailbox, 1, 3)
        receipt = await commit(mailbox).run()
        assert [item.outcome for item in receipt.items] == [Outcome.GONE] * 2
        assert receipt.verified
        assert receipt.after is not None
        assert (receipt.before.messages, receipt.after.messages) == (4, 4)
        assert len(replay.mails) == 4


async def test_what_was_retrieved_from_gmail_stays_and_that_is_told(authority, ca_file):
    replay = Replay("gmail")
    stored = list(replay.mails)
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox).hold()
        await retrieved(mailbox, by_number(mailbox, 1))
        await mailbox.tenancy.release()
        assert Notice.CLOSED_WITHOUT_QUIT in told(mailbox)
        assert replay.mails == stored
        await retrieved(mailbox, by_number(mailbox, 1))
        mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        assert receipt.verified
    assert replay.mails == [stored[0], *stored[2:]]
    for session in replay.sessions:  # never both on one connection
        verbs = {command.split()[0] for command in session.commands}
        assert not {"RETR", "QUIT"} <= verbs


async def test_gmail_may_not_let_us_look_again_so_soon(authority, ca_file):
    replay = Replay("gmail", instead={1: "soon"})
    async with replayed(replay, authority, ca_file) as mailbox:
        by_words = locked("secret")
        await line_of(mailbox, by_words).hold()
        mark(mailbox, 1)
        receipt = await commit(mailbox, by_words).run()
        assert not receipt.verified
        assert receipt.why == "-ERR [LOGIN-DELAY] wait before the next login"
        assert [item.outcome for item in receipt.items] == [Outcome.NOT_VERIFIED]
        assert len(replay.mails) == 5
        with pytest.raises(LoginDelayed) as caught:
            await reader(mailbox, by_words).refresh()
        assert caught.value.retry_after == 300


async def test_gmail_knows_the_same_user_as_recent(authority, ca_file):
    replay = Replay("gmail")
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox, lambda: Credentials("recent:anna", "secret")).hold()
        assert len(mailbox.index) == 4


async def test_office_365_hears_nothing_but_stls_in_clear(authority, ca_file):
    replay = Replay("office365")
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox).hold()
        assert replay.commands[0] == "STLS"
        assert mailbox.listing.access.tls
        assert "STLS" not in mailbox.listing.access.capabilities


async def test_exchange_2003_makes_one_header_for_top_and_another_for_retr(authority, ca_file):
    replay = Replay("exchange2003")
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox).hold()
        message = by_number(mailbox, 1)
        names = {field.name for field in (await reader(mailbox).headers(message.id)).fields}
        assert "X-MimeOLE" in names
        download = await reader(mailbox).fetch(message.id)
        await download.finished()
        found = await reader(mailbox).headers(message.id)
        assert "X-MimeOLE" not in {field.name for field in found.fields}
        assert found.complete


async def test_gmx_says_in_words_and_by_code_why_it_does_not_let_us_in(authority, ca_file):
    soon = await refused("gmx", "soon", LoginDelayed, authority, ca_file)
    assert soon.retry_after == 900
    busy = await refused("gmx", "busy", MailboxInUse, authority, ca_file)
    assert busy.reply == "-ERR maildrop already in use, mailbox locked"
    wrong = await refused("gmx", "wrong", LoginRejected, authority, ca_file)
    assert wrong.reply == "-ERR authentication failed"


@pytest.mark.parametrize("name", ["yahoo", "qpopper", "hmailserver"])
async def test_a_lock_is_recognised_in_the_words_of(name, authority, ca_file):
    await refused(name, "busy", MailboxInUse, authority, ca_file)


@pytest.mark.parametrize("name", SOUND)
async def test_a_wrong_password_is_told_and_not_tried_again(name, authority, ca_file):
    replay = Replay(name)
    async with replayed(replay, authority, ca_file) as mailbox:
        with pytest.raises(LoginRejected) as caught:
            await line_of(mailbox, locked("mistaken")).hold()
    assert caught.value.reply.startswith("-ERR")
    assert replay.commands.count("PASS mistaken") == 1


async def test_wild_duck_hangs_up_on_idlers_and_nobody_notices(authority, ca_file):
    replay = Replay("wildduck")
    async with replayed(replay, authority, ca_file, one_octet=True) as mailbox:
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mark(mailbox, 3)
        for _ in range(2):
            await replay.hang_up()
            await until(lambda: mailbox.lease.held_seconds is None)
            assert (await reader(mailbox).stat()).messages == 6
        assert len(mailbox.marks) == 1
        await replay.hang_up()  # and this time a click comes at the same moment
        assert (await commit(mailbox).run()).verified
        assert len(replay.mails) == 5
    known = {"CAPA", "USER", "PASS", "AUTH", "STAT", "LIST", "UIDL", "TOP", "DELE", "QUIT"}
    assert {command.split()[0] for command in replay.commands} <= known


async def test_james_is_asked_for_capabilities_once_a_connection(authority, ca_file):
    replay = Replay("james")
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox).hold()
        assert Notice.NO_CAPA in told(mailbox)
        await reader(mailbox).refresh()
    assert [session.commands.count("CAPA") for session in replay.sessions] == [1, 1]


async def test_a_timestamp_is_no_promise_of_apop_and_the_password_stays_here(authority, ca_file):
    replay = Replay("qpopper")
    async with replayed(replay, authority, ca_file) as mailbox:
        with pytest.raises(LoginRejected) as caught:
            await line_of(mailbox, best).hold()
    assert caught.value.instead == "USER"
    assert [command.split()[0] for command in replay.commands] == ["CAPA", "APOP"]


async def test_qpopper_tells_after_the_login_that_nothing_expires(authority, ca_file):
    replay = Replay("qpopper")
    key = locked("secret")
    async with replayed(replay, authority, ca_file) as mailbox:
        await line_of(mailbox, key).hold()
        await retrieved(mailbox, by_number(mailbox, 1))
        await mailbox.tenancy.release()
        assert Notice.CLOSED_WITHOUT_QUIT not in told(mailbox)
        assert replay.commands[-1] == "QUIT"
        assert len(replay.mails) == 6


async def test_hmailserver_says_what_is_neither_yes_nor_no(authority, ca_file):
    error = await refused("hmailserver", "broken", RemoteProtocolError, authority, ca_file)
    assert error.fault is Fault.BAD_STATUS


@pytest.mark.parametrize("one_octet", [False, True])
async def test_a_message_that_ends_at_a_dot_of_its_own_is_never_taken_as_whole(
    one_octet, authority, ca_file
):
    replay = Replay("greenmail_dot")
    async with replayed(replay, authority, ca_file, one_octet=one_octet) as mailbox:
        await line_of(mailbox).hold()
        await loaded(mailbox)
        cut, other = by_number(mailbox, 6), by_number(mailbox, 4)
        peeked = await reader(mailbox).peek(cut.id)
        assert peeked.contents.text.text == "before the dot\n"
        assert not peeked.complete
        # What follows the dot never answers another command.
        whole = replay.given(mail_of(replay, other))
        assert await retrieved(mailbox, other) == whole
        with pytest.raises(RemoteProtocolError):
            await retrieved(mailbox, cut)
        download = await reader(mailbox).fetch(cut.id)
        with pytest.raises(RemoteProtocolError):
            await download.finished()
        assert not download.complete
        assert await retrieved(mailbox, other) == whole
        mailbox.marks.mark([cut.id])
        assert (await commit(mailbox).run()).verified
        assert len(replay.mails) == 5


@pytest.mark.parametrize("line_end", LINE_ENDS, ids=["CRLF", "LF"])
@pytest.mark.parametrize("name", ["cyrus_cr", "cyrus_late"])
async def test_cyrus_without_its_last_lf_costs_a_moment_and_no_message(
    name, line_end, authority, ca_file
):
    replay = Replay(name, line_end=line_end)
    short = Timeouts(stall=0.2)
    async with replayed(replay, authority, ca_file, timeouts=short) as mailbox:
        await line_of(mailbox).hold()
        await loaded(mailbox)
        assert all(message.headers_known for message in mailbox.index)
        for message in mailbox.index:
            assert await retrieved(mailbox, message) == replay.given(mail_of(replay, message))
        mark(mailbox, 1)
        assert (await commit(mailbox).run()).verified
        assert len(replay.mails) == 2
    assert replay.logins == 2
