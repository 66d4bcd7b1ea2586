import pytest

from app.gate import Bucket, read_rates
from app.gate.memory import Memory


@pytest.mark.parametrize("text", ["", "5", "5/fortnight", "many/minute", "5/minute;x"])
def test_no_rate(text):
    with pytest.raises(ValueError, match=r".*"):
        read_rates(text)


async def test_the_more_there_were_the_longer_is_the_wait():
    now = [1000.0]
    bucket = Bucket("b", "2/minute;4/10 minutes", Memory(lambda: now[0]), lambda: now[0])
    waits = []
    for _ in range(4):
        waits.append(await bucket.wait("a"))
        now[0] += waits[-1]
        await bucket.count("a")
    waits.append(await bucket.wait("a"))
    assert waits == [0, 0, 60, 0, 540]
    assert await bucket.wait("b") == 0


async def test_those_under_way_have_their_part():
    bucket = Bucket("b", "3/minute", Memory())
    await bucket.count("a")
    assert await bucket.wait("a", coming=1) == 0
    assert await bucket.wait("a", coming=2) == 2  # seconds; they may be right, and then it goes on
