"""The main job against Dovecot, in clear, by STLS and by TLS, with certificates checked."""

import re

import pytest

from app.mailbox import Account, Credentials, Mailbox, Outcome, Sort
from app.transport import Dialer, Security, Target, TargetPolicy
from tests.support.certs import Authority
from tests.support.dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.interop
LETTERS = 25


def letter(number: int) -> bytes:
    """A small message; some have lines that must be byte-stuffed."""
    body = b".\r\n..two\r\n.one\r\n" if number % 3 == 0 else b"plain text\r\n"
    return (
        b"From: Friend <friend@example.org>\r\nSubject: Letter %d\r\n"
        b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\n" % number + body
    )


def large() -> bytes:
    """Five megabytes that do not belong."""
    return b"From: bob@example.org\r\nSubject: large\r\n\r\nhello\r\n" + b"x" * 5_000_000 + b"\r\n"


@pytest.fixture
def dialer(authority: Authority, tmp_path) -> Dialer:
    """Trusts the test's authority, and nothing else but the system's."""
    ca_file = tmp_path / "ca.pem"
    authority.write(ca_file)
    return Dialer(TargetPolicy(loopback=True, ports=((1, 65535),)), ca_file=ca_file)


@pytest.mark.parametrize("security", list(Security))
@pytest.mark.parametrize("mechanism", [None, "USER", "PLAIN", "LOGIN"])
async def test_main_job(dovecot: Dovecot, dialer: Dialer, security: Security, mechanism) -> None:
    user = f"job{security.value}{mechanism}".lower()
    letters = [letter(number) for number in range(LETTERS)]
    dovecot.deliver_many(user, letters)
    doomed = dovecot.deliver(user, large()).name
    before = {name: one.sha256 for name, one in dovecot.messages_on_disk(user).items()}
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    mailbox = Mailbox(Account(user, Target("localhost", port, security)), dialer)

    def unlock() -> Credentials:
        return Credentials(user, PASSWORD, mechanism)

    try:
        await mailbox.open(unlock)
        assert (mailbox.tls is None) == (security is Security.NONE)
        assert mailbox.index.totals.messages == LETTERS + 1
        largest = mailbox.index.ordered(Sort())[0]
        peeked = await mailbox.peek(unlock, largest.id, 1)
        assert peeked.contents.text.text.startswith("hello")
        assert peeked.transferred < 1000
        for message in list(mailbox.index)[:LETTERS]:
            async with mailbox.retr(unlock, message.id) as (_, body):
                octets = b"".join([block async for block in body])
            assert octets == letters[message.number - 1]
        mailbox.mark([largest.id])
        assert dovecot.messages_on_disk(user).keys() == before.keys()
        receipt = await mailbox.commit(unlock)
    finally:
        await mailbox.close()
    assert [item.outcome for item in receipt.items] == [Outcome.GONE]
    assert receipt.verified
    after = {name: one.sha256 for name, one in dovecot.messages_on_disk(user).items()}
    assert after == {name: digest for name, digest in before.items() if name != doomed}


async def test_the_password_is_in_no_transcript(dovecot: Dovecot, dialer: Dialer) -> None:
    dovecot.deliver("quiet", letter(1))
    mailbox = Mailbox(Account("quiet", Target("localhost", dovecot.port, Security.NONE)), dialer)
    await mailbox.open(lambda: Credentials("quiet", PASSWORD))
    said = "\n".join(line.text for line in mailbox.transcript.lines())
    await mailbox.close()
    assert re.search("AUTH SCRAM-SHA-256 •+", said)
    assert PASSWORD not in said
