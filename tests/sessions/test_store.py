"""One suite over all stores: what sessions rely on, whichever was set."""

import pytest

from app.sessions import MemoryStore, Record, Store
from app.sessions.redis_store import RedisStore

from .storing import lasting, server

__all__ = ["lasting", "server"]


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.interop)])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    found: RedisStore = request.getfixturevalue("lasting")
    return found


async def test_a_record_is_kept_touched_and_forgotten(store):
    assert await store.unfit() is None
    await store.check()
    await store.put("a", Record(b"sealed", 1.0, 1.0))
    assert await store.get("a") == Record(b"sealed", 1.0, 1.0)
    await store.touch("a", 5.25)
    assert await store.get("a") == Record(b"sealed", 1.0, 5.25)
    await store.put("a", Record(b"\0other\r\n", 2.0, 2.0))
    assert await store.some(["a"]) == {"a": Record(b"\0other\r\n", 2.0, 2.0)}
    await store.delete("a")
    assert await store.get("a") is None
    assert await store.some(["a"]) == {}


async def test_what_is_not_there_is_no_error(store):
    await store.touch("none", 1.0)
    await store.delete("none")
    await store.delete("none", papers=False)
    assert await store.get("none") is None
    assert await store.some([]) == {}


async def test_many_are_asked_for_at_once(store):
    for number in range(30):
        await store.put(f"{number}", Record(b"%d" % number, 1.0, float(number)))
    found = await store.some(["3", "none", "29"])
    assert found == {"3": Record(b"3", 1.0, 3.0), "29": Record(b"29", 1.0, 29.0)}


async def test_times_are_kept_to_the_last_digit(store):
    now = 1_790_000_000.123456
    await store.put("a", Record(b"", now, now))
    await store.touch("a", now + 0.000001)
    assert await store.get("a") == Record(b"", now, now + 0.000001)


def test_what_is_sealed_is_in_no_repr():
    assert "sealed" not in repr(Record(b"sealed octets", 1.0, 2.0))
