"""The POP3 protocol, sans-IO.

Owns: commands and their checks, replies, framing, capabilities, SASL exchanges, the state machine
and the redacted transcript.
Must not know: sockets, asyncio, clocks, logging, what is inside a message.
"""

from . import commands
from .commands import Command, State
from .engine import (
    BodyData,
    BodyStarted,
    Broken,
    Completed,
    Ended,
    Engine,
    Event,
    Greeting,
    Rejected,
    Said,
    Side,
)
from .errors import (
    CommandRejected,
    Fault,
    LocalProtocolError,
    Pop3Error,
    RemoteProtocolError,
    SaslError,
)
from .framing import Limits
from .replies import (
    BodyEnd,
    Capabilities,
    MessageNumber,
    Octets,
    Reply,
    ScanListing,
    Stat,
    Uidl,
    UniqueId,
)
from .sasl import Login, Mechanism, Plain

__all__ = [
    "BodyData",
    "BodyEnd",
    "BodyStarted",
    "Broken",
    "Capabilities",
    "Command",
    "CommandRejected",
    "Completed",
    "Ended",
    "Engine",
    "Event",
    "Fault",
    "Greeting",
    "Limits",
    "LocalProtocolError",
    "Login",
    "Mechanism",
    "MessageNumber",
    "Octets",
    "Plain",
    "Pop3Error",
    "Rejected",
    "RemoteProtocolError",
    "Reply",
    "Said",
    "SaslError",
    "ScanListing",
    "Side",
    "Stat",
    "State",
    "Uidl",
    "UniqueId",
    "commands",
]
