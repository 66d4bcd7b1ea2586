"""Every bucket: what is counted for whom, and how often it may be.

    sign-ins        begun, right or wrong         by client
    wrong           passwords that were refused   by client, by account, by account and client,
                                                  by server, in all
    known           accounts that a client was let in to
    told            what a server said of too many sign-ins, by account or server
    searches        for servers                   by client, in all

An account is a server and a name on it, and stands here as a keyed digest. What others guessed
wrong stops nobody who was let in to that account before; their own wrong passwords do.
"""

import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Final

from limits.aio.storage import Storage

from .client import client
from .memory import Memory
from .rates import Bucket

_KNOWN: Final = 30 * 24 * 3600  # seconds
_LONGEST: Final = 15 * 60  # seconds; what a server says beyond that is not heeded


class Brake(Enum):
    """Why a sign-in has to wait."""

    SIGN_INS = "the client signs in too often"
    CLIENT = "the client gave too many wrong passwords"
    ACCOUNT = "too many wrong passwords for the account"
    HOST = "too many wrong passwords at the server"
    ALL = "too many wrong passwords in all"
    SERVER = "the server said so"


@dataclass(frozen=True, slots=True)
class Rates:
    """How often what may be, as `read_rates` reads it.

    Attributes:
        sign_ins_client: begun by one client.
        wrong_client, wrong_account, wrong_host, wrong: refused passwords of one client, for one
            account, at one server, and in all.
        searches_client, searches: of one client, and in all.
    """

    sign_ins_client: str = "120/minute;3000/hour"
    wrong_client: str = "30/10 minutes;100/hour"
    wrong_account: str = "5/minute;15/15 minutes;30/2 hours"
    wrong_host: str = "100/10 minutes;300/hour"
    wrong: str = "600/10 minutes"
    searches_client: str = "20/minute"
    searches: str = "120/minute"


@dataclass(frozen=True, slots=True)
class Hold:
    """A sign-in has to wait so many seconds."""

    brake: Brake
    seconds: float


class Gate:
    """What all sign-ins and searches go through; who asks is `client`.

    Args:
        rates: how often what may be.
        storage: makes a storage of `limits`; each bucket has its own, so that filling one of them
            up drives no count out of another.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        rates: Rates | None = None,
        storage: Callable[[], Storage] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rates = rates or Rates()
        make = storage or (lambda: Memory(clock))

        def bucket(name: str, rate: str) -> Bucket:
            return Bucket(name, rate, make(), clock)

        self._sign_ins = bucket("sign-ins", rates.sign_ins_client)
        self._wrong = {
            Brake.CLIENT: bucket("wrong-client", rates.wrong_client),
            Brake.ACCOUNT: bucket("wrong-account", rates.wrong_account),
            Brake.HOST: bucket("wrong-host", rates.wrong_host),
            Brake.ALL: bucket("wrong", rates.wrong),
        }
        self._searches_client = bucket("searches-client", rates.searches_client)
        self._searches = bucket("searches", rates.searches)
        self._known, self._told = make(), make()
        self._clock = clock
        self._salt = secrets.token_bytes(32)
        self._coming: Counter[tuple[Brake, str]] = Counter()

    async def hold(self, host: str, user: str, *, proven: bool = False) -> Hold | None:
        """Why a sign-in has to wait, and for how long; None where it may begin.

        Args:
            host: the server.
            user: the name there.
            proven: whether this very password was right before.
        """
        account, server = self._account(host, user), _server(host)
        for key in (account, server):
            if await self._told.get(key):
                return Hold(Brake.SERVER, await self._told.get_expiry(key) - self._clock())
        if client.get() and (wait := await self._sign_ins.wait(client.get())):
            return Hold(Brake.SIGN_INS, wait)
        if proven:
            return None
        known = bool(await self._known.get(_own(account)))
        for brake, key in self._by_client(account) + ([] if known else self._by_all(host, account)):
            wait = await self._wrong[brake].wait(key, self._coming[brake, key])
            if wait:
                return Hold(brake, wait)
        return None

    @contextmanager
    def under_way(self, host: str, user: str) -> Iterator[None]:
        """A sign-in whose password may turn out to be wrong: all at once get no more tries."""
        keys = self._keys(host, user)
        self._coming.update(keys)
        try:
            yield
        finally:
            self._coming.subtract(keys)
            self._coming = +self._coming

    async def begun(self) -> None:
        """A sign-in begins."""
        if client.get():
            await self._sign_ins.count(client.get())

    async def wrong(self, host: str, user: str) -> None:
        """The server refused the password."""
        for brake, key in self._keys(host, user):
            await self._wrong[brake].count(key)

    async def right(self, host: str, user: str) -> None:
        """The server let in; what was wrong before stays counted."""
        key = _own(self._account(host, user))
        await self._known.clear(key)
        await self._known.incr(key, _KNOWN)

    async def told(self, host: str, user: str, seconds: int, *, everybody: bool) -> None:
        """The server wants no sign-in for so long, of this account or of anybody."""
        key = _server(host) if everybody else self._account(host, user)
        if not await self._told.get(key):
            await self._told.incr(key, max(1, min(seconds, _LONGEST)))

    async def may_search(self) -> bool:
        """Whether one more search may begin; it is counted then."""
        own, all_of_them = client.get(), self._searches
        if (own and await self._searches_client.wait(own)) or await all_of_them.wait(""):
            return False
        if own:
            await self._searches_client.count(own)
        await all_of_them.count("")
        return True

    def _keys(self, host: str, user: str) -> list[tuple[Brake, str]]:
        account = self._account(host, user)
        return self._by_client(account) + self._by_all(host, account)

    def _by_client(self, account: str) -> list[tuple[Brake, str]]:
        who = client.get()
        return [(Brake.CLIENT, who), (Brake.ACCOUNT, _own(account))] if who else []

    def _by_all(self, host: str, account: str) -> list[tuple[Brake, str]]:
        return [(Brake.ACCOUNT, account), (Brake.HOST, _server(host)), (Brake.ALL, "all")]

    def _account(self, host: str, user: str) -> str:
        """A name is no secret of the storage; servers take its letters in either case."""
        named = f"{_server(host)}\0{user.casefold()}".encode(errors="surrogatepass")
        return hashlib.blake2b(named, key=self._salt, digest_size=16).hexdigest()


def _own(account: str) -> str:
    """The account as this client uses it."""
    return f"{client.get()} {account}"


def _server(host: str) -> str:
    return host.lower().rstrip(".")
