"""What every server refuses, and what the app refuses of it."""

from collections.abc import Callable

import pytest

from app.mailbox import Account, Credentials, LoginRejected, Mailbox
from app.transport import Dialer, Security, Target, TlsFailed, TlsFault
from tests.mailbox.opening import LOOPBACK, line_of, reader
from tests.support.servers import SERVERS, Pop3Server

from .letters import HEADER

pytestmark = pytest.mark.interop
WITH_TLS = [name for name, make in SERVERS.items() if make().starttls]
# Octets that RETR sends of the message below and LIST does not count.
SENT_BEYOND_LIST = {"dovecot": 2, "courier": 2, "cyrus": 0, "mailutils": 2}
UNENDED = HEADER % {b"name": b"unended"} + b"\r\nno end of line"


async def test_a_wrong_password_is_refused_and_the_right_one_then_accepted(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox]
) -> None:
    user, password = server.mailbox()
    mailbox = mailbox_of(user)
    try:
        with pytest.raises(LoginRejected) as refused:
            await line_of(mailbox, lambda: Credentials(user, "wrong", "USER")).hold()
        assert refused.value.reply.startswith("-ERR")
        await line_of(mailbox, lambda: Credentials(user, password, "USER")).hold()
        assert len(mailbox.index) == 0
    finally:
        await mailbox.close()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS], ids=lambda one: one.value)
@pytest.mark.parametrize("server", WITH_TLS, indirect=True, scope="module")
async def test_a_certificate_of_nobody_known_is_refused(
    server: Pop3Server, security: Security
) -> None:
    user, password = server.mailbox()
    port = server.tls_port if security is Security.TLS else server.port
    assert port is not None
    strangers = Dialer(LOOPBACK)
    mailbox = Mailbox(Account(user, Target("localhost", port, security)), strangers)
    with pytest.raises(TlsFailed) as failed:
        await line_of(mailbox, lambda: Credentials(user, password)).hold()
    await mailbox.close()
    assert failed.value.fault is TlsFault.UNKNOWN_ISSUER
    assert user not in "".join(line.text for line in mailbox.transcript.lines())


@pytest.mark.parametrize("server", SENT_BEYOND_LIST, indirect=True, scope="module")
async def test_a_message_without_an_end_of_line_gets_one(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox]
) -> None:
    user, password = server.mailbox()
    server.deliver(user, UNENDED)

    def unlock() -> Credentials:
        return Credentials(user, password)

    mailbox = mailbox_of(user)
    try:
        await line_of(mailbox, unlock).hold()
        (message,) = mailbox.index
        async with reader(mailbox, unlock).retr(message.id) as (_, body):
            wire = b"".join([block async for block in body])
        assert server.unaltered(wire) == UNENDED + b"\r\n"
        assert len(wire) - message.counted == SENT_BEYOND_LIST[server.name]
    finally:
        await mailbox.close()


@pytest.mark.parametrize("server", ["solid-pop3d"], indirect=True, scope="module")
async def test_solid_pop3d_refuses_the_login_over_such_a_message(
    server: Pop3Server, mailbox_of: Callable[..., Mailbox]
) -> None:
    user, password = server.mailbox()
    server.deliver(user, UNENDED)
    mailbox = mailbox_of(user)
    with pytest.raises(LoginRejected) as refused:
        await line_of(mailbox, lambda: Credentials(user, password)).hold()
    await mailbox.close()
    assert refused.value.reply == "-ERR message is damaged"
