import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.gate import client
from app.transport import LookupsFull, SystemNames, asked_for


async def test_the_operating_system_is_asked():
    names = SystemNames()
    assert "127.0.0.1" in await names.addresses("localhost", 995)
    assert await names.addresses("127.0.0.9", 995) == ["127.0.0.9"]


@pytest.mark.parametrize("name", ["no such name", "a\x00b", "ü" * 100])
async def test_no_such_name(name):
    with pytest.raises((OSError, ValueError)):
        await SystemNames().addresses(name, 995)


class Silence:
    """Name servers that say nothing until they are told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.over = threading.Event()

    def getaddrinfo(self, host: str, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        self.over.wait(60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))]


@pytest.fixture
def silence(monkeypatch) -> Iterator[Silence]:
    silence = Silence()
    monkeypatch.setattr(socket, "getaddrinfo", silence.getaddrinfo)
    yield silence
    silence.over.set()


async def test_so_many_threads_for_each_client_and_in_all(silence):
    names = SystemNames(most=5, each=2)
    waiting = []
    for who in ("a", "b", "c"):
        client.set(who)
        waiting += [asyncio.create_task(names.addresses(f"{who}{n}", 995)) for n in range(4)]
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    refused = [task for task in waiting if task.done()]
    assert [isinstance(task.exception(), LookupsFull) for task in refused] == [True] * 7
    silence.over.set()
    for task in waiting:
        if task not in refused:
            assert await task == ["192.0.2.1"]
    assert sorted(silence.asked) == ["a0", "a1", "b0", "b1", "c0"]
    client.set("a")
    assert await names.addresses("again", 995) == ["192.0.2.1"]


async def test_a_name_is_asked_for_once_and_its_thread_counts_until_it_is_back(silence):
    names = SystemNames(most=1)
    for _ in range(5):  # whoever goes away comes back to the same thread
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await names.addresses("slow", 995)
    with pytest.raises(LookupsFull):
        await names.addresses("other", 995)
    silence.over.set()
    assert await names.addresses("slow", 995) == ["192.0.2.1"]
    assert silence.asked == ["slow"]


async def test_an_address_needs_no_thread(silence):
    names = SystemNames(most=0)
    for address in ("192.0.2.9", "2001:db8::1"):
        assert await names.addresses(address, 995) == [address]
    assert not silence.asked


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("pop.faß.example", "pop.xn--fa-hia.example"),
        ("POP.FAß.example.", "pop.xn--fa-hia.example."),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("pop。example．net", "pop.example.net"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("pop_1.Example", "pop_1.Example"),
        ("xn--fa-hia.example", "xn--fa-hia.example"),
    ],
)
def test_a_name_is_asked_for_as_browsers_do(typed, asked):
    assert asked_for(typed) == asked


@pytest.mark.parametrize("typed", ["ü" * 100, "ü..example", "-ü.example", "\u2028ü", "ü\ud800"])
def test_what_is_no_name(typed):
    with pytest.raises(ValueError, match=r".*"):
        asked_for(typed)


async def test_no_other_name_is_asked_for_than_was_read():
    with pytest.raises(ValueError, match="ascii"):
        await SystemNames().addresses("pop.faß.example", 995)
