import base64

import pytest

from app.demo.maildrops import Account, Maildrop, Maildrops
from app.demo.message import Message
from app.demo.session import COMMAND_LIMIT, EXCHANGE_LIMIT, Session, stuffed

ACCOUNT = Account("anna", "s3 cret")
PLAIN = base64.b64encode(b"\0anna\0s3 cret")


def make(number: int) -> Message:
    return Message(f"uid{number}", b"Subject: x\r\n\r\n", (b"." * number + b"\r\nend\r\n",))


@pytest.fixture
def maildrops() -> Maildrops:
    return Maildrops([make(1), make(2), make(3)])


@pytest.fixture
def maildrop(maildrops: Maildrops) -> Maildrop:
    """Anna's."""
    return maildrops.of("anna")


def say(session: Session, line: bytes) -> bytes:
    return b"".join(session.receive(line).chunks())


def signed_in(maildrops: Maildrops) -> Session:
    session = Session(maildrops, ACCOUNT)
    assert say(session, b"USER anna").startswith(b"+OK")
    assert say(session, b"PASS s3 cret").startswith(b"+OK 3 messages")
    return session


def test_capabilities(maildrops):
    lines = say(Session(maildrops, ACCOUNT), b"CAPA").split(b"\r\n")
    assert lines[0].startswith(b"+OK")
    assert lines[-2:] == [b".", b""]
    assert set(lines[1:-2]) >= {
        b"TOP", b"UIDL", b"USER", b"SASL PLAIN", b"RESP-CODES", b"AUTH-RESP-CODE", b"PIPELINING",
        b"EXPIRE NEVER",
    }  # fmt: skip


def test_listings_and_single_answers(maildrops, maildrop):
    session = signed_in(maildrops)
    sizes = [m.octets for m in maildrop.messages]
    assert say(session, b"STAT") == b"+OK 3 %d\r\n" % sum(sizes)
    rows = say(session, b"LIST").split(b"\r\n")[1:-2]
    assert rows == [b"%d %d" % row for row in enumerate(sizes, 1)]
    assert say(session, b"LIST 2") == b"+OK 2 %d\r\n" % sizes[1]
    assert say(session, b"uidl").split(b"\r\n")[1:-2] == [b"1 uid1", b"2 uid2", b"3 uid3"]
    assert say(session, b"UIDL 3") == b"+OK 3 uid3\r\n"
    assert say(session, b"NOOP") == b"+OK\r\n"


def test_bodies_are_stuffed_and_top_counts_lines(maildrops):
    session = signed_in(maildrops)
    assert say(session, b"RETR 2").split(b"\r\n", 1)[1] == (
        b"Subject: x\r\n\r\n...\r\nend\r\n.\r\n"
    )
    assert say(session, b"TOP 1 1").split(b"\r\n", 1)[1] == b"Subject: x\r\n\r\n..\r\n.\r\n"
    assert say(session, b"TOP 1 0").split(b"\r\n", 1)[1] == b"Subject: x\r\n\r\n.\r\n"


def test_dele_leaves_gaps_and_rset_closes_them(maildrops, maildrop):
    session = signed_in(maildrops)
    assert say(session, b"DELE 2").startswith(b"+OK")
    for command in (b"DELE 2", b"RETR 2", b"TOP 2 0", b"LIST 2", b"UIDL 2"):
        assert say(session, command).startswith(b"-ERR"), command
    left = maildrop.messages[0].octets + maildrop.messages[2].octets
    assert say(session, b"STAT") == b"+OK 2 %d\r\n" % left
    assert say(session, b"UIDL").split(b"\r\n")[1:-2] == [b"1 uid1", b"3 uid3"]
    assert say(session, b"RSET").startswith(b"+OK 3 ")
    assert say(session, b"STAT") == b"+OK 3 %d\r\n" % sum(m.octets for m in maildrop.messages)
    assert say(session, b"QUIT").startswith(b"+OK")
    assert len(maildrop.messages) == 3


def test_quit_removes_and_close_does_not(maildrops, maildrop):
    session = signed_in(maildrops)
    say(session, b"DELE 1")
    session.close()
    assert len(maildrop.messages) == 3
    session = signed_in(maildrops)
    say(session, b"DELE 1")
    assert len(maildrop.messages) == 3, "DELE alone removes nothing"
    assert say(session, b"QUIT").startswith(b"+OK")
    assert [m.uidl for m in maildrop.messages] == ["uid2", "uid3"]
    assert session.over
    assert not maildrop.held


def test_the_lock(maildrops, maildrop):
    first = signed_in(maildrops)
    second = Session(maildrops, ACCOUNT)
    say(second, b"USER anna")
    assert say(second, b"PASS s3 cret").startswith(b"-ERR [IN-USE]")
    second.close()
    assert maildrop.held, "closing the refused session must not free the other's lock"
    assert say(first, b"STAT").startswith(b"+OK")
    first.close()
    assert say(signed_in(maildrops), b"STAT").startswith(b"+OK")


def test_a_wrong_password_is_held_back_and_does_not_tell_whether_the_name_was_right(
    maildrops, maildrop
):
    session = Session(maildrops, ACCOUNT)
    replies = []
    for name, password in ((b"anna", b"wrong"), (b"nobody", b"s3 cret")):
        say(session, b"USER " + name)
        reply = session.receive(b"PASS " + password)
        assert reply.held_back
        replies.append(reply.status)
    assert replies[0] == replies[1]
    assert replies[0].startswith(b"-ERR [AUTH]")
    assert say(session, b"PASS s3 cret").startswith(b"-ERR"), "USER must be given again"
    assert not maildrop.held


def test_auth_plain_in_one_step_in_two_and_cancelled(maildrops):
    session = Session(maildrops, ACCOUNT)
    assert say(session, b"AUTH PLAIN") == b"+ \r\n"
    assert session.line_limit == EXCHANGE_LIMIT
    assert say(session, b"*").startswith(b"-ERR")
    assert session.line_limit == COMMAND_LIMIT
    assert say(session, b"auth plain") == b"+ \r\n"
    assert say(session, PLAIN).startswith(b"+OK 3")
    session.close()
    session = Session(maildrops, ACCOUNT)
    assert say(session, b"AUTH PLAIN " + PLAIN).startswith(b"+OK 3")


@pytest.mark.parametrize(
    "response",
    [b"=", b"", b"!!!", b"abc", base64.b64encode(b"anna\0s3 cret"), "grün".encode(),
     base64.b64encode(b"a\0b\0c\0d")],
)  # fmt: skip
def test_a_malformed_plain_message_is_refused_and_the_session_goes_on(
    maildrops, maildrop, response
):
    session = Session(maildrops, ACCOUNT)
    say(session, b"AUTH PLAIN")
    assert say(session, response).startswith(b"-ERR")
    assert say(session, b"CAPA").startswith(b"+OK")
    assert not maildrop.held


@pytest.mark.parametrize("plain", [b"\0anna\0no", b"bob\0anna\0s3 cret", b"\0\xff\0s3 cret"])
def test_a_refused_plain_message_is_held_back(maildrops, plain):
    reply = Session(maildrops, ACCOUNT).receive(b"AUTH PLAIN " + base64.b64encode(plain))
    assert reply.status.startswith(b"-ERR [AUTH]")
    assert reply.held_back


@pytest.mark.parametrize(
    "line",
    [b"STAT", b"LIST", b"RETR 1", b"DELE 1", b"NOOP", b"RSET", b"PASS x", b"APOP a b", b"", b" ",
     b"USER", b"AUTH", b"AUTH LOGIN", b"STLS", b"CAPA x", b"QUIT now", b"\xff\xfe", b"XYZ"],
)  # fmt: skip
def test_refused_before_sign_in(maildrops, line):
    session = Session(maildrops, ACCOUNT)
    assert say(session, line).startswith(b"-ERR ")
    assert not session.over


@pytest.mark.parametrize(
    "line",
    [b"USER anna", b"PASS x", b"AUTH PLAIN", b"RETR", b"RETR 0", b"RETR 4", b"RETR -1", b"RETR 1 2",
     b"RETR +1", b"RETR 99999999999999999999", b"RETR x", b"RETR \xd9\xa1", b"TOP 1", b"TOP 1 -1",
     b"TOP 1 x", b"TOP  1 1", b"DELE", b"LIST 9", b"LIST 1 1", b"UIDL x", b"STAT 1", b"NOOP 1",
     b"RSET 1", b"QUIT 1", b"LAST", b""],
)  # fmt: skip
def test_refused_after_sign_in(maildrops, line):
    session = signed_in(maildrops)
    assert say(session, line).startswith(b"-ERR ")
    assert say(session, b"STAT").startswith(b"+OK 3 ")


def test_nothing_is_answered_with_success_once_it_is_over(maildrops):
    session = signed_in(maildrops)
    say(session, b"QUIT")
    assert say(session, b"STAT").startswith(b"-ERR")


def test_an_overlong_answer_ends_the_exchange(maildrops):
    session = Session(maildrops, ACCOUNT)
    say(session, b"AUTH PLAIN")
    assert session.receive_overlong().status.startswith(b"-ERR")
    assert say(session, b"USER anna").startswith(b"+OK")


def test_the_password_is_not_in_the_repr():
    assert "s3 cret" not in repr(ACCOUNT)


CONTENT = b".\r\n..a\r\nb.c\r\n\r\n.\r\n\r.\r\n"
STUFFED = b"..\r\n...a\r\nb.c\r\n\r\n..\r\n\r.\r\n"


def test_stuffing_is_the_same_in_any_split():
    for first in range(len(CONTENT) + 1):
        for second in range(first, len(CONTENT) + 1):
            pieces = [CONTENT[:first], CONTENT[first:second], CONTENT[second:]]
            assert b"".join(stuffed(pieces)) == STUFFED
