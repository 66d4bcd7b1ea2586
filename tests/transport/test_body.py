"""A body on its way to its reader."""

import asyncio

import pytest

from app.pop3 import BodyEnd, Octets
from app.transport.body import Body, Fetched
from app.transport.errors import ConnectionLost

END = BodyEnd(Octets(5), 0)


async def read(body):
    return [block async for block in body]


async def test_blocks_come_in_order_and_are_counted():
    taken = []
    body = Body(lambda: taken.append(body.waiting))
    body.put(b"abc")
    body.put(b"de")
    body.finish(END)
    assert body.octets == 0
    assert await read(body) == [b"abc", b"de"]
    assert body.end == END
    assert (body.octets, taken) == (5, [2, 0])


async def test_a_reader_waits_for_more():
    body = Body(lambda: None)
    reader = asyncio.create_task(read(body))
    await asyncio.sleep(0)
    body.put(b"abcde")
    await asyncio.sleep(0)
    assert not reader.done()
    body.finish(END)
    assert await reader == [b"abcde"]


async def test_an_error_comes_after_what_had_come():
    body = Body(lambda: None)
    body.put(b"abc")
    body.finish(None, ConnectionLost("RETR 1"))
    blocks = aiter(body)
    assert await anext(blocks) == b"abc"
    with pytest.raises(ConnectionLost):
        await anext(blocks)
    assert body.end is None


async def test_what_nobody_reads_is_not_kept():
    body = Body(lambda: None)
    body.put(b"abc")
    body.discard()
    body.put(b"de")
    assert (body.waiting, body.discarding) == (0, True)


def test_a_fetched_body_knows_whether_it_is_whole():
    assert Fetched(b"abc", 3).whole
    assert not Fetched(b"abc", 4).whole
