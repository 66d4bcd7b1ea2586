"""What holds for every server: any pieces, any garbage, any body, any limits."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pop3 import (
    BodyEnd,
    Broken,
    Command,
    Completed,
    ConnectionClosed,
    Engine,
    Limits,
    LocalProtocolError,
    Login,
    MessageNumber,
    Octets,
    Plain,
    RemoteProtocolError,
    State,
    commands,
)

from .dialogue import (
    asked,
    bodies,
    body_of,
    cuts,
    feed,
    fragments,
    greeted,
    logged_in,
    octet_by_octet,
    pieces,
    plain,
)

ONE = MessageNumber(1)

# How a dialogue may stand when the octets come.
_GROUP: list[Command[Any]] = [
    commands.stat(), commands.top(ONE, 0), commands.list_all(), commands.retr(ONE),
    commands.uidl_all(), commands.noop(), commands.list_one(ONE),
]  # fmt: skip


def _pipelined(count: int) -> Callable[[Limits], Engine]:
    def make(limits: Limits) -> Engine:
        engine = logged_in(limits)
        for command in _GROUP[count:] + _GROUP[:count]:
            engine.submit(command)
        return engine

    return make


def _one(command: Command[Any]) -> Callable[[Limits], Engine]:
    return lambda limits: asked(command, limits)


def _auth(mechanism: type[Login] | type[Plain], password: str = "pw") -> Callable[[Limits], Engine]:
    # A mechanism is used once.
    return lambda limits: asked(commands.auth(mechanism("bob", password)), limits)


_MAKERS = [
    Engine,
    greeted,
    logged_in,
    *(_one(command) for command in (
        commands.capa(), commands.stls(), commands.password("pw"), commands.quit_(),
        commands.languages(), commands.mechanisms(), commands.retr(ONE), commands.list_all(),
    )),
    *(_pipelined(count) for count in range(len(_GROUP))),
    _auth(Login),
    _auth(Plain),
    _auth(Plain, "pw" * 200),
]  # fmt: skip
makers = st.sampled_from(_MAKERS)
limits = st.one_of(
    st.just(Limits()),
    # The helpers' own replies and the longest word of `fragments` fit into nine octets.
    st.builds(
        Limits,
        reply_line=st.integers(9, 40),
        body_line=st.none() | st.integers(2, 20),
        body_octets=st.none() | st.integers(0, 40),
        listing_entries=st.integers(0, 4),
        listing_octets=st.integers(0, 40),
        words_entries=st.integers(0, 4),
        words_octets=st.integers(0, 40),
        rows_at_once=st.integers(1, 3),
    ),
)


def seen(make, bounds: Limits, parts: list[bytes]) -> tuple[object, ...]:
    """All that can be seen of an engine after `parts` and the end."""
    engine = make(bounds)
    engine.data_to_send()
    events = plain(feed(engine, parts))
    state, sent, left = engine.state, engine.data_to_send(), engine.outstanding
    return events, state, sent, left, plain(engine.receive_eof())[-1:], list(engine.said)


@settings(max_examples=600)
@given(makers, limits, fragments, cuts)
def test_any_pieces_give_the_same_events(make, bounds, stream, at):
    whole = seen(make, bounds, [stream])
    assert seen(make, bounds, pieces(stream, at)) == whole
    assert seen(make, bounds, octet_by_octet(stream)) == whole


@settings(max_examples=600)
@given(makers, limits, fragments | st.binary(max_size=120), cuts)
def test_garbage_gives_events_and_at_most_one_broken_at_the_end(make, bounds, stream, at):
    engine = make(bounds)
    events = feed(engine, pieces(stream, at))
    assert not [event for event in events[:-1] if isinstance(event, Broken)]
    if not (events and isinstance(events[-1], Broken)):
        assert engine.state is not State.BROKEN
        assert isinstance(engine.receive_eof()[-1], ConnectionClosed)
        return
    assert engine.state is State.BROKEN
    assert engine.data_to_send() == b""
    for call in (
        lambda: engine.receive_data(stream),
        lambda: engine.submit(commands.noop()),
        lambda: engine.submit(commands.stls()),
        engine.tls_established,
    ):
        with pytest.raises(RemoteProtocolError):
            call()
    assert engine.receive_eof() == []


@given(st.sampled_from([commands.retr(ONE), commands.top(ONE, 5)]), bodies, cuts)
def test_a_stuffed_body_comes_back_whole(command, body, at):
    lines = (
        (body + b"\r\n").split(b"\n")[:-1] if not body.endswith(b"\n") else body.split(b"\n")[:-1]
    )
    if not body:
        lines = []
    stuffed = b"".join((b"." if line[:1] == b"." else b"") + line + b"\n" for line in lines)
    expected = b"".join(line + b"\n" for line in lines)
    stream = b"+OK here\r\n" + stuffed + b".\r\n"
    for parts in ([stream], pieces(stream, at), octet_by_octet(stream)):
        events = feed(asked(command), parts)
        assert body_of(events) == expected
        assert isinstance(events[-1], Completed)
        assert events[-1].value == BodyEnd(Octets(len(expected)), 0)


@settings(max_examples=60)
@given(st.integers(0, 12), st.integers(0, 12), cuts)
def test_rows_beyond_the_limit_are_counted_alone(rows, most, at):
    stream = b"+OK\r\n" + b"".join(b"%d 1\r\n" % n for n in range(1, rows + 1)) + b".\r\n"
    engine = asked(commands.list_all(), Limits(listing_entries=most, rows_at_once=2))
    last = feed(engine, pieces(stream, at))[-1]
    assert isinstance(last, Completed)
    assert [row.number for row in last.value] == list(range(1, min(rows, most) + 1))
    assert engine.left_out == {"LIST": max(0, rows - most)}


@settings(max_examples=60)
@given(st.integers(0, 40), st.sampled_from([b"\n", b"\r\n"]), cuts)
def test_a_reply_has_at_most_as_many_octets_as_its_limit(octets, end, at):
    stream = b"+OK " + b"x" * octets + end
    [event] = feed(asked(commands.noop(), Limits(reply_line=24)), pieces(stream, at))
    assert isinstance(event, Completed if octets + 4 <= 24 else Broken)


@settings(max_examples=150)
@given(st.lists(st.sampled_from([*_GROUP, commands.quit_(), commands.capa(), commands.rset()])))
def test_a_barrier_stands_alone_among_what_is_under_way(wanted):
    engine = logged_in()
    sent: list[Command[Any]] = []
    for command in wanted:
        try:
            engine.submit(command)
        except LocalProtocolError:
            assert sent, "the first command is always allowed here"
            assert command.barrier or sent[-1].barrier
        else:
            sent.append(command)
    assert engine.data_to_send() == b"".join(command.line for command in sent)
    assert len(sent) == 1 or not any(command.barrier for command in sent)
    assert engine.outstanding == len(sent)
