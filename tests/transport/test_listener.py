"""What a listener is told of a connection."""

import asyncio
from collections.abc import Sequence

from app.mailbox.login import sign_in
from app.pop3 import Engine, Said, Side, commands
from app.transport import ConnectionLost, Security
from app.transport.listener import Relay
from tests.support.certs import Authority
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .dialling import ANNA, dialer, target


class Ear:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def connected(self, tls: str | None) -> None:
        self.told.append(("connected", tls))

    def said(self, lines: Sequence[Said]) -> None:
        self.told += [(line.side.value, line.text) for line in lines]

    def closed(self, error: Exception | None) -> None:
        self.told.append(("closed", type(error).__name__))


def test_each_line_is_passed_on_once_and_in_order():
    engine, ear = Engine(), Ear()
    relay = Relay(engine, ear)
    relay.catch_up()
    engine.receive_data(b"+OK ready\r\n")
    relay.catch_up()
    relay.catch_up()
    engine.submit(commands.capa())
    engine.receive_data(b"+OK\r\nUIDL\r\n.\r\n")
    relay.closed(None)
    assert ear.told == [("S", "+OK ready"), ("C", "CAPA"), ("S", "+OK"), ("closed", "NoneType")]
    engine.submit(commands.capa())
    relay.catch_up()
    relay.closed(ConnectionLost("closed"))
    assert len(ear.told) == 4, "nothing is passed on after the end"


def test_without_a_listener_nothing_happens():
    engine = Engine()
    relay = Relay(engine, None)
    engine.receive_data(b"+OK ready\r\n")
    relay.connected(None)
    relay.catch_up()
    relay.closed(None)


async def test_a_connection_is_heard_from_the_greeting_to_its_end():
    ear = Ear()
    async with ScriptedServer(FakeMaildrop(plain(2))) as server:
        connection = await dialer().dial(target(server), ear)
        await sign_in(connection, ANNA)
        await connection.execute(commands.stat())
        await connection.quit()
    sides = [line[0] for line in ear.told if isinstance(line, tuple)]
    assert ear.told[0] == ("connected", None)
    assert sides[1] == Side.SERVER.value
    assert ("C", "PASS ••••••••") in ear.told
    assert ("S", "+OK 2 400") in ear.told
    assert sides[-1] == "closed"
    assert sides.count("closed") == 1
    assert "secret" not in repr(ear.told)


async def test_stls_is_told_in_its_place(authority: Authority):
    ear = Ear()
    context = authority.leaf("127.0.0.1").server_context()
    async with ScriptedServer(FakeMaildrop(plain(1), tls=context)) as server:
        place = target(server, Security.STARTTLS, verified=False)
        connection = await dialer().dial(place, ear)
        connection.abort()
        await asyncio.sleep(0.02)  # both ends have closed
    at = ear.told.index(("connected", "TLSv1.3"))
    assert ("C", "STLS") in ear.told[:at]
    assert ear.told[0] == ("connected", None)
