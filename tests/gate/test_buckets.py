import pytest

from app.gate import Brake, Gate, Hold, Rates, client

HOST, USER = "pop.example.net", "anna"


class Place:
    """A gate, its clock, and who comes to it."""

    def __init__(self, **rates: str) -> None:
        self.now = 1000.0
        self.gate = Gate(Rates(**rates), clock=lambda: self.now)

    async def hold(self, who: str, host: str = HOST, user: str = USER) -> Hold | None:
        client.set(who)
        return await self.gate.hold(host, user)

    async def wrong(self, who: str, host: str = HOST, user: str = USER) -> None:
        client.set(who)
        await self.gate.wrong(host, user)

    async def right(self, who: str, host: str = HOST, user: str = USER) -> None:
        client.set(who)
        await self.gate.right(host, user)


async def test_wrong_passwords_of_a_client_whatever_they_are_for():
    place = Place(wrong_client="3/minute")
    for n in range(3):
        assert await place.hold("a", f"{n}.example", f"user{n}") is None
        await place.wrong("a", f"{n}.example", f"user{n}")
    assert await place.hold("a") == Hold(Brake.CLIENT, 60)
    assert await place.hold("b") is None
    await place.right("a")
    assert await place.hold("a") == Hold(Brake.CLIENT, 60)  # one success takes nothing back
    place.now += 60
    assert await place.hold("a") is None


async def test_wrong_passwords_for_an_account_from_everywhere():
    place = Place(wrong_account="3/minute")
    for n in range(3):
        await place.wrong(f"client {n}", HOST.upper() + ".", USER.title())
    assert await place.hold("another") == Hold(Brake.ACCOUNT, 60)
    assert await place.hold("another", user="berta") is None


async def test_what_others_guessed_does_not_stop_whom_the_server_knows():
    rates = {"wrong_account": "2/minute", "wrong_host": "3/minute", "wrong": "3/minute"}
    place = Place(**rates)
    await place.right("owner")
    for n in range(3):
        await place.wrong(f"client {n}")
    held = await place.hold("another", user="berta")
    assert held is not None
    assert held.brake is Brake.HOST
    assert (await place.hold("another", "other.example")) == Hold(Brake.ALL, 60)
    assert await place.hold("owner") is None
    for _ in range(2):
        await place.wrong("owner")
    assert await place.hold("owner") == Hold(Brake.ACCOUNT, 60)  # their own


async def test_a_password_that_was_right_before_goes_on():
    place = Place(wrong_client="1/minute", sign_ins_client="2/minute")
    await place.wrong("a")
    client.set("a")
    assert await place.gate.hold(HOST, USER, proven=True) is None
    for _ in range(2):
        await place.gate.begun()
    assert await place.gate.hold(HOST, USER, proven=True) == Hold(Brake.SIGN_INS, 60)


@pytest.mark.parametrize("everybody", [False, True])
async def test_what_a_server_says_is_heeded(everybody):
    place = Place()
    client.set("a")
    await place.gate.told(HOST, USER, 30, everybody=everybody)
    await place.gate.told(HOST, USER, 900, everybody=everybody)  # that does not make it longer
    assert await place.hold("b") == Hold(Brake.SERVER, 30)
    assert (await place.hold("b", user="berta") is None) is not everybody
    assert await place.hold("b", "other.example") is None
    assert await place.gate.hold(HOST, USER, proven=True) == Hold(Brake.SERVER, 30)
    place.now += 30
    assert await place.hold("b") is None
    await place.gate.told(HOST, USER, 10**9, everybody=everybody)
    assert await place.hold("b") == Hold(Brake.SERVER, 900)


async def test_all_at_once_get_no_more_tries():
    place = Place(wrong_client="2/minute")
    client.set("a")
    with place.gate.under_way(HOST, USER):
        assert await place.hold("a", user="berta") is None
        with place.gate.under_way(HOST, "berta"):
            assert await place.hold("a", user="carl") == Hold(Brake.CLIENT, 2)
            assert await place.hold("b", user="carl") is None
    assert await place.hold("a", user="carl") is None
    assert not place.gate._coming


async def test_searches():
    place = Place(searches_client="2/minute", searches="3/minute")
    client.set("a")
    assert [await place.gate.may_search() for _ in range(3)] == [True, True, False]
    client.set("b")
    assert [await place.gate.may_search() for _ in range(2)] == [True, False]
    place.now += 60
    assert await place.gate.may_search()


async def test_no_name_of_an_account_is_in_a_storage():
    place = Place()
    await place.wrong("a", user="anna.secret")
    await place.right("a", user="anna.secret")
    await place.gate.told(HOST, "anna.secret", 9, everybody=False)
    storages = [bucket._counts.storage for bucket in place.gate._wrong.values()]
    kept = [str(vars(one)) for one in (*storages, place.gate._known, place.gate._told)]
    assert "anna" not in "".join(kept)
