from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from app.gate import read_rates
from app.gate.memory import Memory


async def test_a_count_ends_with_its_window():
    now = [1000.0]
    memory = Memory(lambda: now[0])
    assert [await memory.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    now[0] += 59
    assert (await memory.get("a"), await memory.get_expiry("a")) == (3, 1060)
    now[0] += 1
    assert (await memory.get("a"), await memory.get_expiry("a")) == (0, 1060)
    assert await memory.incr("a", 60) == 1
    assert await memory.get_expiry("a") == 1120


async def test_it_is_a_storage_of_limits():
    memory = Memory()
    assert isinstance(memory, Storage)
    assert await memory.check()
    counts, rate = FixedWindowRateLimiter(memory), read_rates("2/minute")[0]
    assert [await counts.hit(rate, "a") for _ in range(3)] == [True, True, False]
    await memory.clear(rate.key_for("a"))
    assert await counts.test(rate, "a")
    await memory.incr("b", 60)
    await memory.reset()
    assert await memory.get("b") == 0


async def test_it_has_a_bound():
    memory = Memory(most=100)
    for number in range(1000):
        await memory.incr("kept", 60)
        await memory.incr(str(number), 60)
    assert len(memory._kept) == 100
    assert await memory.get("kept") == 1000
