"""What was learnt of servers by talking to them, for as long as the process lives.

It is kept by host and port alone, never by whose mailbox it was, and it is bounded.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from app.pop3 import Capabilities, Command, CommandRejected, State, commands

from .errors import ConnectionLost, Stalled
from .traffic import Traffic

Ask = Callable[[Command[Capabilities]], Awaitable[Capabilities]]

_MOST: Final = 512  # servers remembered
_PROVEN: Final = 200  # answers in groups after which a break is rather the line's fault
_BREAKS: Final = 3  # breaks after which it is not, whatever was answered before
_SHORTEST: Final = 5.0  # seconds; a server that ends sooner was ended itself


class Doubt(Enum):
    """What was seen of a server that unique-ids must not do (RFC 1939, section 7)."""

    REUSED = "one was given to another message"
    RENUMBERED = "one was given to another number of the same connection"
    RESIZED = "a message's size changed under one"
    COPIES_DIFFER = "messages of different sizes, or with different headers, share one"


@dataclass(frozen=True, slots=True)
class WayIn:
    """What a server took after it had refused others for their form.

    Attributes:
        means: the one it took.
        otherwise: its initial response went the other way: later, or at once.
        refused: the means that it refused before.
    """

    means: str
    otherwise: bool
    refused: tuple[str, ...]


@dataclass(slots=True)
class Habit:
    """One server's.

    Attributes:
        one_at_a_time: it breaks off inside groups of commands, whatever it announces.
        unstuffed: a line that is a lone dot ends a message there, so no group can be told apart.
        lists_one: LIST n is answered as LIST is, so that it proves; None while there was no doubt.
        patience: seconds without a command after which it has hung up, the fewest seen, or None.
        answered: commands answered in groups so far.
        breaks: connections that ended inside a group.
        doubts: what its unique-ids have done that they must not.
        hangs_up_at_capa: states in which it did, and had never answered it.
        answers_capa: states in which it has.
        ways_in: the means it took where it refuses what it announces, without TLS and with it.
    """

    one_at_a_time: bool = False
    unstuffed: bool = False
    lists_one: bool | None = None
    patience: float | None = None
    answered: int = 0
    breaks: int = 0
    doubts: set[Doubt] = field(default_factory=set)
    hangs_up_at_capa: set[State] = field(default_factory=set)
    answers_capa: set[State] = field(default_factory=set)
    ways_in: dict[bool, WayIn] = field(default_factory=dict)

    @property
    def distrusted(self) -> bool:
        """Whether its unique-ids tell nothing from one connection to the next."""
        return not self.doubts.isdisjoint({Doubt.REUSED, Doubt.RENUMBERED})

    def broke(self) -> None:
        """A connection ended inside a group: not by us, and not at its end."""
        self.breaks += 1
        if self.answered < _PROVEN or self.breaks >= _BREAKS:
            self.one_at_a_time = True

    def cut(self) -> None:
        """A message ended at a lone dot of its own."""
        self.unstuffed = self.one_at_a_time = True

    def tried(self, *, lists_one: bool) -> None:
        """LIST n was tried while nothing was in doubt: where it is odd, it has proven nothing."""
        self.lists_one = lists_one
        if not lists_one:
            self.unstuffed, self.one_at_a_time = False, self.breaks > 0

    async def capabilities(self, state: State, ask: Ask, traffic: Traffic) -> Capabilities | None:
        """CAPA, unless the server hangs up at it; None where there is no answer but `-ERR`.

        Raises:
            ConnectionLost, Stalled: it has hung up, or its answer has no end.
        """
        if state in self.hangs_up_at_capa:
            return None
        found, heard = None, traffic.received
        try:
            with suppress(CommandRejected):
                found = await ask(commands.capa())
        except (ConnectionLost, Stalled) as error:
            sent = isinstance(error, ConnectionLost) and error.sent
            silent = isinstance(error, Stalled) or (sent and traffic.received == heard)
            if silent and state not in self.answers_capa:
                self.hangs_up_at_capa.add(state)
            raise
        self.answers_capa.add(state)
        return found

    def hung_up(self, idle: float) -> None:
        """The server ended a signed-in connection on which nothing was asked for so long."""
        if idle >= _SHORTEST:
            self.patience = min(idle, self.patience or idle)


class Habits:
    """Those of the servers used last."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], Habit] = OrderedDict()

    def of(self, host: str, port: int) -> Habit:
        """What is known of a server; it is remembered from then on."""
        key = (host.lower().rstrip("."), port)
        found = self._known.setdefault(key, Habit())
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found
