"""Servers whose TOP is answered +OK and shows nothing: what is alike everywhere proves nothing."""

import pytest

from app.mailbox import CommitFailed, Mailbox, Outcome
from app.mailbox.models import header_digest
from tests.support.fickle import FickleDialer, FickleServer, honest

from .opening import commit, line_of, loaded, mark
from .test_identity import ACCOUNT, left, mails, signed_in


def blank(*subjects: str) -> FickleServer:
    server = FickleServer(mails(*subjects))
    server.blank = True
    return server


@pytest.mark.parametrize("header", [b"", b"\r\n", b"\n\n", b"Status: RO\r\n\r\n", b"X-UIDL: 7\n"])
def test_a_header_that_says_nothing_has_no_digest(header):
    assert header_digest(header) == b""
    assert header_digest(b"Subject: x\r\n" + header) != b""


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize(
    "naming", [lambda place, _: None, lambda place, _: str(place), lambda place, _: f"msg{place}"]
)
async def test_a_mark_does_not_move_on_to_another_connection(naming, arrives):
    server = blank(*"abc")
    server.naming = naming
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        await mailbox.tenancy.release()
        del server.messages[0]
        server.messages += mails("d") if arrives else []
        for _ in range(2):
            with pytest.raises(CommitFailed):
                await commit(mailbox).run()
    assert left(server) == ("bcd" if arrives else "bc")


@pytest.mark.parametrize("naming", [honest, lambda place, _: None])
async def test_what_is_marked_goes_on_its_own_connection(naming):
    server = blank(*"abc")
    server.naming = naming
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        assert (await commit(mailbox).run()).count(Outcome.GONE) == 1
    assert left(server) == "ac"


async def test_marks_are_not_taken_over_by_another_session():
    server = blank(*"abc")
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        known = mailbox.known_marks
    another = Mailbox(ACCOUNT, FickleDialer(server))
    await line_of(another).hold()
    await loaded(another)
    another.restore(known)
    assert not another.marks
    await another.close()


# TOP that is refused later


@pytest.mark.parametrize(
    "naming", [lambda place, _: f"msg{place}", lambda place, _: str(place - 1)]
)
async def test_a_header_that_was_shown_must_be_shown_again(naming):
    server = FickleServer(mails(*"abc"))
    server.naming = naming
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        await mailbox.tenancy.release()
        del server.messages[0]
        server.top = False
        with pytest.raises(CommitFailed):
            await commit(mailbox).run()
        assert left(server) == "bc"
        mark(mailbox, 2)  # anew, as a number of this connection
        await commit(mailbox).run()
    assert left(server) == "b"


@pytest.mark.parametrize("top", [False, True])
async def test_a_uidl_that_changes_its_letters_is_not_taken_for_gone(top):
    server = FickleServer(mails(*"abc"))
    server.top, server.keeps = top, True
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        server.naming = lambda _, m: "UID-B" if m.subject == "b" else f"uid-{m.subject}"
        receipt = await commit(mailbox).run()
        assert (receipt.verified, receipt.count(Outcome.GONE)) == (False, 0)


async def test_new_mail_of_another_size_leaves_a_receipt_of_a_server_without_top_verified():
    server = FickleServer(mails(*"abc"))
    server.top = False
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        server.meanwhile.append(lambda: server.messages.extend(mails("d", octets=150)))
        assert (await commit(mailbox).run()).verified
