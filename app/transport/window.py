"""How much may be under way at once, so that a click never waits long behind a prefetch.

Pure: times are handed in. What is outstanding should drain within about one round trip and
`PATIENCE` at the rate measured so far: a fast line gets everything in one round trip, and on a
slow one a click overtakes what was not sent yet.
"""

PATIENCE = 0.150
COMMAND_OCTETS = 12 * 1024  # some 1,000 TOPs; a server that writes while it reads never fills up
RETR_OCTETS = 2 * 1024 * 1024
_FIRST_BUDGET = 16 * 1024  # octets of answers, while the rate is not known
_MEMORY = 0.25  # seconds of receiving that the rate looks back on
_TICK = 0.0005  # reads closer together than this say more about us than about the line


class Window:
    """Counts what is outstanding and measures the line.

    Attributes:
        commands: octets of commands sent and not yet answered.
        answers: octets of answers expected for them.
        rtt: the shortest time from a command to the first octet of its answer, in seconds.
    """

    def __init__(self) -> None:
        self.commands = 0
        self.answers = 0
        self.rtt: float | None = None
        self._octets = 0.0
        self._seconds = 0.0
        self._sent_idle: float | None = None
        self._last: float | None = None
        self._untested = float(_FIRST_BUDGET)  # the budget while the rate is not known

    @property
    def rate(self) -> float | None:
        """Octets a second while answers were coming in, or None before anything was measured."""
        return self._octets / self._seconds if self._seconds else None

    @property
    def budget(self) -> float:
        """Octets of answers that may be under way."""
        if self.rate is None:
            return self._untested
        return max(self.rate * ((self.rtt or 0.0) + PATIENCE), 2048)

    def allows(self, command: int, answer: int, *, background: bool) -> bool:
        """Whether one more command fits, with octets of its own and of its expected answer."""
        if not self.commands:
            return True
        if self.commands + command > COMMAND_OCTETS:
            return False
        return self.answers + answer <= (self.budget if background else RETR_OCTETS)

    def sent(self, now: float, command: int, answer: int) -> None:
        """A command was sent."""
        if not self.commands:
            self._sent_idle = now
            self._last = None
        self.commands += command
        self.answers += answer

    def received(self, now: float, octets: int) -> None:
        """Octets of answers came in."""
        if self._sent_idle is not None:
            took = now - self._sent_idle
            self.rtt = took if self.rtt is None else min(self.rtt, took)
            self._sent_idle = None
        if self._last is None:
            # The first read after idleness waited for the server; it says nothing about the line,
            # unless it was so large that no slow line could have brought it at once.
            if octets >= _FIRST_BUDGET and self.rate is None:
                self._measure(octets, _TICK)
            else:
                self._untested = max(self._untested, 2 * octets)
        else:
            self._measure(octets, max(now - self._last, _TICK))
        self._last = now

    def idled(self) -> None:
        """We did not read for a while: the next read says nothing about the line."""
        self._last = None

    def answered(self, command: int, answer: int) -> None:
        """A command was answered to the end."""
        self.commands -= command
        self.answers -= answer

    def _measure(self, octets: int, seconds: float) -> None:
        self._octets += octets
        self._seconds += seconds
        if self._seconds > _MEMORY:
            self._octets /= 2
            self._seconds /= 2


def worth_draining(remaining: float, rate: float | None, login: float) -> bool:
    """Whether to read an abandoned body to its end rather than to drop the connection.

    Args:
        remaining: octets still to come, by LIST's estimate.
        rate: octets a second, or None where not known.
        login: what a new sign-in costs, in seconds.
    """
    if rate is None:
        return remaining <= RETR_OCTETS
    return remaining / rate <= max(login, 1.0)
