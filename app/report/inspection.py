"""The course of a report: probe after probe, each for itself, all within a time.

A probe that fails leaves a line that says so; the next one begins with a connection of its own.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial

from app.mailbox import Credentials, Key, MailboxError, MailboxInUse
from app.pop3 import LocalProtocolError
from app.transport import Dialer, Target, TlsFailed

from . import authorization, messages, transaction
from . import capabilities as rules
from .checks import Check, Finding, Topic, found, skipped
from .handshakes import lenient
from .maildrop import stable
from .report import Report, Step, Stopped
from .wire import TROUBLE, RawWire, Site

OVERALL = 60.0  # seconds, waits aside
DELAY = 30  # seconds of login delay that are waited for without being asked
_TROUBLE = (*transaction.ENGINE_TROUBLE, *TROUBLE)
_MARGIN = 0.5
_SECONDS_LOGINS = (Topic.LOCK, Topic.BEHIND_PASS, Topic.STABLE)


class Inspection:
    """Looks at one server, and with an account into its maildrop.

    Args:
        dialer: opens connections; its policy judges every address.
        target: the server.
        key: gives the credentials, each time one is needed; None to stay outside.
        report: takes down what is found.
        wait: seconds to see how long the server lets a client be silent; 0 not to.
    """

    def __init__(
        self,
        dialer: Dialer,
        target: Target,
        key: Key | None,
        report: Report,
        wait: float = 0.0,
    ) -> None:
        self._unstuffed = dialer.habits.of(target.host, target.port).unstuffed
        self._dialer = dialer = dialer.afresh()
        self._site = Site(dialer, target)
        self._target = target
        self._key = key
        self._report = report
        self._wait = wait
        self._outside = authorization.Outside()
        self._limit = asyncio.timeout(None)
        self._last_login = 0.0
        self._delay = 0

    async def run(self) -> None:
        """Makes the report; a cancelled one keeps what it has."""
        how = Stopped.CALLED_OFF
        try:
            async with asyncio.timeout(OVERALL) as self._limit:
                await self._look()
            how = Stopped.COMPLETE
        except TimeoutError:
            how = Stopped.TIME_UP
        finally:
            self._report.stop(how)

    async def _look(self) -> None:
        report, outside = self._report, self._outside
        report.begin(Step.REACHING)
        await self._all(Topic.NAME, authorization.reach(self._site))
        if not self._site.address:
            return
        await self._all(Topic.GREETING, authorization.greeting(self._site, outside))
        if not outside.pop3:
            return
        report.begin(Step.TLS)
        await self._all(Topic.TLS_VERSIONS, authorization.tls(self._site, outside))
        report.begin(Step.DIALOGUE)
        report.add(*authorization.dialogue(outside))
        if self._key is None:
            best = outside.encrypted if outside.encrypted is not None else outside.clear
            report.add(*rules.promises(best) if best is not None else ())
            report.add(skipped(Topic.LOGIN, Finding.NO_ACCOUNT))
            await self._idle_outside()
            return
        report.begin(Step.SIGNING_IN)
        try:
            await self._inside(self._key)
        except LocalProtocolError:
            report.add(skipped(Topic.LOGIN, Finding.BROKE_OFF))

    async def _inside(self, key: Key) -> None:
        report = self._report
        inside = await self._login(key)
        if inside is None:
            return
        try:
            report.add(*transaction.welcomed(inside, self._outside))
            report.begin(Step.READING)
            await self._some(Topic.COUNT, transaction.read(inside))
            renew = partial(self._renew, key, inside)
            await self._all(Topic.TOP, messages.compare(inside, renew, known=self._unstuffed))
            await self._one(Topic.PIPELINING, self._pipelining(inside, renew))
            await self._second(key, inside)
        except BaseException:
            inside.connection.abort()
            raise
        await inside.end()
        if await self._may_log_in(()):
            await self._again(key, inside)
        elif self._wait:
            self._report.add(skipped(Topic.IDLE, Finding.STILL_IN_USE))

    async def _renew(self, key: Key, inside: transaction.Inside) -> None:
        if not await self._may_log_in(()):
            raise TimeoutError
        await transaction.renew(inside, self._dialer, self._target, key())
        self._logged_in()

    async def _pipelining(
        self, inside: transaction.Inside, renew: Callable[[], Awaitable[None]]
    ) -> Check:
        if not inside.connection.alive:  # what ended it was no group
            await renew()
        return await transaction.pipelining(inside)

    async def _second(self, key: Key, inside: transaction.Inside) -> None:
        """A second login last: solid-pop3d drops the first one over it at the next TOP."""
        if not await self._may_log_in(_SECONDS_LOGINS):
            return
        if not inside.connection.alive:
            self._report.add(skipped(Topic.LOCK, Finding.BROKE_OFF))
            return
        await self._one(Topic.LOCK, transaction.lock(self._dialer, self._target, key()))
        self._logged_in()

    async def _login(self, key: Key) -> transaction.Inside | None:
        report = self._report
        try:
            inside = await transaction.login(self._dialer, self._target, key())
        except MailboxError as error:
            report.add(transaction.refused(error))
        except TlsFailed as error:
            report.add(skipped(Topic.LOGIN, Finding.LOGIN_UNTRUSTED, error.detail))
        except _TROUBLE as error:
            report.add(found(Finding.LOGIN_BROKE_OFF, _words(error)))
        else:
            self._logged_in()
            told = (self._outside.encrypted, self._outside.clear, inside.capabilities)
            delays = (one.login_delay for one in told if one is not None)
            self._delay = max((delay for delay in delays if delay), default=0)
            return inside
        return None

    async def _again(self, key: Key, first: transaction.Inside) -> None:
        """A second login: what follows PASS in the same write, the same unique-ids, and idling."""
        credentials = key()
        told = (
            self._outside.encrypted
            if self._target.security.value != "none"
            else self._outside.clear
        )
        if not transaction.by_user_pass(credentials, told):
            await self._again_by_engine(credentials, first, Finding.NO_USER_PASS)
            return
        if first.connection.tls is None and not first.gave_password:
            await self._again_by_engine(credentials, first, Finding.NO_PASSWORD_IN_CLEAR)
            return
        try:
            async with self._bare_login(credentials, first) as (wire, check):
                self._report.add(check)
                await self._one(Topic.STABLE, self._stable_on(wire, first))
                await self._segments(wire, first)
                if self._wait:
                    self._begin_wait(Step.IDLING, self._wait)
                    await self._one(Topic.IDLE, transaction.idle(wire, self._wait))
                await wire.goodbye()
        except MailboxError as error:
            self._unseen(Finding.STILL_IN_USE, getattr(error, "reply", ""))
        except _TROUBLE as error:
            self._unseen(Finding.BROKE_OFF, _words(error))

    async def _again_by_engine(
        self, credentials: Credentials, first: transaction.Inside, why: Finding
    ) -> None:
        """The same where a bare USER and PASS are out of place."""
        self._report.add(skipped(Topic.BEHIND_PASS, why))
        if self._wait:
            self._report.add(skipped(Topic.IDLE, why))
        await self._one(Topic.STABLE, self._stable_by_engine(credentials, first))

    @asynccontextmanager
    async def _bare_login(
        self, credentials: Credentials, first: transaction.Inside
    ) -> AsyncIterator[tuple[RawWire, Check]]:
        """The lock of the connection that has just ended may take a moment to go.

        A login that is refused for another reason is not tried again.
        """
        told = first.capabilities.pipelining or (
            self._outside.clear is not None and self._outside.clear.pipelining
        )
        for pause in transaction.PAUSES:
            async with self._protected() as wire:
                with suppress(MailboxInUse):
                    check = await transaction.behind_pass(wire, credentials, told=told)
                    yield wire, check
                    return
            await asyncio.sleep(max(pause, self._delay))
        async with self._protected() as wire:
            yield wire, await transaction.behind_pass(wire, credentials, told=told)

    @asynccontextmanager
    async def _protected(self) -> AsyncIterator[RawWire]:
        """A bare connection that a password may go through, by the same rules as any other."""
        if self._target.security.value == "none":
            async with self._site.greeted() as wire:
                yield wire
            return
        async with self._site.secured(self._dialer.context_for(self._target)) as wire:
            yield wire

    async def _stable_on(self, wire: RawWire, first: transaction.Inside) -> Check:
        again = await transaction.unique_ids(wire, first.messages)
        return stable(first.uidls or (), again or ())

    async def _stable_by_engine(self, credentials: Credentials, first: transaction.Inside) -> Check:
        second = await transaction.login_again(self._dialer, self._target, credentials)
        try:
            await transaction.read(second)
        except BaseException:
            second.connection.abort()
            raise
        await second.end()
        return stable(first.uidls or (), second.uidls or ())

    async def _segments(self, wire: RawWire, first: transaction.Inside) -> None:
        if first.connection.habit.unstuffed:
            return  # on a bare connection, nothing tells where its answer ends
        small = transaction.sample(first.listing)
        with suppress(*_TROUBLE):
            check = await transaction.segments(wire, small[0].number) if small else None
            self._report.add(*((check,) if check is not None else ()))

    def _unseen(self, why: Finding, words: str) -> None:
        """What the second login would have shown."""
        seen = {check.topic for check in self._report.checks}
        topics = {Topic.BEHIND_PASS: True, Topic.STABLE: True, Topic.IDLE: bool(self._wait)}
        wanted = (topic for topic, asked in topics.items() if asked and topic not in seen)
        self._report.add(*(skipped(topic, why, words) for topic in wanted))

    async def _idle_outside(self) -> None:
        if not self._wait:
            return
        self._begin_wait(Step.IDLING, self._wait)
        context = None if self._site.stls else lenient()
        with suppress(*TROUBLE):
            async with self._site.wire(context) as wire:
                await wire.line()
                self._report.add(await transaction.idle(wire, self._wait))

    # -- time ----------------------------------------------------------------------------------

    @property
    def _patience(self) -> float:
        return max(DELAY, self._wait)

    def _logged_in(self) -> None:
        self._last_login = asyncio.get_running_loop().time()

    async def _may_log_in(self, topics: Iterable[Topic]) -> bool:
        """Waits for the login delay; where it is too long, says so of `topics`."""
        if self._delay > self._patience:
            self._report.add(
                *(skipped(topic, Finding.DELAY_TOO_LONG, n=self._delay) for topic in topics)
            )
            return False
        left = self._last_login + self._delay - asyncio.get_running_loop().time()
        if self._delay and left > 0:
            step = self._report.step
            self._begin_wait(Step.PAUSING, left + _MARGIN)
            await asyncio.sleep(left + _MARGIN)
            if step is not None:
                self._report.begin(step)
        return True

    def _begin_wait(self, step: Step, seconds: float) -> None:
        """What is waited for does not count against the time."""
        when = self._limit.when()
        if when is not None:
            self._limit.reschedule(when + seconds)
        self._report.begin(step, seconds)

    # -- one failing does not end the report ----------------------------------------------------

    async def _all(self, topic: Topic, checks: AsyncIterable[Check]) -> None:
        try:
            async for check in checks:
                self._report.add(check)
        except _TROUBLE as error:
            self._report.add(skipped(topic, Finding.BROKE_OFF, _words(error)))

    async def _some(self, topic: Topic, checks: Awaitable[Iterable[Check]]) -> None:
        try:
            self._report.add(*await checks)
        except _TROUBLE as error:
            self._report.add(skipped(topic, Finding.BROKE_OFF, _words(error)))

    async def _one(self, topic: Topic, check: Awaitable[Check]) -> None:
        try:
            self._report.add(await check)
        except _TROUBLE as error:
            self._report.add(skipped(topic, Finding.BROKE_OFF, _words(error)))
        except MailboxError as error:
            self._report.add(skipped(topic, Finding.STILL_IN_USE, getattr(error, "reply", "")))


def _words(error: BaseException) -> str:
    """What happened, without what the server was sent."""
    return type(error).__name__
