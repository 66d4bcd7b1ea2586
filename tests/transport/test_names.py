import pytest

from app.transport import system_addresses


async def test_the_operating_system_is_asked():
    assert "127.0.0.1" in await system_addresses("localhost", 995)
    assert await system_addresses("127.0.0.9", 995) == ["127.0.0.9"]


@pytest.mark.parametrize("name", ["no such name", "a\x00b", "ü" * 100])
async def test_no_such_name(name):
    with pytest.raises((OSError, ValueError)):
        await system_addresses(name, 995)
