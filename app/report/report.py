"""A report while it is made and afterwards: the checks so far, and what is being done now."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum

from app.transport import Target

from .checks import Check, Finding, Topic, TopicGroup, Verdict


class Step(Enum):
    """What is being done."""

    REACHING = "reaching"
    TLS = "tls"
    DIALOGUE = "dialogue"
    SIGNING_IN = "signing in"
    READING = "reading"
    PAUSING = "waiting for the login delay"
    IDLING = "waiting for the server to close"


class Stopped(Enum):
    """How a report came to its end."""

    COMPLETE = "complete"
    TIME_UP = "time up"
    CALLED_OFF = "called off"


_ORDER = {topic: place for place, topic in enumerate(Topic)}


class Report:
    """What is known of a server so far.

    Args:
        target: the server.
        username: the account looked into, or "".
        on_change: is called after each change; for a progress line.

    Attributes:
        began: when, aware.
        step: what is being done, or None.
        seconds: how long that lasts at most, where it is a wait.
        stopped: how it ended, or None while it is made.
    """

    def __init__(
        self, target: Target, username: str = "", on_change: Callable[[], None] = lambda: None
    ) -> None:
        self.target = target
        self.username = username
        self.began = datetime.now(UTC)
        self.step: Step | None = None
        self.seconds = 0.0
        self.stopped: Stopped | None = None
        self._checks: list[Check] = []
        self._on_change = on_change

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks so far, by topic."""
        return tuple(sorted(self._checks, key=lambda check: _ORDER[check.topic]))

    @property
    def worst(self) -> Verdict:
        """The worst verdict so far."""
        verdicts = (check.verdict for check in self._checks)
        return max(verdicts, key=lambda verdict: verdict.weight, default=Verdict.SKIPPED)

    @property
    def whole(self) -> bool:
        """Whether it came to its end, and no probe broke off."""
        broken = any(check.finding is Finding.BROKE_OFF for check in self._checks)
        return self.stopped is Stopped.COMPLETE and not broken

    def count(self, verdict: Verdict) -> int:
        """How many checks have it."""
        return sum(check.verdict is verdict for check in self._checks)

    def of(self, group: TopicGroup) -> tuple[Check, ...]:
        """The checks of one part."""
        return tuple(check for check in self.checks if check.topic.group is group)

    def add(self, *checks: Check) -> None:
        """Takes down what was found."""
        self._checks += checks
        self._on_change()

    def begin(self, step: Step, seconds: float = 0.0) -> None:
        """Says what is being done from now on."""
        self.step, self.seconds = step, seconds
        self._on_change()

    def stop(self, how: Stopped) -> None:
        """Nothing more will be found."""
        self.step, self.stopped = None, self.stopped or how
        self._on_change()
