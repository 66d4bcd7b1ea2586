import pytest

from app.mailbox import Credentials, Message, MessageId
from app.mailbox.models import Header, header_digest
from app.pop3 import MessageNumber, Octets


@pytest.mark.parametrize(
    ("one", "again", "same"),
    [
        (
            'Content-Type: multipart/mixed; boundary="a"',
            'Content-Type: multipart/mixed; boundary="b"',
            True,
        ),
        (
            "Content-Type: multipart/mixed;\r\n\tBoundary=a;x=y",
            "Content-Type: multipart/mixed;\r\n\tBoundary=b;x=y",
            True,
        ),
        (
            "Content-Type: multipart/mixed; boundary=a",
            "Content-Type: multipart/related; boundary=a",
            False,
        ),
        ("X-Antivirus: Scanner (VPS 1)", "X-Antivirus: Scanner (VPS 2)", True),
        ("X-Antivirus-Status: Clean\r\n more", "X-Antivirus-Status: Clean", True),
        ("X-Antique: 1", "X-Antique: 2", False),
    ],
)
def test_what_is_written_anew_at_each_visit_tells_no_messages_apart(one, again, same):
    headers = (f"Subject: a\r\n{line}\r\nTo: b@example.org\r\n".encode() for line in (one, again))
    assert (len(set(map(header_digest, headers))) == 1) is same


def test_a_password_is_in_no_repr():
    assert "hunter2" not in repr(Credentials("anna", "hunter2"))


def test_a_digest_is_of_the_header_alone():
    """TOP n 0 ends with a blank line on some servers, and a peek goes on with the body."""
    header = b"Subject: a\r\nFrom: b@example.org\r\n"
    same = {header_digest(header + rest) for rest in (b"", b"\r\n", b"\r\nbody\r\n")}
    assert len(same) == 1
    assert header_digest(header) != header_digest(header.replace(b"a\r\n", b"c\r\n"))


def test_a_header_is_parsed_when_first_looked_at():
    assert Header().summary is None
    header = Header()
    header.learn(b"Subject: one\r\n\r\n", 3)
    assert (header.position, header.digest) == (3, header_digest(b"Subject: one\r\n"))
    assert header.summary is not None
    assert header.summary is header.summary
    header.learn(b"Subject: two\r\n\r\n", 4)
    assert header.summary is not None
    assert header.summary.subject == "two"


def test_headers_known_of_a_message():
    message = Message(MessageId("x"), MessageNumber(1), Octets(10), None)
    assert not message.headers_known
    message.header.learn(b"", 1)  # an empty header is known too
    assert message.headers_known
