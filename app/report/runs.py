"""Reports under way and those just made: how many at once, and for how long they are kept."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable

from app.audit import record
from app.gate import client
from app.mailbox import Key, check_sign_in
from app.transport import Dialer, Target

from .inspection import Inspection
from .report import Report, Stopped

_log = logging.getLogger(__name__)

_KEPT = 40
_KEEP = 30 * 60  # seconds


class ReportError(Exception):
    """Why no report was begun."""


class ReportBusy(ReportError):
    """Whoever asked has a report under way.

    Attributes:
        id: names it.
    """

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class ReportsFull(ReportError):
    """As many reports are under way as may be.

    Attributes:
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 60


class ClientReports(ReportError):
    """As many reports are under way as one client may have.

    Attributes:
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 60


class WaitRefused(ReportError):
    """Only who is signed in may have a report wait: it keeps its place for minutes."""


class ReportRun:
    """One report and what makes it.

    Attributes:
        id: names it; not to be guessed.
        report: as far as it is.
    """

    def __init__(self, owner: str, report: Report, began: float) -> None:
        self.id = secrets.token_urlsafe(12)
        self.owner = owner
        self.client = client.get()
        self.report = report
        self.began = began
        self.task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether more will come."""
        return self.report.stopped is None

    def forget(self, task: asyncio.Task[None]) -> None:
        """Lets go of what made it: an error would keep all it saw, credentials too."""
        self.task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a report broke off", exc_info=error)

    async def end(self) -> None:
        """Waits until it is made."""
        if self.task is not None:
            await asyncio.wait([self.task])

    def call_off(self) -> None:
        """Stops it; what it has found stays."""
        self.report.stop(Stopped.CALLED_OFF)
        if self.task is not None:
            self.task.cancel()


class Reports:
    """All reports of this process.

    Args:
        dialer: opens their connections.
        most, each: reports at once, and of one client.
        clock: seconds.
    """

    def __init__(
        self,
        dialer: Dialer,
        most: int = 12,
        each: int = 2,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dialer = dialer
        self._most, self._each = most, each
        self._clock = clock
        self._runs: dict[str, ReportRun] = {}

    async def check(self, target: Target, username: str) -> None:
        """Whether a report may sign in there now.

        Raises:
            SignInHeld: not yet.
        """
        await check_sign_in(self._dialer, target, username)

    def start(
        self,
        owner: str,
        target: Target,
        username: str = "",
        key: Key | None = None,
        wait: float = 0.0,
    ) -> ReportRun:
        """Begins a report.

        Args:
            owner: who may see it; has one at a time.
            target: the server.
            username: the account's name, to be shown.
            key: gives its credentials; forgotten when the report ends.
            wait: seconds to see how long the server lets a client be silent.

        Raises:
            ReportBusy: the owner has one under way.
            ClientReports, ReportsFull: there are too many.
        """
        self._sweep()
        under_way = [run for run in self._runs.values() if run.running]
        for run in under_way:
            if run.owner == owner:
                raise ReportBusy(run.id)
        who = client.get()
        if who and sum(run.client == who for run in under_way) >= self._each:
            raise ClientReports
        if len(under_way) >= self._most:
            raise ReportsFull
        run = ReportRun(owner, Report(target, username), self._clock())
        inspection = Inspection(self._dialer, target, key, run.report, wait)
        run.task = asyncio.create_task(inspection.run())
        if username:
            record("report", user=username, server=target.shown, security=target.security.value)
        run.task.add_done_callback(run.forget)
        self._runs[run.id] = run
        return run

    def find(self, id: str, owners: frozenset[str]) -> ReportRun | None:
        """A report of one of these owners."""
        self._sweep()
        run = self._runs.get(id)
        return run if run is not None and run.owner in owners else None

    async def close(self) -> None:
        """Stops all; for the end of the app."""
        tasks = [run.task for run in self._runs.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _sweep(self) -> None:
        ended = [run for run in self._runs.values() if not run.running]
        ended.sort(key=lambda run: run.began)
        now = self._clock()
        for place, run in enumerate(reversed(ended)):
            if place >= _KEPT or now - run.began > _KEEP:
                del self._runs[run.id]
