"""What comes of a dialogue: the engine's events, and the lines of its transcript."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .commands import Command
from .errors import CommandRejected, RemoteProtocolError
from .replies import Reply


class Side(Enum):
    """Who speaks in a transcript."""

    CLIENT = "C"
    SERVER = "S"


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the transcript, secrets masked.

    Attributes:
        side: who said it.
        text: the line, without its line end.
        octets: octets of the body that followed it, or None where none did.
    """

    side: Side
    text: str
    octets: int | None = None


@dataclass(frozen=True, slots=True)
class Greeting:
    """The server's first line. `challenge` is the timestamp for APOP, where there is one."""

    reply: Reply
    challenge: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class BodyStarted:
    """`+OK` to TOP or RETR: the body follows."""

    command: Command[Any]
    reply: Reply


@dataclass(frozen=True, slots=True)
class BodyData:
    """Octets of a body, byte-stuffing removed."""

    command: Command[Any]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Completed:
    """A command was answered `+OK`, to the last line. `value` is what its `parse` made of it."""

    command: Command[Any]
    reply: Reply
    value: Any


@dataclass(frozen=True, slots=True)
class Rejected:
    """A command was answered `-ERR`."""

    command: Command[Any]
    error: CommandRejected


@dataclass(frozen=True, slots=True)
class Challenged:
    """A challenge whose answer takes long: `answer` is for `Engine.respond`, computed anywhere."""

    answer: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """The server broke the protocol."""

    error: RemoteProtocolError


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """The server closed the connection.

    Attributes:
        expected: it was QUIT, a refusing greeting, or nothing was under way, nor a handshake.
    """

    expected: bool


Event = (
    Greeting
    | BodyStarted
    | BodyData
    | Completed
    | Rejected
    | Challenged
    | Broken
    | ConnectionClosed
)
