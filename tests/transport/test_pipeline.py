"""The order of things on one connection, without a connection."""

import asyncio

from app.pop3 import BodyEnd, MessageNumber, Octets, State, commands
from app.transport.body import Body
from app.transport.errors import ConnectionLost
from app.transport.pipeline import Pending, Pipeline


def waiting(command, *, background=False, expected=40, body=None):
    future = asyncio.get_running_loop().create_future()
    return Pending(command, future, expected, background, body)


def top(number):
    return commands.top(MessageNumber(number), 0)


def send_all(pipeline, state=State.TRANSACTION, *, pipelining=True):
    sent = []
    while (pending := pipeline.next(state, pipelining=pipelining)) is not None:
        assert not pipeline.never(pending, state)
        pipeline.began(pending, 0.0)
        sent.append(pending.command.shown)
    return sent


async def test_clicks_go_first():
    pipeline = Pipeline()
    pipeline.add(waiting(top(1), background=True))
    pipeline.add(waiting(commands.stat()))
    pipeline.add(waiting(top(2), background=True))
    assert send_all(pipeline) == ["STAT", "TOP 1 0", "TOP 2 0"]


async def test_one_at_a_time_without_pipelining():
    pipeline = Pipeline()
    for number in (1, 2):
        pipeline.add(waiting(top(number)))
    assert send_all(pipeline, pipelining=False) == ["TOP 1 0"]
    assert send_all(pipeline, pipelining=False) == []
    assert pipeline.answered(None).command.shown == "TOP 1 0"
    assert send_all(pipeline, pipelining=False) == ["TOP 2 0"]


async def test_nothing_behind_a_barrier_and_no_barrier_behind_anything():
    pipeline = Pipeline()
    pipeline.add(waiting(commands.stat()))
    pipeline.add(waiting(commands.quit_()))
    pipeline.add(waiting(commands.noop()))
    assert send_all(pipeline) == ["STAT"]
    pipeline.answered(None)
    assert send_all(pipeline) == ["QUIT"]
    assert len(pipeline) == 1


async def test_a_blocked_click_holds_the_background_back():
    pipeline = Pipeline()
    pipeline.add(waiting(commands.stat()))
    pipeline.add(waiting(commands.quit_()))
    pipeline.add(waiting(top(1), background=True))
    assert send_all(pipeline) == ["STAT"]


async def test_what_was_cancelled_before_it_was_sent_is_passed_over():
    pipeline = Pipeline()
    gone, stays = waiting(commands.stat()), waiting(commands.noop())
    for pending in (gone, stays):
        pipeline.add(pending)
    gone.future.cancel()
    assert send_all(pipeline) == ["NOOP"]


async def test_what_the_state_will_never_allow():
    pipeline = Pipeline()
    late = waiting(commands.user("anna"))
    pipeline.add(late)
    found = pipeline.next(State.TRANSACTION, pipelining=True)
    assert found == late
    assert pipeline.never(late, State.TRANSACTION)
    pipeline.add(late)
    assert pipeline.next(State.GREETING, pipelining=True) is None  # it may be allowed soon


async def test_the_mean_header_follows_the_background():
    pipeline = Pipeline()
    first = pipeline.answer_octets
    for _ in range(100):
        pipeline.add(waiting(top(1), background=True, expected=None))
        send_all(pipeline)
        pipeline.answered(BodyEnd(Octets(500), 0))
    assert abs(pipeline.answer_octets - 500) < 1 < first
    pipeline.add(waiting(top(1)))
    send_all(pipeline)
    pipeline.answered(BodyEnd(Octets(10**9), 0))
    assert pipeline.answer_octets < 501  # a click says nothing about headers


async def test_everything_is_told_at_the_end():
    pipeline = Pipeline()
    whole = waiting(commands.retr(MessageNumber(1)), body=Body(lambda: None))
    goodbye = waiting(commands.quit_())
    pipeline.add(whole)
    send_all(pipeline)
    pipeline.add(goodbye)
    pipeline.fail(ConnectionLost("RETR 1"))
    told = [pending.future.exception() for pending in (whole, goodbye)]
    assert [(error.command, error.sent) for error in told if isinstance(error, ConnectionLost)] == [
        ("RETR 1", True),
        ("QUIT", False),
    ]
    assert not len(pipeline)


async def test_what_is_looked_at_goes_before_what_waits():
    pipeline = Pipeline()
    requests = {n: waiting(top(n), background=True) for n in range(1, 7)}
    for pending in requests.values():
        pipeline.add(pending)
    first = pipeline.next(State.TRANSACTION, pipelining=True)
    assert first is not None
    pipeline.began(first, 0.0)
    pipeline.hasten([requests[5], requests[3], requests[1]])  # the first one is under way already
    assert send_all(pipeline) == ["TOP 5 0", "TOP 3 0", "TOP 2 0", "TOP 4 0", "TOP 6 0"]


async def test_what_was_sent_in_a_group_is_known():
    pipeline = Pipeline()
    alone, *group = [waiting(top(n)) for n in (1, 2, 3)]
    pipeline.add(alone)
    send_all(pipeline)
    assert not pipeline.grouped
    assert not pipeline.answered(None).grouped
    for pending in group:
        pipeline.add(pending)
    send_all(pipeline)
    assert pipeline.grouped
    assert pipeline.answered(None).grouped
    assert pipeline.grouped  # the last one of a group, whose answer may have been lost with it
