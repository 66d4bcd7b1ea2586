"""A Redis for one file of tests, and stores in it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.sessions.redis_store import RedisStore
from tests.support.redis import Redis


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    with Redis() as server:
        yield server


def store_at(url: str, *, idle: float = 100, absolute: float = 1000) -> RedisStore:
    return RedisStore(url, idle=idle, absolute=absolute)


@pytest.fixture
async def lasting(server: Redis) -> AsyncIterator[RedisStore]:
    server.ask("FLUSHALL")
    store = store_at(server.url)
    yield store
    await store.close()
