"""From an opaque token to a live mailbox.

Owns: tokens, sealed credentials, the store, expiry, limits, the reaper.
Must not know: templates, POP3 verbs.
"""

from .errors import NoSession, SessionError, SessionLimit
from .manager import Session, SessionLimits, Sessions
from .store import MemoryStore, Record, Store
from .vault import csrf_token, new_token

__all__ = [
    "MemoryStore",
    "NoSession",
    "Record",
    "Session",
    "SessionError",
    "SessionLimit",
    "SessionLimits",
    "Sessions",
    "Store",
    "csrf_token",
    "new_token",
]
