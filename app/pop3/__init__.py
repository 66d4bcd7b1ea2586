"""The POP3 protocol, sans-IO.

Owns: commands and their checks, replies, framing, capabilities, SASL exchanges, the state machine
and the redacted transcript.
Must not know: sockets, asyncio, clocks, logging, what is inside a message.
"""

from . import commands
from .bearer import OAuthBearer, TokenRefusal, XOAuth2
from .commands import Command, State
from .engine import Engine
from .errors import (
    CommandRejected,
    Fault,
    LocalProtocolError,
    Pop3Error,
    RemoteProtocolError,
    SaslError,
    SaslFault,
)
from .events import (
    BodyData,
    BodyStarted,
    Broken,
    Challenged,
    Completed,
    ConnectionClosed,
    Event,
    Greeting,
    Rejected,
    Said,
    Side,
)
from .framing import Limits
from .recognise import TLS_RECORDS, Protocol, recognise
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
from .sasl import CramMd5, Login, Mechanism, Plain
from .scram import Scram
from .veil import Veil

__all__ = [
    "TLS_RECORDS",
    "BodyData",
    "BodyEnd",
    "BodyStarted",
    "Broken",
    "Capabilities",
    "Challenged",
    "Command",
    "CommandRejected",
    "Completed",
    "ConnectionClosed",
    "CramMd5",
    "Engine",
    "Event",
    "Fault",
    "Greeting",
    "Limits",
    "LocalProtocolError",
    "Login",
    "Mechanism",
    "MessageNumber",
    "OAuthBearer",
    "Octets",
    "Plain",
    "Pop3Error",
    "Protocol",
    "Rejected",
    "RemoteProtocolError",
    "Reply",
    "Said",
    "SaslError",
    "SaslFault",
    "ScanListing",
    "Scram",
    "Side",
    "Stat",
    "State",
    "TokenRefusal",
    "Uidl",
    "UniqueId",
    "Veil",
    "XOAuth2",
    "commands",
    "recognise",
]
