"""A process that many connect to, with few descriptors: it serves on, and says so in few lines."""

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .support.popscope import RunningPopscope

pytestmark = pytest.mark.heavy


@contextlib.contextmanager
def descriptors(most: int) -> Iterator[None]:
    """What is started in here has so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def held(popscope: RunningPopscope) -> int:
    return len(list(Path(f"/proc/{popscope.process.pid}/fd").iterdir()))


def silent(popscope: RunningPopscope, count: int, stack: contextlib.ExitStack) -> None:
    for _ in range(count):
        stack.enter_context(socket.create_connection((popscope.host, popscope.port), 10))


def test_connections_take_the_half_of_the_descriptors_and_the_longest_silent_go():
    with contextlib.ExitStack() as stack:
        with descriptors(128):
            popscope = stack.enter_context(RunningPopscope())
        before = held(popscope)
        silent(popscope, 300, stack)
        with httpx.Client(base_url=popscope.url, timeout=10) as http:
            for _ in range(3):
                assert http.get("/").status_code == 200
                assert held(popscope) <= before + 64
        assert popscope.output.count("\n") == 1


def test_it_serves_on_where_there_is_no_descriptor_left():
    with contextlib.ExitStack() as stack:
        popscope = stack.enter_context(RunningPopscope())
        limit = held(popscope) + 20
        resource.prlimit(popscope.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        began = time.monotonic()
        silent(popscope, 40, stack)
        for _ in range(2):
            assert httpx.get(f"{popscope.url}/livez", timeout=10).status_code == 200
        lines = popscope.output.splitlines()[1:]
        assert lines
        assert all("A connection found no free file descriptor." in line for line in lines)
        assert len(lines) <= 1 + time.monotonic() - began


def test_garbage_is_a_line_a_second():
    with contextlib.ExitStack() as stack:
        popscope = stack.enter_context(RunningPopscope())
        began = time.monotonic()
        for _ in range(300):
            with socket.create_connection((popscope.host, popscope.port), 10) as connection:
                connection.sendall(b"\x16\x03\x01" + bytes(200))
                assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
        ended = time.monotonic()
        while "more like it" not in popscope.output and time.monotonic() < ended + 10:
            time.sleep(0.05)
        lines = popscope.output.splitlines()[1:]
        assert all("Invalid HTTP request received." in line for line in lines)
        assert "more like it)" in lines[-1]
        assert len(lines) <= 1 + time.monotonic() - began
