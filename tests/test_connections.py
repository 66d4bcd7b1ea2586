"""What clients do to connections before the app, over loopback, with limits that are quick."""

import asyncio
import ipaddress
import logging

import pytest

from app.connections import ConnectionLimits

from .connecting import KIB, get, post, serving

QUIET = ConnectionLimits(patience=60)
HASTY = ConnectionLimits(patience=0.2, stall=0.3, rate=10_000)
CHUNKED = "Transfer-Encoding: chunked"


# What is taken in


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 64 * KIB),
        (b"GET / HTTP/1.1\r\n", b"X-A: bcdef\r\n" * 5000),
        (b"GET /", b"a" * 64 * KIB),
        (b"", b"A" * 64 * KIB),
        (b"GET / HTTP/1.1\r\nA: b\r\n", b" c\r\n" * 20_000),
        (post("/reads", CHUNKED) + b"1;", b"x" * 64 * KIB),
        (post("/reads", CHUNKED) + b"0\r\n", b"X-A: bcdef\r\n" * 5000),
    ],
)
async def test_what_does_not_end_is_a_431(start, more):
    async with serving(QUIET) as served:
        client = await served.client(start)
        for _ in range(100):
            await client.send(more)
        assert (await client.answer()).startswith(b"HTTP/1.1 431 Request Header Fields Too Large")
        assert await client.ended()
        await served.held(0)


@pytest.mark.parametrize("size", [30, 40, 200])
@pytest.mark.parametrize("piece", [500, 3000, 400_000])
async def test_a_head_has_32_kib_at_most_however_it_comes(size, piece):
    async with serving(QUIET) as served:
        head = get("/", f"X: {'a' * size * KIB}")
        client = await served.client()
        for start in range(0, len(head), piece):
            await client.send(head[start : start + piece])
        wanted = b"HTTP/1.1 200" if size < 32 else b"HTTP/1.1 431"
        assert (await client.answer()).startswith(wanted)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"{}\r\n\r\n",
        b"GET\r\n\r\n",
        bytes(100),
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        get("/", "Content-Length: 1", "Content-Length: 2"),
        get("/ä"),
    ],
)
async def test_what_is_no_http_is_a_400(garbage):
    async with serving(QUIET) as served:
        client = await served.client(garbage)
        assert (await client.answer()).startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert await client.ended()


async def test_garbage_behind_a_request_ends_it_without_a_fault(caplog):
    async with serving(QUIET) as served:
        for start in (
            get("/waits", "Connection: close") + b"garbage",
            post("/events", CHUNKED) + b"zz\r\n",
        ):
            client = await served.client(start)
            await served.until(lambda: bool(served.asked))
            await client.send(b"zz\r\n" * 10)
            assert await client.ended()
        await served.held(0)
        served.go_on.set()
        await served.until(lambda: not served.state.tasks)
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]


async def test_another_protocol_that_is_asked_for_is_passed_over(caplog):
    async with serving(QUIET) as served:
        upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
        client = await served.client(get("/", *upgrade))
        assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")
    assert not caplog.records


async def test_a_request_of_http_1_0_is_answered():
    async with serving(QUIET) as served:
        client = await served.client(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")
        await served.held(0)


async def test_a_pipeline_is_answered_one_by_one_and_has_a_length():
    async with serving(QUIET) as served:
        client = await served.client(get("/waits") + get("/") * 20)
        await served.until(lambda: bool(served.asked))
        await asyncio.sleep(0.05)
        assert served.asked == ["/waits"]
        served.go_on.set()
        for _ in range(21):
            assert await client.answer()
        served.go_on.clear()
        await client.send(get("/waits") + get("/") * 4000)
        await served.held(0)
        assert len(served.asked) == 22


async def test_a_body_behind_its_answer_is_read_to_its_end_or_given_up():
    async with serving(QUIET) as served:
        client = await served.client(post("/", "Content-Length: 100000"))
        assert await client.answer()
        await client.send(b"x" * 100_000 + get("/again"))
        assert await client.answer()
        assert served.asked == ["/", "/again"]
        await client.send(post("/", "Content-Length: 10000000"))
        assert await client.answer()
        await client.send(b"x" * 10_000_000)
        await served.held(0)


# How long it is waited for


@pytest.mark.parametrize(
    ("start", "drop", "answer"),
    [
        (b"", b"", b""),
        (b"GET / HTTP/1.1\r\nX: ", b"a", b"HTTP/1.1 408"),
        (post("/reads", "Content-Length: 100000"), b"x", b"HTTP/1.1 408"),
        (post("/reads", CHUNKED), b"1\r\nx\r\n", b"HTTP/1.1 408"),
        (get("/") + b"GET", b"T", b"HTTP/1.1 200"),
    ],
)
async def test_who_drips_is_let_go(start, drop, answer):
    async with serving(HASTY) as served:
        client = await served.client(start)

        async def drip() -> None:
            while True:
                await client.send(drop)
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        await served.until(lambda: bool(served.state.connections))
        await served.held(0)
        dripping.cancel()
        said = await client.answer()
        assert said.startswith(answer) if answer else said == b""


async def test_a_body_that_comes_fast_enough_may_take_longer():
    async with serving(HASTY) as served:
        client = await served.client(post("/reads", "Content-Length: 30000"))
        sweeping = asyncio.create_task(served.until(lambda: bool(served.ended)))
        for _ in range(30):
            await client.send(b"x" * 1000)
            await asyncio.sleep(0.02)
        assert (await client.answer()).startswith(b"HTTP/1.1 200")
        await sweeping


async def test_an_answer_may_take_longer():
    async with serving(HASTY) as served:
        client = await served.client(get("/events"))
        await served.until(lambda: bool(served.ended))
        assert (await client.answer()).count(b"tick") == 20


async def test_a_download_goes_on_as_long_as_it_is_read_and_ends_when_it_is_not():
    async with serving(HASTY) as served:
        reads, sleeps = await served.client(get("/large")), await served.client(get("/large"))
        octets = 0

        async def reading() -> None:
            nonlocal octets
            while octets < 1000 * 64 * KIB:
                octets += len(await reads.more())

        task = asyncio.create_task(reading())
        await served.until(task.done)
        await served.until(lambda: len(served.ended) == 2)
        assert len(await sleeps.more()) < 1000 * 64 * KIB


# How many


async def test_the_one_that_is_waited_for_longest_makes_room():
    async with serving(ConnectionLimits(most=3, patience=60)) as served:
        used = await served.client(get("/"))
        assert await used.answer()
        first = await served.client()
        await served.held(2)
        second = await served.client(b"GET /")
        await served.held(3)
        for _ in range(2):
            assert (await (await served.client(get("/"))).answer()).startswith(b"HTTP/1.1 200")
        assert await first.ended()  # the silent ones, and not the one that is used
        assert await second.ended()
        await used.send(get("/"))
        assert await used.answer()


async def test_who_waits_for_us_is_not_let_go_and_the_next_is_told_so(caplog):
    caplog.set_level(logging.WARNING, "uvicorn.error")  # other tests may have left it higher
    async with serving(ConnectionLimits(most=2, patience=60)) as served:
        clients = [await served.client(get("/waits")) for _ in range(2)]
        await served.until(lambda: len(served.asked) == 2)
        answer = await (await served.client(get("/"))).answer()
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n")
        assert caplog.messages == ["There are too many connections."]
        served.go_on.set()
        for client in clients:
            assert (await client.answer()).startswith(b"HTTP/1.1 200")
        assert (await (await served.client(get("/"))).answer()).startswith(b"HTTP/1.1 200")


async def test_who_does_not_read_makes_room_at_last():
    limits = ConnectionLimits(most=1, patience=0.2, stall=60)
    async with serving(limits) as served:
        await served.client(get("/large"))
        await served.until(lambda: bool(served.asked))
        answers = [b""]
        while b"200" not in answers[-1] and len(answers) < 100:
            await asyncio.sleep(0.05)
            answers.append(await (await served.client(get("/"))).answer())
        assert b"503" in answers[1]
        assert b"200" in answers[-1]


async def test_one_address_has_not_all_of_them_but_the_proxy_may():
    async with serving(ConnectionLimits(most=9, of_one=2, patience=60)) as served:
        many = [await served.client(get("/waits"), at="127.0.0.2") for _ in range(2)]
        await served.until(lambda: len(served.asked) == 2)
        assert b" 503 " in await (await served.client(get("/"), at="127.0.0.2")).answer()
        used = await served.client()
        assert await used.is_open()
        silent = [await served.client() for _ in range(5)]  # each makes room for the next
        assert await (await served.client()).is_open()
        assert await silent[-1].ended()
        assert await used.is_open()
        served.go_on.set()
        assert b" 200 " in await many[0].answer()
    proxy = ipaddress.ip_network("127.0.0.0/30")
    limits = ConnectionLimits(most=4, of_one=1, proxy=proxy, patience=60)
    async with serving(limits) as served:
        for _ in range(4):
            await served.client(get("/waits"))
        await served.until(lambda: len(served.asked) == 4)
        assert b" 503 " in await (await served.client(get("/"))).answer()
