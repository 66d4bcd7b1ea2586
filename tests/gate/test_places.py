import asyncio

import pytest

from app.gate import Places, Turns


def test_so_many_for_each_kind_and_in_all():
    places = Places(4, client=2, host=3)
    places.take(client="a", host="x")
    places.take(client="a", host="x")
    assert places.full(client="a", host="y") == "client"
    places.take(client="b", host="x")
    assert places.full(client="b", host="x") == "host"
    assert places.full(client="c", host="y") is None
    places.take(client="c", host="y")
    assert places.full(client="d", host="z") == "all"
    places.leave(client="a", host="x")
    assert places.full(client="d", host="x") is None
    assert len(places) == 3


def test_the_last_quarter_is_for_newcomers():
    places = Places(8, client=8)
    for _ in range(6):
        assert places.full(client="many") is None
        places.take(client="many")
    assert places.full(client="many") == "all"
    assert places.full(client="new") is None
    places.take(client="new")
    assert places.full(client="new") == "all"
    assert places.full(client="newer") is None
    places.take(client="newer")
    assert places.full(client="newest") == "all"


def test_nobody_is_not_counted_but_in_all():
    places = Places(3, client=1)
    for _ in range(3):
        assert places.full(client="") is None
        places.take(client="")
    assert places.full(client="") == "all"


def test_nothing_stays_of_what_is_over():
    places = Places(10, client=1)
    for number in range(1000):
        places.take(client=str(number))
        places.leave(client=str(number))
    assert not places
    assert not places._by


async def test_turns_come_in_the_order_of_who_waits():
    turns, came = Turns(1), list[int]()

    async def come(number: int) -> None:
        await turns.take("a")
        came.append(number)

    await turns.take("a")
    waiting = [asyncio.create_task(come(number)) for number in range(3)]
    await turns.take("b")  # another's
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait([waiting[0]])
    for number in (1, 2):
        turns.leave("a")
        await waiting[number]
    assert came == [1, 2]
    for key in ("a", "b"):
        turns.leave(key)
    assert not turns._held
    assert not turns._waiting


async def test_a_turn_that_comes_as_its_waiter_goes_is_passed_on():
    turns = Turns(1)
    await turns.take("a")
    going = asyncio.create_task(turns.take("a"))
    staying = asyncio.create_task(turns.take("a"))
    await asyncio.sleep(0)
    turns.leave("a")
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    await staying
    turns.leave("a")
    assert not turns._held
