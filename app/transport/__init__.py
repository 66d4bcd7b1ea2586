"""One TCP or TLS connection around the protocol engine.

Owns: reading, pipelining windows, stall timeouts, TLS and STLS, the dialer and its target policy.
Must not know: mailboxes, MIME, HTTP.
"""

from .body import Body, Fetched
from .connection import Connection
from .dialer import Dialer, Security, Target, trusting
from .errors import (
    ConnectFailed,
    ConnectFault,
    ConnectionLost,
    LookupsFull,
    Stalled,
    TargetForbidden,
    TlsFailed,
    TlsFault,
    TransportError,
)
from .habits import Doubt, Habit, Habits, WayIn
from .listener import Listener
from .names import Resolve, SystemNames, asked_for
from .pipeline import Pending
from .targets import Reach, TargetPolicy
from .timeouts import Timeouts
from .traffic import Traffic
from .window import Window, worth_draining

__all__ = [
    "Body",
    "ConnectFailed",
    "ConnectFault",
    "Connection",
    "ConnectionLost",
    "Dialer",
    "Doubt",
    "Fetched",
    "Habit",
    "Habits",
    "Listener",
    "LookupsFull",
    "Pending",
    "Reach",
    "Resolve",
    "Security",
    "Stalled",
    "SystemNames",
    "Target",
    "TargetForbidden",
    "TargetPolicy",
    "Timeouts",
    "TlsFailed",
    "TlsFault",
    "Traffic",
    "TransportError",
    "WayIn",
    "Window",
    "asked_for",
    "trusting",
    "worth_draining",
]
