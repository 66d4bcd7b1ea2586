"""An engine fed with what a server said, in pieces, and its events made comparable."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import strategies as st

from app.pop3 import (
    BodyData,
    BodyStarted,
    Broken,
    Challenged,
    Command,
    Completed,
    ConnectionClosed,
    Engine,
    Event,
    Greeting,
    Limits,
    Rejected,
    State,
    commands,
)

T = TypeVar("T")
GREETING = b"+OK ready\r\n"


def greeted(limits: Limits | None = None) -> Engine:
    engine = Engine(limits)
    engine.receive_data(GREETING)
    assert engine.state is State.AUTHORIZATION
    return engine


def logged_in(limits: Limits | None = None) -> Engine:
    engine = greeted(limits)
    for command in (commands.user("bob"), commands.password("hunter2")):
        engine.submit(command)
        engine.data_to_send()
        engine.receive_data(b"+OK\r\n")
    assert engine.state is State.TRANSACTION
    return engine


def asked(command: Command[Any], limits: Limits | None = None) -> Engine:
    """An engine that waits for the answer to `command`, in the state the command is for."""
    engine = logged_in(limits) if State.TRANSACTION in command.states else greeted(limits)
    engine.submit(command)
    assert engine.data_to_send() == command.line
    return engine


def answer(command: Command[Any], said: bytes, limits: Limits | None = None) -> Event:
    """The one event that `said` makes as the answer to `command`."""
    return only(received(asked(command, limits), said))


def only(events: Sequence[Event]) -> Event:
    [event] = events
    return event


def of(kind: type[T], event: Event) -> T:
    """The event, which must be of this kind."""
    assert isinstance(event, kind), event
    return event


def value(command: Command[Any], said: bytes) -> Any:
    return of(Completed, answer(command, said)).value


def broken(command: Command[Any], said: bytes, limits: Limits | None = None) -> Broken:
    return of(Broken, received(asked(command, limits), said)[-1])


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`stream` cut at the offsets `cuts`, which may be any numbers."""
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[a:b] for a, b in pairwise(edges)]


def octet_by_octet(stream: bytes) -> list[bytes]:
    return [stream[n : n + 1] for n in range(len(stream))]


def feed(engine: Engine, parts: Iterable[bytes], *, eof: bool = False) -> list[Event]:
    """Every event; stops at `Broken`, and answers challenges, as a connection does."""
    events: list[Event] = []
    for part in parts:
        events += received(engine, part)
        if engine.state is State.BROKEN:
            break
    if eof:
        events += engine.receive_eof()
    return events


def received(engine: Engine, data: bytes) -> list[Event]:
    """The events of some octets, to the last row of a listing; challenges are answered."""
    events = engine.receive_data(data)
    while engine.unfinished:
        events += engine.receive_data(b"")
    for event in [event for event in events if isinstance(event, Challenged)]:
        engine.respond(event.answer())
        events.remove(event)
    return events


def state(engine: Engine) -> State:
    """Read anew each time: a type checker would take the last one for granted."""
    return engine.state


def body_of(events: Sequence[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, BodyData))


def plain(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Events as tuples, neighbouring `BodyData` of one command taken together."""
    made: list[tuple[Any, ...]] = []
    for event in events:
        match event:
            case Greeting(reply=reply, challenge=challenge):
                made.append(("greeting", reply, challenge))
            case BodyStarted(command=command, reply=reply):
                made.append(("body", command.shown, reply))
            case BodyData(command=command, data=data):
                assert data, "an empty block says nothing"
                if made and made[-1][:2] == ("data", command.shown):
                    data = made.pop()[2] + data
                made.append(("data", command.shown, data))
            case Completed(command=command, reply=reply, value=got):
                made.append(("completed", command.shown, reply, got))
            case Rejected(command=command, error=error):
                made.append(("rejected", command.shown, error.args, repr(error.__cause__)))
            case Broken(error=error):
                made.append(("broken", error.fault, error.received))
            case ConnectionClosed(expected=expected):
                made.append(("ended", expected))
    return made


# What servers send, cut small and put together at random: most of it nearly makes sense.
_FRAGMENTS = [
    b"+OK", b"-ERR", b"+ ", b"+", b" ", b"\r\n", b"\n", b"\r", b".", b"..", b".\r\n", b"\n.\r\n",
    b"+OK\r\n", b"-ERR no\r\n", b"+OK 2 320\r\n", b"1 120\r\n", b"2 200\r\n", b"1 abc\r\n",
    b"+OK [IN-USE] x\r\n", b"-1", b"\0", b"\xff", b"\xc3\xa9", b"x", b"= ", b"SASL PLAIN\r\n",
    b"Subject: a\r\n\r\n", b"+OK <1.2@host>\r\n", b"+ VXNlcm5hbWU6\r\n", b"220 smtp\r\n",
]  # fmt: skip
fragments = st.lists(
    st.one_of(st.sampled_from(_FRAGMENTS), st.binary(max_size=6)), max_size=24
).map(b"".join)
cuts = st.lists(st.integers(0, 10_000), max_size=12)

# Octets in which dots and line ends are as frequent as they are dangerous.
dotted = st.lists(
    st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"..", b"a", b"\n.", b"\0\xff"]), max_size=30
).map(b"".join)
bodies = st.one_of(dotted, st.binary(max_size=60))
