import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from .proxy import Link


@asynccontextmanager
async def server(handle):
    """A plain loopback server whose handler tasks end with the block."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader, writer):
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await handle(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def takes(measured: Callable[[], Awaitable[float]], least: float, below: float) -> None:
    """That it never takes less than ``least``, and less than ``below`` when nothing else does.

    A busy machine only ever adds to what the link takes: one of some tries is enough.
    """
    for _ in range(20):
        spent = await measured()
        assert spent >= least
        if spent < below:
            return
    pytest.fail(f"it takes {spent:.3f} s, not less than {below} s")


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def rounds(port: int, count: int) -> float:
    """The seconds that ``count`` questions take, each waiting for its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    start = time.perf_counter()
    for _ in range(count):
        writer.write(b"x")
        await reader.readexactly(1)
    spent = time.perf_counter() - start
    await hang_up(writer)
    return spent


@pytest.mark.parametrize("rtt", [0.03, 0.06])
async def test_each_round_trip_costs_the_rtt(rtt):
    async with server(echo) as port, Link("127.0.0.1", port, rtt=rtt) as link:
        await takes(lambda: rounds(link.port, 4), 4 * rtt, 4 * rtt * 1.3)


async def test_without_rtt_nothing_is_added():
    async with server(echo) as port, Link("127.0.0.1", port) as link:
        await takes(lambda: rounds(link.port, 50), 0, 0.5)


async def test_delays_do_not_add_up_over_chunks():

    async def trickle() -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        start = time.perf_counter()
        for _ in range(30):  # thirty chunks a few milliseconds apart: one delay, not thirty
            writer.write(b"y" * 100)
            await asyncio.sleep(0.003)
        await reader.readexactly(3000)
        spent = time.perf_counter() - start
        await hang_up(writer)
        return spent

    async with server(echo) as port, Link("127.0.0.1", port, rtt=0.1) as link:
        await takes(trickle, 0.1, 0.4)


async def fetch(port: int, octets: int) -> float:
    """The seconds until that many octets have arrived, sent back as an echo of as many."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    start = time.perf_counter()
    writer.write(b"z" * octets)
    await reader.readexactly(octets)
    spent = time.perf_counter() - start
    await hang_up(writer)
    return spent


async def test_the_rate_is_kept_and_queues():
    async with server(echo) as port, Link("127.0.0.1", port, rate=200_000) as link:
        # Up and down overlap, some 10 ms apart.
        await takes(lambda: fetch(link.port, 50_000), 0.25, 0.45)
        await takes(lambda: fetch(link.port, 100_000), 0.5, 0.8)


async def test_a_question_behind_a_queue_waits_for_the_queue():
    """What a click feels: the answer comes behind everything outstanding."""

    async def flood(reader, writer):
        await reader.readexactly(1)
        writer.write(b"z" * 60_000)
        await reader.readexactly(1)
        writer.write(b"!")
        await reader.read()

    async def ask() -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        start = time.perf_counter()
        writer.write(b"ab")
        await reader.readexactly(60_001)
        spent = time.perf_counter() - start
        await hang_up(writer)
        return spent

    async with server(flood) as port, Link("127.0.0.1", port, rtt=0.02, rate=200_000) as link:
        await takes(ask, 0.32, 0.6)


async def test_it_counts_and_records_what_was_put_on_the_wire():
    async def answer(reader, writer):
        await reader.readexactly(16)
        writer.write(b"+OK\r\n" * 3)
        await reader.read()

    async with server(answer) as port, Link("127.0.0.1", port) as link:
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
            writer.write(b"STAT\r\nDELE 100\r\n")
            await reader.readexactly(15)
            await hang_up(writer)
        assert (link.octets_up, link.octets_down, link.connections) == (32, 30, 2)
        assert link.commands == ["STAT", "DELE 100"] * 2
        assert bytes(link.sent_by_client) == b"STAT\r\nDELE 100\r\n" * 2


async def test_a_half_close_passes_through_and_the_answer_still_comes():
    async def until_eof(reader, writer):
        writer.write(b"got %d" % len(await reader.read()))

    async with server(until_eof) as port, Link("127.0.0.1", port, rtt=0.02) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write(b"1234")
        writer.write_eof()
        assert await reader.read() == b"got 4"
        await hang_up(writer)


@pytest.mark.parametrize("reset", [True, False])
async def test_drop_cuts_both_sides(reset):
    seen = asyncio.get_running_loop().create_future()

    async def watch(reader, writer):
        writer.write(b"+OK\r\n")
        try:
            seen.set_result(await reader.read())
        except ConnectionResetError:
            seen.set_result("reset")

    async with server(watch) as port, Link("127.0.0.1", port) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        await reader.readline()
        link.drop(reset=reset)
        if reset:
            with pytest.raises(ConnectionResetError):
                await reader.read()
        else:
            assert await reader.read() == b""
        assert await asyncio.wait_for(seen, 5) == ("reset" if reset else b"")
        await hang_up(writer)


async def test_pause_holds_everything_back_until_resume():
    async with server(echo) as port, Link("127.0.0.1", port) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        link.pause()
        writer.write(b"q")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.2)
        link.resume()
        assert await asyncio.wait_for(reader.readexactly(1), 5) == b"q"
        await hang_up(writer)


async def test_a_closed_port_behind_it_is_a_reset():
    async with server(echo) as port:
        pass
    async with Link("127.0.0.1", port) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await hang_up(writer)


async def test_much_data_goes_through_unharmed():
    blob = bytes(range(256)) * 32_768  # 8 MiB

    async def give(reader, writer):
        writer.write(blob)
        await writer.drain()

    async with server(give) as port, Link("127.0.0.1", port, rtt=0.02) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        assert await reader.read(-1) == blob
        assert link.octets_down == len(blob)
        await hang_up(writer)
