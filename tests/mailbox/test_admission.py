"""What the gate is told of a sign-in, and what it holds back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.gate import Brake, Gate, Rates, client
from app.mailbox import (
    Credentials,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    Outcome,
    SignInHeld,
)
from app.mailbox.admission import admitted
from app.transport import ConnectFailed, Dialer
from tests.mailbox.opening import LOOPBACK, commit, line_of, mailbox_at
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer, send, steps
from tests.transport.dialling import target

WRONG, RIGHT = Credentials("anna", "wrong"), Credentials("anna", "secret")


class Place:
    def __init__(self, server: ScriptedServer, **rates: str) -> None:
        self.now = 1000.0
        self.server = server
        self.gate = Gate(Rates(**rates), clock=lambda: self.now)
        self.dialer = Dialer(LOOPBACK, gate=self.gate)

    async def sign_in(self, credentials: Credentials, who: str = "a") -> None:
        client.set(who)
        (await admitted(self.dialer, target(self.server), credentials)).abort()


@asynccontextmanager
async def at(
    *, greeting: bytes = b"", refusal: bytes | None = None, **rates: str
) -> AsyncIterator[Place]:
    drop = FakeMaildrop(plain(1), quirks=Quirks(refuse_login=refusal))
    async with ScriptedServer(steps(send(greeting)) if greeting else drop) as server:
        yield Place(server, **rates)


async def test_a_wrong_password_counts_and_in_the_end_nothing_is_sent():
    async with at(wrong_account="2/minute") as place:
        for _ in range(2):
            with pytest.raises(LoginRejected):
                await place.sign_in(WRONG)
        with pytest.raises(SignInHeld) as held:
            await place.sign_in(RIGHT)
        assert (held.value.fault, held.value.retry_after) == (Brake.ACCOUNT, 60)
        assert place.server.connections == 2
        place.now += 60
        await place.sign_in(RIGHT)


@pytest.mark.parametrize(
    "refusal",
    [
        b"-ERR [IN-USE] locked",
        b"-ERR [SYS/TEMP] out of order",
        b"-ERR unknown authentication mechanism",
        b"-ERR plaintext authentication disallowed, use TLS",
    ],
)
async def test_what_says_nothing_of_the_password_is_no_wrong_one(refusal):
    async with at(refusal=refusal, wrong="1/minute") as place:
        for _ in range(2):
            with pytest.raises((LoginRejected, MailboxInUse)):
                await place.sign_in(WRONG)


@pytest.mark.parametrize(
    ("refusal", "seconds", "others"),
    [
        (b"-ERR [LOGIN-DELAY] wait 40 seconds", 40, False),
        (b"-ERR [AUTH] Too many login failures", 60, False),
        (b"-ERR [SYS/TEMP] too many sign-ins, try again in 5 minutes", 300, False),
        (b"-ERR login limit exceeded", 60, False),
        (b"-ERR [SYS/TEMP] Too many connections from your IP address", 60, True),
        (b"-ERR too many simultaneous connections", 60, True),
    ],
)
async def test_what_the_server_says_of_too_many_sign_ins_is_heeded(refusal, seconds, others):
    async with at(refusal=refusal) as place:
        with pytest.raises((LoginRejected, LoginDelayed)):
            await place.sign_in(WRONG)
        held = await place.gate.hold(place.server.host, "anna")
        assert held is not None
        assert (held.brake, held.seconds) == (Brake.SERVER, seconds)
        assert (await place.gate.hold(place.server.host, "berta") is not None) is others


async def test_a_delay_that_was_not_told_is_left_to_the_server():
    async with at(refusal=b"-ERR [LOGIN-DELAY] too soon") as place:
        with pytest.raises(LoginDelayed):
            await place.sign_in(RIGHT)
        assert await place.gate.hold(place.server.host, "anna") is None


async def test_a_greeting_can_say_so_too():
    async with at(greeting=b"-ERR too many connections, try later\r\n") as place:
        with pytest.raises(ConnectFailed):
            await place.sign_in(RIGHT)
        assert await place.gate.hold(place.server.host, "berta") is not None


async def test_a_mailbox_that_was_opened_signs_in_again_while_its_client_is_held():
    async with ScriptedServer(FakeMaildrop(plain(2))) as server:
        client.set("a")
        gate = Gate(Rates(wrong_client="1/minute"))
        mailbox = mailbox_at(server.host, server.port, gate=gate)
        try:
            await line_of(mailbox).hold()
            await gate.wrong(server.host, "somebody")
            await mailbox.tenancy.release()
            await line_of(mailbox).hold()
            mailbox.marks.mark([message.id for message in mailbox.index][:1])
            receipt = await commit(mailbox).run()
            assert [item.outcome for item in receipt.items] == [Outcome.GONE]
        finally:
            await mailbox.close()


async def test_but_not_once_its_password_is_refused():
    drop = FakeMaildrop(plain(1))
    async with ScriptedServer(drop) as server:
        client.set("a")
        mailbox = mailbox_at(server.host, server.port, gate=Gate(Rates(wrong_account="1/minute")))
        try:
            await line_of(mailbox).hold()
            await mailbox.tenancy.release()
            drop.quirks.refuse_login = b"-ERR [AUTH] the password has changed"
            with pytest.raises(LoginRejected):
                await line_of(mailbox).hold()
            with pytest.raises(SignInHeld):
                await line_of(mailbox).hold()
        finally:
            await mailbox.close()
