import pytest

from app.transport import asked_for, system_addresses


async def test_the_operating_system_is_asked():
    assert "127.0.0.1" in await system_addresses("localhost", 995)
    assert await system_addresses("127.0.0.9", 995) == ["127.0.0.9"]


@pytest.mark.parametrize("name", ["no such name", "a\x00b", "ü" * 100])
async def test_no_such_name(name):
    with pytest.raises((OSError, ValueError)):
        await system_addresses(name, 995)


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
        await system_addresses("pop.faß.example", 995)
