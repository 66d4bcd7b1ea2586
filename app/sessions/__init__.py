"""From an opaque token to a live mailbox.

Owns: tokens, sealed credentials, the store, expiry, what outlives it, limits, the reaper.
Must not know: templates, POP3 verbs.
"""

from .address import StoreAddress
from .ended_sessions import Cause, EndedSession
from .errors import (
    ClientLimit,
    NoSession,
    OpeningFault,
    OpeningLimit,
    SessionError,
    SessionLimit,
    StoreFault,
    StoreUnavailable,
)
from .manager import Sessions
from .memory_store import MemoryStore
from .session import Session, SessionLimits
from .store import Record, Store
from .undeleted import Undeleted
from .vault import browser_id, new_token

__all__ = [
    "Cause",
    "ClientLimit",
    "EndedSession",
    "MemoryStore",
    "NoSession",
    "OpeningFault",
    "OpeningLimit",
    "Record",
    "Session",
    "SessionError",
    "SessionLimit",
    "SessionLimits",
    "Sessions",
    "Store",
    "StoreAddress",
    "StoreFault",
    "StoreUnavailable",
    "Undeleted",
    "browser_id",
    "new_token",
]
