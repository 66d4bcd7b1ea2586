"""The line on which one thing goes wrong."""

import asyncio

import pytest

from .faults import Fault, FaultyLine, Kind, Way

CARRIED = [
    (Kind.CUT, b"abc", True),
    (Kind.TRUNCATE, b"abc", True),
    (Kind.STALL, b"abc", False),
    (Kind.DELAY, b"abcdef", True),
    (Kind.DUPLICATE, b"abccdef", True),
    (Kind.REPEAT, b"abcabcdef", True),
    (Kind.CORRUPT, b"abbdef", True),
]


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize(("kind", "carried", "ends"), CARRIED)
async def test_one_fault_behind_the_third_octet(kind, carried, ends, way) -> None:
    heard = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if way is Way.DOWN:
            writer.write(b"abcdef")
            writer.write_eof()
        heard.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, FaultyLine(*server.sockets[0].getsockname()) as line:
        line.arm(Fault(kind, way, 3))
        reader, writer = await asyncio.open_connection(line.host, line.port)
        if way is Way.UP:
            writer.write(b"abcdef")
            writer.write_eof()
            assert await heard == carried
        else:
            assert await reader.readexactly(len(carried)) == carried
            if ends:
                assert await reader.read() == b""
            writer.write_eof()
            assert await heard == b""
        await line.over()
        assert (line.octets[way], line.fault) == (6, None)
        writer.close()
