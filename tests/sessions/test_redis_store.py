"""What is special about Redis: times to live, papers, and how it fails."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from app.sessions import Record, StoreFault, StoreUnavailable
from app.sessions import redis_store as module
from app.sessions.redis_store import RedisStore
from tests.support.process import free_port
from tests.support.redis import Redis

from .storing import lasting, server, store_at

__all__ = ["lasting", "server"]
pytestmark = pytest.mark.interop


@pytest.fixture
async def raw(server: Redis) -> AsyncIterator["redis.asyncio.Redis"]:
    client: redis.asyncio.Redis = redis.asyncio.Redis.from_url(server.url)
    yield client
    await client.aclose()


async def test_papers_stay_a_day_longer_than_the_record_unless_they_are_to_go(lasting):
    await lasting.put("a", Record(b"sealed", 1.0, 2.0))
    some = {b"%016d" % n: b"paper %d" % n for n in range(1200)}
    assert await lasting.amend("a", some, [])
    assert await lasting.amend("a", {b"one more": b"x"}, list(some)[:1199])
    await lasting.delete("a", papers=False)
    assert await lasting.get("a") is None
    found = await lasting.read("a")
    assert (found.created, found.seen) == (1.0, 2.0)
    assert found.sealed == {b"one more": b"x", b"%016d" % 1199: b"paper 1199"}
    await lasting.delete("a")
    assert await lasting.read("a") is None


async def test_what_comes_late_makes_no_key(lasting, raw):
    assert not await lasting.amend("gone", {b"name": b"paper"}, [b"other"])
    await lasting.touch("gone", 1.0)
    assert await raw.keys("*") == []


@pytest.mark.parametrize(
    ("seen", "life"),
    [(10.0, 100), (950.0, 50), (1000.0, 0), (5000.0, 0)],
    ids=["idle", "nearly as old as may be", "as old", "older"],
)
@pytest.mark.parametrize("how", ["put", "touch"])
async def test_every_key_has_a_time_to_live(lasting, raw, how, seen, life):
    await lasting.put("a", Record(b"sealed", 0.0, seen if how == "put" else 0.0))
    if how == "touch":
        await lasting.touch("a", seen)
    assert await lasting.amend("a", {b"name": b"paper"}, [])
    session, papers = sorted(await raw.keys("*"), reverse=True)
    left = await raw.pttl(session) / 1000, await raw.pttl(papers) / 1000
    assert left[0] == pytest.approx(life + 60, abs=5)
    assert left[1] == pytest.approx(life + 60 + 24 * 3600, abs=5)


# -- a store that cannot be used --------------------------------------------------------------


async def test_one_that_is_full_says_so_and_can_be_read(lasting, server):
    await lasting.put("a", Record(b"sealed", 1.0, 1.0))
    server.fill()
    try:
        for refused in (
            lasting.check,
            lambda: lasting.put("b", Record(b"", 1, 1)),
            lambda: lasting.touch("a", 2.0),
            lambda: lasting.amend("a", {b"name": b"paper"}, []),
        ):
            with pytest.raises(StoreUnavailable) as raised:
                await refused()
            assert raised.value.fault is StoreFault.FULL
        assert await lasting.get("a") == Record(b"sealed", 1.0, 1.0)
        assert (await lasting.read("a")).sealed == {}
    finally:
        server.make_room()
    await lasting.touch("a", 2.0)
    await lasting.check()


async def test_one_that_has_gone_is_left_alone_for_a_moment_and_found_again(caplog):
    now = [0.0]
    with Redis(password="geheim") as server:
        store = RedisStore(server.url, idle=100, absolute=1000, clock=lambda: now[0])
        await store.put("a", Record(b"sealed", 1.0, 1.0))
        server.kill()
        for _ in range(3):
            with pytest.raises(StoreUnavailable) as raised:
                await store.get("a")
            assert raised.value.fault is StoreFault.GONE
        server.begin()
        with pytest.raises(StoreUnavailable):  # nobody has asked yet
            await store.get("a")
        now[0] += 1.0
        assert await store.get("a") is None  # it has lost all it held
        await store.touch("a", 1.0)  # and its scripts
        await store.put("a", Record(b"sealed", 1.0, 1.0))
        await store.touch("a", 2.0)
        assert await store.get("a") == Record(b"sealed", 1.0, 2.0)
        await store.close()
    said = [entry.getMessage() for entry in caplog.records]
    assert [line.split(" ", 1)[1].split(" (")[0] for line in said] == [
        "cannot be used",
        "answers again.",
    ]
    assert "geheim" not in caplog.text
    assert "geheim" not in repr(store)


async def test_one_that_hangs_holds_nobody_up_for_long(monkeypatch, lasting, server):
    monkeypatch.setattr(module, "_PATIENCE", 0.2)
    store = store_at(server.url)
    await store.put("a", Record(b"sealed", 1.0, 1.0))
    with server.stopped():
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailable):
                await store.get("a")
    await asyncio.sleep(module._REST)
    assert await store.get("a") == Record(b"sealed", 1.0, 1.0)
    await store.close()


async def test_another_application_s_keys_are_no_session(lasting, raw):
    await raw.set("popscope:{a}:papers", b"text")
    await raw.set("popscope:{a}:session", b"text")
    with pytest.raises(StoreUnavailable):
        await lasting.get("a")


async def unfit(url: str) -> str | None:
    store = store_at(url)
    why = await store.unfit()
    await store.close()
    assert "geheim" not in (why or "")
    return why


async def test_what_is_unfit_is_told_in_a_line(monkeypatch):
    with Redis(password="geheim") as server:
        assert await unfit(server.url) is None
        there = f"redis://127.0.0.1:{server.port}/0"
        for wrong in (there, there.replace("//", "//:falsch@")):
            assert await unfit(wrong) == f"{there} refuses the password"
        number = await unfit(server.url.replace("/0", "/99"))
        assert number == f"{there[:-1]}99 refuses commands: DB index is out of range"
        server.fill()
        assert await unfit(server.url) == f"{there} takes nothing: it takes no more"
        server.make_room()
        monkeypatch.setattr(module, "_OLDEST", (99, 1))
        old = await unfit(server.url)
        assert old is not None
        assert old.endswith("; 99.1 or later is needed")
        url = server.url
    assert await unfit(url) == f"{there} does not answer (ConnectionError)"


async def test_a_socket_does_as_well(lasting, server):
    store = store_at(server.unix_url)
    assert await store.unfit() is None
    await store.put("a", Record(b"sealed", 1.0, 1.0))
    assert await store.get("a") == Record(b"sealed", 1.0, 1.0)
    await store.close()


async def test_tls_is_verified(authority, tmp_path):
    certificate, key = authority.leaf("127.0.0.1", "localhost").write(tmp_path)
    ours = authority.write(tmp_path / "ca.pem")
    port = free_port()
    files = ("--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    more = ("--tls-port", str(port), "--tls-ca-cert-file", str(ours), "--tls-auth-clients", "no")
    with Redis(*files, *more):
        there = f"rediss://localhost:{port}/0"
        assert await unfit(f"{there}?ssl_ca_certs={ours}") is None
        assert await unfit(there) == f"{there} does not answer (ConnectionError)"
