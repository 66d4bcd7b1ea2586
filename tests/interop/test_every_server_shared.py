"""A maildrop that others use too, on every server: its lock, other programs, coming back."""

import poplib
from collections.abc import Callable

import pytest

from app.mailbox import Credentials, Mailbox, MailboxInUse, Notice, Outcome
from tests.mailbox.opening import commit, line_of, reader, told
from tests.support.servers import SERVERS, Pop3Server

from .letters import HEADER, named

pytestmark = pytest.mark.interop
NAMES = ("one", "two", "three", "four", "five", "six")


def fill(server: Pop3Server) -> tuple[str, str, Callable[[], Credentials]]:
    """A mailbox with six messages of different sizes."""
    user, password = server.mailbox()
    for size, name in enumerate(NAMES):
        server.deliver(user, HEADER % {b"name": name.encode()} + b"\r\n" + b"line\r\n" * size)
    return user, password, lambda: Credentials(user, password)


def left(server: Pop3Server, user: str) -> list[str]:
    """The names of what is stored now."""
    return [
        name
        for stored in server.messages(user)
        for name in NAMES
        if f"\r\nSubject: {name}\r\n".encode() in stored
    ]


async def opened(mailbox: Mailbox, unlock: Callable[[], Credentials]) -> None:
    await line_of(mailbox, unlock).hold()
    await mailbox.headers.loaded()


def take(server: Pop3Server, user: str, password: str, *names: str) -> None:
    """Another program deletes messages, and leaves."""
    client = poplib.POP3(server.host, server.port, timeout=30)
    client.user(user)
    client.pass_(password)
    for number in range(1, client.stat()[0] + 1):
        lines = client.top(number, 0)[1]
        if any(b"Subject: " + name.encode() in lines for name in names):
            client.dele(number)
    client.quit()


async def test_a_second_login_while_the_first_is_there(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox]
) -> None:
    user, _, unlock = fill(server)
    first, second = mailbox_of(user), mailbox_of(user)
    try:
        await opened(first, unlock)
        if server.in_use is None:
            await opened(second, unlock)
            assert len(second.index) == len(NAMES)
        else:
            with pytest.raises(MailboxInUse) as refused:
                await line_of(second, unlock).hold()
            assert refused.value.reply == server.in_use
            await first.tenancy.release()
            await opened(second, unlock)
    finally:
        await first.close()
        await second.close()
    assert left(server, user) == list(NAMES)


async def test_another_program_gets_in_after_release_and_what_it_took_is_told(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox]
) -> None:
    user, password, unlock = fill(server)
    mailbox = mailbox_of(user)
    try:
        await opened(mailbox, unlock)
        mailbox.marks.mark([named(mailbox, name).id for name in ("two", "three", "five")])
        ids = {name: named(mailbox, name).id for name in NAMES}
        await mailbox.tenancy.release()
        assert mailbox.lease.held_seconds is None
        assert left(server, user) == list(NAMES)
        take(server, user, password, "two", "six")
        await opened(mailbox, unlock)
        assert told(mailbox)[Notice.MARKED_GONE] == 1
        assert Notice.UIDLS_RESET not in told(mailbox)
        assert {one.summary.subject: one.id for one in mailbox.index if one.summary} == {
            name: id for name, id in ids.items() if name not in {"two", "six"}
        }
        assert list(mailbox.marks) == [ids["three"], ids["five"]]
        receipt = await commit(mailbox, unlock).run()
        assert receipt.verified
        assert [item.outcome for item in receipt.items] == [Outcome.GONE] * 2
    finally:
        await mailbox.close()
    assert left(server, user) == ["one", "four"]


async def test_new_mail_is_there_after_a_refresh_and_marks_stay(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox]
) -> None:
    user, _, unlock = fill(server)
    mailbox = mailbox_of(user)
    try:
        await opened(mailbox, unlock)
        mailbox.marks.mark([named(mailbox, "four").id])
        server.deliver(user, HEADER % {b"name": b"new"} + b"\r\nnew\r\n")
        await reader(mailbox, unlock).refresh()
        await mailbox.headers.loaded()
        assert len(mailbox.index) == len(NAMES) + 1
        assert named(mailbox, "new")
        assert list(mailbox.marks) == [named(mailbox, "four").id]
    finally:
        await mailbox.close()
    assert left(server, user) == list(NAMES)


# popa3d and solid-pop3d answer +OK to DELE and QUIT, and then leave alone what somebody changed.
SILENT = {"popa3d", "solid-pop3d"}


@pytest.mark.parametrize(
    "server", sorted({*SERVERS} - {"dovecot", "mailutils"}), indirect=True, scope="module"
)
async def test_without_a_lock_the_receipt_tells_what_really_became_of_it(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.in_use is None
    monkeypatch.setattr("app.mailbox.proof._LATE", 0)  # who answers no QUIT here has ended by it
    user, password, unlock = fill(server)
    mailbox = mailbox_of(user)
    try:
        await opened(mailbox, unlock)
        two, three = (named(mailbox, name).id for name in ("two", "three"))
        mailbox.marks.mark([two, three])
        take(server, user, password, "two")
        receipt = await commit(mailbox, unlock).run()
        assert receipt.verified
        outcomes = {item.id: item.outcome for item in receipt.items}
        if server.name in SILENT:
            assert outcomes == {two: Outcome.GONE, three: Outcome.STILL_THERE}
            assert left(server, user) == [name for name in NAMES if name != "two"]
            assert list(mailbox.marks) == [three]
            receipt = await commit(mailbox, unlock).run()
            outcomes |= {item.id: item.outcome for item in receipt.items}
        assert outcomes == {two: Outcome.GONE, three: Outcome.GONE}
        assert not mailbox.marks
    finally:
        await mailbox.close()
    assert left(server, user) == ["one", "four", "five", "six"]
