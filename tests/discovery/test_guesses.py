"""Knocking at a real server, and at others."""

import pytest

from app.discovery.guesses import answers, candidates, first_answering
from app.transport import Dialer, Security, Target, TargetPolicy, Timeouts
from tests.support.scripted import ScriptedServer, expect, send, stall, steps

pytestmark = pytest.mark.interop
ANYWHERE = TargetPolicy(loopback=True, ports=((1, 65535),))


async def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def dialer(ca_file) -> Dialer:
    patience = Timeouts(connect=1, stall=1, reader=1)
    return Dialer(ANYWHERE, ca_file=ca_file, timeouts=patience, resolve=loopback)


def test_tls_is_tried_before_starttls_and_plaintext_never():
    found = candidates("example.test", (995, 110))
    assert [(one.host, one.port) for one in found] == [
        (f"{name}example.test", port)
        for port in (995, 110)
        for name in ("pop.", "pop3.", "mail.", "")
    ]
    assert {one.security for one in found} == {Security.TLS, Security.STARTTLS}
    assert all(one.verified for one in found)


async def test_a_greeting_with_the_right_certificate_is_an_answer(dialer, dovecot):
    assert await answers(dialer, Target("localhost", dovecot.tls_port, Security.TLS))
    assert await answers(dialer, Target("localhost", dovecot.port, Security.STARTTLS))
    assert not await answers(dialer, Target("pop.test", dovecot.tls_port, Security.TLS))
    assert not await answers(dialer, Target("pop.test", dovecot.port, Security.STARTTLS))
    assert not await answers(dialer, Target("localhost", dovecot.port, Security.TLS))


@pytest.mark.parametrize(
    "greeting", [b"220 smtp.test ESMTP\r\n", b"* OK IMAP\r\n", b"-ERR no\r\n", b""]
)
async def test_other_protocols_are_none(dialer, greeting):
    async with ScriptedServer(steps(send(greeting))) as server:
        assert not await answers(dialer, Target("localhost", server.port, Security.NONE))


async def test_nothing_is_sent_but_quit(dialer):
    script = steps(send(b"+OK ready\r\n"), expect(rb"QUIT", b"+OK bye\r\n"))
    async with ScriptedServer(script) as server:
        assert await answers(dialer, Target("localhost", server.port, Security.NONE))
        assert server.peers[0].received == [b"QUIT"]


async def test_the_first_in_order_wins_and_silence_costs_no_more_than_the_limit(dialer, dovecot):
    right = Target("localhost", dovecot.tls_port, Security.TLS)
    starttls = Target("localhost", dovecot.port, Security.STARTTLS)
    nobody = Target("localhost", 1, Security.TLS)
    assert await first_answering(dialer, [nobody, right, starttls], 3) == right
    assert await first_answering(dialer, [starttls, right], 3) == starttls
    assert await first_answering(dialer, [nobody], 3) is None
    assert await first_answering(dialer, [], 3) is None
    async with ScriptedServer(steps(stall())) as silent:
        mute = Target("localhost", silent.port, Security.NONE)
        # The one that is preferred stays silent; what has answered by the limit is taken.
        assert await first_answering(dialer, [mute, right], 0.6) == right
