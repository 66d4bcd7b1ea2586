"""Records and papers in Redis, or what speaks like it: they outlive the process.

Of each session there are two keys, both with a time to live: its sealed credentials, until it
expires, and a hash of its papers, for a day longer. Their names tell nothing but the sid.
"""

import logging
import time
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from itertools import chain
from typing import Final, TypeVar
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, OutOfMemoryError, RedisError, ResponseError

from .errors import StoreFault, StoreUnavailable
from .store import Record, StoredPapers

_OLDEST: Final = (5, 0)  # HSET of many fields and UNLINK came with 4
_PATIENCE: Final = 2.0  # seconds for one answer
_REST: Final = 1.0  # seconds for which a store that has failed is not asked
_MARGIN: Final = 60.0  # seconds that a record outlives its session: our own clock tells its end
_DAY: Final = 24 * 3600.0
_AT_A_TIME: Final = 500  # papers in one command, and in one answer
_MS: Final = 1000

# Both write only where the session is there: what comes late makes no key that nobody deletes.
_TOUCH: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local created = tonumber(redis.call('HGET', KEYS[2], 'created') or '0')
local left = math.min(tonumber(ARGV[2]), created + tonumber(ARGV[3]) - tonumber(ARGV[1]))
local life = math.floor((math.max(left, 0) + tonumber(ARGV[4])) * 1000)
redis.call('HSET', KEYS[2], 'seen', ARGV[1])
redis.call('PEXPIRE', KEYS[1], life)
redis.call('PEXPIRE', KEYS[2], life + tonumber(ARGV[5]) * 1000)
return 1
"""
_AMEND: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local pairs = tonumber(ARGV[1])
if pairs > 0 then redis.call('HSET', KEYS[1], unpack(ARGV, 2, 1 + 2 * pairs)) end
if #ARGV > 1 + 2 * pairs then redis.call('HDEL', KEYS[1], unpack(ARGV, 2 + 2 * pairs)) end
return 1
"""
_log = logging.getLogger(__name__)
T = TypeVar("T")


def _keys(sid: str) -> tuple[str, str]:
    return f"popscope:{{{sid}}}:session", f"popscope:{{{sid}}}:papers"


class RedisStore:
    """Records in Redis; it is its own keeper of papers.

    Args:
        url: where, as redis-py reads it.
        idle, absolute: seconds after which sessions end, since the last use and the sign-in.
        clock: seconds of a clock that only goes on, for the rest after a failure.
    """

    def __init__(
        self,
        url: str,
        *,
        idle: float,
        absolute: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._idle, self._absolute = idle, absolute
        self._clock = clock
        self._rests_until: float | None = None
        self._shown = _without_secrets(url)
        self._redis: Redis = Redis.from_url(
            url,
            protocol=2,  # the older one is enough, and all speak it
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 1),  # a connection that has died at rest is made anew
        )
        self._touching = self._redis.register_script(_TOUCH)
        self._amending = self._redis.register_script(_AMEND)

    def __repr__(self) -> str:
        return f"<RedisStore {self._shown}>"

    @property
    def papers(self) -> "RedisStore":
        """Itself."""
        return self

    async def unfit(self) -> str | None:
        """Why it cannot be used at all: it does not answer, lets us not in, or is too old."""
        try:
            found = await self._redis.info("server")
            await self.check()
        except AuthenticationError:
            return f"{self._shown} refuses the password"
        except ResponseError as error:
            return f"{self._shown} refuses commands: {error}"
        except StoreUnavailable as error:
            return f"{self._shown} takes nothing: {error.fault.value}"
        except (RedisError, OSError) as error:
            return f"{self._shown} does not answer ({type(error).__name__})"
        version = str(found.get("redis_version", ""))
        if tuple(int(n) for n in version.split(".")[:2] if n.isdecimal()) < _OLDEST:
            wanted = ".".join(map(str, _OLDEST))
            return f"{self._shown} is Redis {version}; {wanted} or later is needed"
        return None

    async def check(self) -> None:
        """Whether it takes anything now: a sign-in that could not be kept is not begun."""
        async with self._asked():
            await self._redis.set("popscope:check", b"", px=_MS)

    async def get(self, sid: str) -> Record | None:
        """The record, or None."""
        return (await self.some([sid])).get(sid)

    async def some(self, sids: Collection[str]) -> dict[str, Record]:
        """The records that there are of many."""
        if not sids:
            return {}
        async with self._asked():
            pipe = self._redis.pipeline(transaction=False)
            for sid in sids:
                session, papers = _keys(sid)
                pipe.get(session)
                pipe.hmget(papers, ["created", "seen"])
            answers = await pipe.execute()
        found = zip(sids, answers[::2], answers[1::2], strict=True)
        return {
            sid: Record(sealed, float(created), float(seen))
            for sid, sealed, (created, seen) in found
            if sealed is not None and created is not None and seen is not None
        }

    async def put(self, sid: str, record: Record) -> None:
        """Keeps a record, in place of an older one."""
        session, papers = _keys(sid)
        life = max(0.0, min(self._idle, record.created + self._absolute - record.seen)) + _MARGIN
        async with self._asked():
            pipe = self._redis.pipeline(transaction=True)
            pipe.set(session, record.sealed, px=int(life * _MS))
            pipe.hset(papers, mapping={"created": record.created, "seen": record.seen})
            pipe.pexpire(papers, int((life + _DAY) * _MS))
            await pipe.execute()

    async def touch(self, sid: str, seen: float) -> None:
        """Notes that a session was just used; one that is not there is no error."""
        async with self._asked():
            await self._touching(
                keys=_keys(sid), args=[seen, self._idle, self._absolute, _MARGIN, _DAY]
            )

    async def delete(self, sid: str, *, papers: bool = True) -> None:
        """Forgets a record, and its papers where they are to go."""
        keys = _keys(sid)
        async with self._asked():
            await self._redis.unlink(*(keys if papers else keys[:1]))

    async def read(self, sid: str) -> StoredPapers | None:
        """All papers of a session, or None."""
        async with self._asked():
            scan = self._redis.hscan_iter(_keys(sid)[1], count=_AT_A_TIME)
            found: dict[bytes, bytes] = {name: paper async for name, paper in scan}
        created, seen = found.pop(b"created", None), found.pop(b"seen", None)
        if created is None or seen is None:
            return None
        return StoredPapers(float(created), float(seen), found)

    async def amend(self, sid: str, sealed: Mapping[bytes, bytes], gone: Collection[bytes]) -> bool:
        """Writes some papers, and forgets others; False where the session is not known."""
        steps: list[list[bytes | int]] = [
            [len(some), *chain(*some)] for some in _some(tuple(sealed.items()))
        ]
        steps += [[0, *some] for some in _some(tuple(gone))]
        async with self._asked():
            for args in steps:
                if not await self._amending(keys=_keys(sid)[1:], args=args):
                    return False
        return True

    async def close(self) -> None:
        """Ends the connections."""
        await self._redis.aclose()

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[None]:
        """What is asked of Redis; where it has just failed, it is left alone for a moment."""
        if self._rests_until is not None and self._clock() < self._rests_until:
            raise StoreUnavailable(StoreFault.GONE)
        try:
            yield
        except OutOfMemoryError:
            _log.warning("%s takes no more: its memory is full.", self._shown)
            raise StoreUnavailable(StoreFault.FULL) from None
        except (RedisError, OSError) as error:
            self._failed(error)
            raise StoreUnavailable(StoreFault.GONE) from None
        else:
            if self._rests_until is not None:
                self._rests_until = None
                _log.warning("%s answers again.", self._shown)

    def _failed(self, error: Exception) -> None:
        if self._rests_until is None:
            _log.warning("%s cannot be used (%s).", self._shown, type(error).__name__)
        self._rests_until = self._clock() + _REST


def _without_secrets(url: str) -> str:
    """Where the store is, for people: no name, no password, no options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _some(of_many: Sequence[T]) -> Iterator[Sequence[T]]:
    return (of_many[n : n + _AT_A_TIME] for n in range(0, len(of_many), _AT_A_TIME))
