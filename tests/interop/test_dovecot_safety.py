"""What must never happen to a real Dovecot's disk, and how its refusals are told."""

import asyncio
from functools import partial

import pytest

from app.mailbox import (
    CommitFailed,
    Credentials,
    LoginRejected,
    Notice,
    Outcome,
    Sort,
)
from app.transport import ConnectionLost, Security, TlsFailed, TlsFault
from tests.mailbox.opening import (
    by_number,
    commit,
    line_of,
    loaded,
    mailbox_at,
    reader,
    told,
    unlock,
    until,
)
from tests.support.dovecot import Dovecot, Stored
from tests.support.proxy import Link

pytestmark = pytest.mark.interop

BIG = b"From: Bob <bob@b.example>\nSubject: holiday video\n\nhello\n" + b"x" * 76 * 30_000 + b"\n"


def fill(dovecot: Dovecot, user: str, count: int = 30) -> str:
    """Small messages and a large one among them; returns the large one's file name."""
    small = [
        b"From: s%d@a.example\nSubject: small %d\n\nbody\n.\n..dots\n" % (n, n)
        for n in range(count)
    ]
    dovecot.deliver_many(user, small[: count // 2])
    big = dovecot.deliver(user, BIG)
    dovecot.deliver_many(user, small[count // 2 :])
    return big.name


def prints(stored: dict[str, Stored]) -> dict[str, str]:
    return {name: file.sha256 for name, file in stored.items()}


def credentials_of(user: str):
    return lambda: Credentials(user, "secret")


async def test_no_retr_and_no_dele_before_the_commit_are_on_the_wire(dovecot):
    fill(dovecot, "wire")
    async with Link(dovecot.host, dovecot.port) as link:
        mailbox = mailbox_at(link.host, link.port, user="wire")
        unlock_ = credentials_of("wire")
        await line_of(mailbox, unlock_).hold()
        await loaded(mailbox)
        top = mailbox.index.ordered(Sort())[0]
        mailbox.marks.mark([top.id])
        await reader(mailbox, unlock_).peek(top.id)
        await mailbox.tenancy.release()
        await line_of(mailbox, unlock_).hold()
        assert not [c for c in link.commands if c.startswith(("DELE", "RETR"))]
        await commit(mailbox, unlock_).run()
        await mailbox.close()
        assert [c for c in link.commands if c.startswith(("DELE", "RETR"))] == ["DELE 16"]
        verbs = [c.split()[0] for c in link.commands]
        at = verbs.index("DELE")
        assert verbs[at + 1 : at + 3] == ["UIDL", "QUIT"]


@pytest.mark.parametrize("end", ["cut", "release", "close", "vanish"])
async def test_marks_alone_delete_nothing(dovecot, end):
    user = f"marks-{end}"
    fill(dovecot, user, 6)
    before = prints(dovecot.messages_on_disk(user))
    async with Link(dovecot.host, dovecot.port) as link:
        mailbox = mailbox_at(link.host, link.port, user=user)
        await line_of(mailbox, credentials_of(user)).hold()
        await loaded(mailbox)
        mailbox.marks.mark([message.id for message in mailbox.index])
        if end == "cut":
            link.drop()
            await until(lambda: mailbox.lease.held_seconds is None)
        elif end == "vanish":
            mailbox.lease.drop()
        elif end == "release":
            await mailbox.tenancy.release()
        await mailbox.close()
    await until(lambda: dovecot.ended(user) > 0)
    assert prints(dovecot.messages_on_disk(user)) == before


def deletions(link: Link) -> int:
    return sum(command.startswith("DELE") for command in link.commands)


def more_deletions(link: Link, than: int) -> bool:
    return deletions(link) > than


async def test_a_connection_cut_between_dele_and_quit_deletes_nothing(dovecot):
    fill(dovecot, "between", 6)
    before = prints(dovecot.messages_on_disk("between"))
    async with Link(dovecot.host, dovecot.port, rtt=0.04) as link:
        mailbox = mailbox_at(link.host, link.port, user="between")
        unlock_ = credentials_of("between")
        await line_of(mailbox, unlock_).hold()
        await loaded(mailbox)
        mailbox.marks.mark([by_number(mailbox, n).id for n in (1, 2, 3)])
        committing = asyncio.create_task(commit(mailbox, unlock_).run())
        for _ in range(2):  # in the group, and when it is done again one at a time
            await until(partial(more_deletions, link, deletions(link)))
            await asyncio.sleep(0.025)  # Dovecot has it, its answer is under way
            link.drop()
        with pytest.raises(ConnectionLost, match="DELE"):
            await committing
        assert mailbox.marks.totals.messages == 3
        await until(lambda: dovecot.ended("between") == link.connections)
        assert prints(dovecot.messages_on_disk("between")) == before
        assert (await commit(mailbox, unlock_).run()).count(Outcome.GONE) == 3
        await mailbox.close()
    assert len(dovecot.messages_on_disk("between")) == 4


async def test_a_message_that_another_program_took_calls_the_commit_off(dovecot):
    fill(dovecot, "taken", 6)
    unlock_ = credentials_of("taken")
    mailbox = mailbox_at(dovecot.host, dovecot.port, user="taken")
    await line_of(mailbox, unlock_).hold()
    mailbox.marks.mark([by_number(mailbox, 2).id, by_number(mailbox, 3).id])
    await mailbox.tenancy.release()
    other = mailbox_at(dovecot.host, dovecot.port, user="taken")
    await line_of(other, unlock_).hold()
    other.marks.mark([by_number(other, 2).id])
    assert (await commit(other, unlock_).run()).count(Outcome.GONE) == 1
    await other.close()
    before = prints(dovecot.messages_on_disk("taken"))
    with pytest.raises(CommitFailed):
        await commit(mailbox, unlock_).run()
    assert told(mailbox) == {Notice.MARKED_GONE: 1}
    await mailbox.close()
    assert prints(dovecot.messages_on_disk("taken")) == before


async def test_an_empty_mailbox_and_a_wrong_password(dovecot):
    mailbox = mailbox_at(dovecot.host, dovecot.port, user="empty")
    await line_of(mailbox, credentials_of("empty")).hold()
    assert len(mailbox.index) == 0
    assert told(mailbox) == {}
    await mailbox.close()
    with pytest.raises(LoginRejected) as caught:
        await line_of(
            mailbox_at(dovecot.host, dovecot.port), lambda: Credentials("x", "mistaken")
        ).hold()
    assert caught.value.code == "AUTH"


async def test_a_certificate_that_is_not_trusted_is_refused_before_any_password(dovecot):
    async with Link(dovecot.host, dovecot.port) as link:
        mailbox = mailbox_at(link.host, link.port, Security.STARTTLS)
        with pytest.raises(TlsFailed) as caught:
            await line_of(mailbox, unlock).hold()
        assert caught.value.fault is TlsFault.UNKNOWN_ISSUER
        assert link.sent_by_client.startswith(b"STLS\r\n")
        assert b"secret" not in bytes(link.sent_by_client)
        await asyncio.sleep(0.02)


async def test_a_restarted_server_is_found_again(tmp_path):
    with Dovecot(tls=False) as server:
        fill(server, "anna", 4)
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox, unlock).hold()
        await loaded(mailbox)
        mailbox.marks.mark([by_number(mailbox, 2).id])
        await asyncio.to_thread(server.restart)
        assert (await reader(mailbox, unlock).stat()).messages == 5
        assert (await commit(mailbox, unlock).run()).count(Outcome.GONE) == 1
        await mailbox.close()
