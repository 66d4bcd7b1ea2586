"""The search itself: from an address to a server, in a fixed order, within one limit of time."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote

from app.gate import client
from app.transport import Dialer, Reach, Security, Target, TargetForbidden, TargetPolicy

from . import autoconfig, providers
from .addresses import read_address
from .fetcher import Fetcher
from .guesses import candidates, first_answering
from .lookups import Lookups
from .models import WHOLE, Answer, Found, NotFound, Reason, Source, TypedAddress, belongs

_PATH = "/mail/config-v1.1.xml?emailaddress={}"
_Key = tuple[str, str]  # who asks, and for which domain
_WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"


@dataclass(frozen=True, slots=True)
class Budget:
    """What searches may cost.

    Attributes:
        seconds: for one search.
        at_once, each: searches that run at the same time, and those of one client.
        kept: answers that are remembered.
        found_for, missed_for: seconds for which an answer, or that there was none, is remembered.
    """

    seconds: float = 4.0
    at_once: int = 8
    each: int = 2
    kept: int = 500
    found_for: float = 600.0
    missed_for: float = 60.0


class Discovery:
    """Finds servers.

    Args:
        policy: where connections may go.
        lookups: whom to ask; None: nothing leaves this machine.
        fetcher: fetches what a domain publishes.
        dialer: knocks at servers; it is impatient. Its gate says who may search how often.
        offered: the operator's own servers.
        own: servers of this very process, by the domain of their addresses.
        budget: what searches may cost.
        ports: where POP3 servers are guessed: with TLS, with STARTTLS.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        policy: TargetPolicy,
        lookups: Lookups | None,
        fetcher: Fetcher,
        dialer: Dialer,
        *,
        offered: Sequence[Target] = (),
        own: Mapping[str, Target] = MappingProxyType({}),
        budget: Budget | None = None,
        ports: tuple[int, int] = (
            Security.TLS.default_port,
            Security.STARTTLS.default_port,
        ),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._lookups = lookups
        self._fetcher = fetcher
        self._dialer = dialer
        self._offered = tuple(offered)
        self._own = own
        self._budget = budget or Budget()
        self._ports = ports
        self._clock = clock
        # By client too: how fast an answer comes must not tell what others have searched for.
        self._kept: OrderedDict[_Key, tuple[float, Answer]] = OrderedDict()
        self._running: dict[_Key, asyncio.Task[Answer]] = {}

    @property
    def searches(self) -> bool:
        """Whether it asks anybody; without, it knows the operator's servers and its table."""
        return self._lookups is not None

    async def find(self, text: str, *, bare: bool = False) -> Answer:
        """The server for an address, or why there is none.

        Args:
            text: what was typed; nothing of it but the domain leaves this machine.
            bare: whether a domain alone will do.
        """
        address = read_address(text, bare=bare)
        if isinstance(address, Reason):
            return self._without_domain(text, address)
        answer = self._at_hand(address) or self._remembered(address.domain)
        return _filled(answer or await self._searched(address.domain), address)

    def remembered(self, text: str) -> Answer | None:
        """The same, as far as it is known by now; nobody is asked."""
        address = read_address(text)
        if isinstance(address, Reason):
            return self._without_domain(text, address)
        answer = self._at_hand(address) or self._remembered(address.domain)
        return _filled(answer, address) if answer else None

    async def close(self) -> None:
        """Ends the searches that still run."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _without_domain(self, text: str, reason: Reason) -> Answer:
        """A mere user name is for the operator's first server, if for any."""
        name = text.strip()
        if reason is Reason.NO_DOMAIN and name and "@" not in name and self._offered:
            return Found(self._offered[0], Source.OFFERED, name, "")
        return NotFound(reason)

    def _at_hand(self, address: TypedAddress) -> Answer | None:
        """What needs no look-up."""
        domain = address.domain
        if domain in self._own:
            return Found(self._own[domain], Source.OFFERED, WHOLE, address.shown)
        own = [one for one in self._offered if belongs(one.host, domain)]
        provider = providers.by_domain(domain)
        fixed = self._policy.reach is Reach.FIXED
        if not own and (len(self._offered) == 1 or fixed):
            own = list(self._offered[:1])
        if own:
            return Found(own[0], Source.OFFERED, WHOLE, address.shown)
        if provider is not None and not (self.searches and provider.security is Security.NONE):
            return self._by(provider, Source.KNOWN, domain)
        return None if self.searches else NotFound(Reason.OFF)

    def _by(self, provider: providers.Provider, source: Source, domain: str) -> Answer:
        """A known provider's server; a domain that only has its mail there should be looked at."""
        if not provider.host:
            return NotFound(Reason.PROVIDER_WITHOUT, provider=provider.name)
        if provider.security is Security.NONE:
            return NotFound(Reason.PLAINTEXT, provider=provider.name, host=provider.host)
        if not self._may(provider.target):
            return NotFound(Reason.NOT_ALLOWED)
        known = source is Source.KNOWN
        return Found(
            provider.target,
            source,
            provider.username,
            domain,
            foreign=not known,
            sure=known,
            quirks=provider.quirks,
            provider=provider.name,
        )

    def _remembered(self, domain: str) -> Answer | None:
        key = client.get(), domain
        kept = self._kept.get(key)
        if kept is None or kept[0] <= self._clock():
            return None
        self._kept.move_to_end(key)
        return kept[1]

    async def _searched(self, domain: str) -> Answer:
        """One search a domain at a time; it goes on when whoever asked has gone."""
        key = client.get(), domain
        if key not in self._running and not (self._room() and await self._dialer.gate.may_search()):
            return NotFound(Reason.BUSY)
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._keep(key))
        return await asyncio.shield(task)

    def _room(self) -> bool:
        own = sum(who == client.get() != "" for who, _ in self._running)
        return len(self._running) < self._budget.at_once and own < self._budget.each

    async def _keep(self, key: _Key) -> Answer:
        budget = self._budget
        try:
            answer = await self._search(key[1])
            span = budget.found_for if isinstance(answer, Found) else budget.missed_for
            self._kept[key] = (self._clock() + span, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > budget.kept:
                self._kept.popitem(last=False)
            return answer
        finally:
            del self._running[key]

    async def _search(self, domain: str) -> Answer:
        assert self._lookups is not None  # noqa: S101 -- `_at_hand` has said so
        began = time.monotonic()
        missed: list[Reason] = []
        try:
            async with asyncio.timeout(self._budget.seconds):
                services, exchangers = await asyncio.gather(
                    self._lookups.services(domain), self._lookups.exchangers(domain)
                )
                if services.declined:
                    return NotFound(Reason.NO_POP3)
                for target in services.targets:
                    if await self._reachable(target):
                        return _found(target, Source.SRV, domain)
                    missed.append(Reason.NOT_ALLOWED)
                published = await self._published(domain, missed)
                if published is not None:
                    return published
                provider = providers.by_exchanger(exchangers)
                if provider is not None:
                    return self._by(provider, Source.MX, domain)
                left = self._budget.seconds - (time.monotonic() - began) - 0.2
                guess = await self._guessed(domain, left)
                if guess is not None:
                    return guess
        except TimeoutError:
            missed.append(Reason.TOO_SLOW)
        known = providers.by_domain(domain)  # without encryption, or nobody would have asked
        nothing = NotFound(missed[0] if missed else Reason.NOTHING)
        return nothing if known is None else self._by(known, Source.KNOWN, domain)

    async def _guessed(self, domain: str, left: float) -> Found | None:
        """What answers under the usual names; a server known without encryption may have it now."""
        known = providers.by_domain(domain)
        places = candidates(domain, self._ports, known.host if known is not None else "")
        guesses = [one for one in places if self._may(one)]
        guess = await first_answering(self._dialer, guesses, left)
        if guess is None:
            return None
        form = known.username if known is not None and guess.host == known.host else WHOLE
        return _found(guess, Source.GUESS, domain, form)

    async def _published(self, domain: str, missed: list[Reason]) -> Found | None:
        """What the domain's own web servers say; over HTTP it is never more than a suggestion."""
        # The local part stays here; some servers want the parameter for its domain.
        path = _PATH.format(quote(f"@{domain}", safe=""))
        own = f"autoconfig.{domain}"
        files = await asyncio.gather(
            self._fetcher.get(own, path), self._fetcher.get(domain, _WELL_KNOWN)
        )
        safe = [entry for content in files for entry in autoconfig.read(content or b"", domain)]
        if safe:
            return await self._first(safe, domain, missed, sure=True)
        plain = await self._fetcher.get(own, path, tls=False)
        return await self._first(autoconfig.read(plain or b"", domain), domain, missed, sure=False)

    async def _first(
        self, entries: Sequence[autoconfig.Entry], domain: str, missed: list[Reason], *, sure: bool
    ) -> Found | None:
        for entry in entries:
            target = Target(entry.host, entry.port, entry.security)
            if target.security is Security.NONE:
                missed.append(Reason.PLAINTEXT)
            elif not await self._reachable(target):
                missed.append(Reason.NOT_ALLOWED)
            else:
                return _found(target, Source.AUTOCONFIG, domain, entry.username, sure=sure)
        return None

    def _may(self, target: Target) -> bool:
        with suppress(TargetForbidden):
            self._policy.check(target.host, target.port)
            return True
        return False

    async def _reachable(self, target: Target) -> bool:
        """Whether the policy lets us connect there, by name, port and address; nothing is sent."""
        assert self._lookups is not None  # noqa: S101 -- `_at_hand` has said so
        host, port = target.host, target.port
        with suppress(TargetForbidden, OSError):
            self._policy.check(host, port)
            self._policy.judged(await self._lookups.addresses(host, port), host, port)
            return True
        return False


def _filled(answer: Answer, address: TypedAddress) -> Answer:
    """What was found for a domain, for one address of it."""
    if isinstance(answer, Found):
        return answer.of(address)
    return replace(answer, domain=address.shown)


def _found(
    target: Target, source: Source, domain: str, username: str = WHOLE, *, sure: bool = True
) -> Found:
    foreign = not belongs(target.host, domain)
    return Found(target, source, username, domain, foreign, sure and not foreign)
