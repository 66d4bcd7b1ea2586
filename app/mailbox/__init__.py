"""One maildrop as a person sees it.

Owns: the index by UIDL, headers in the background, marks, the filter language, peeks, the commit
and its receipt, the lease of the maildrop lock.
Must not know: HTTP, cookies, templates.
"""

from .errors import (
    Ambiguous,
    BadQuery,
    CommitFailed,
    CommitFault,
    LoginDelayed,
    LoginRejected,
    MailboxError,
    MailboxInUse,
    MessageTooLarge,
    NoSuchMessage,
    QueryFault,
)
from .index import Sort, SortKey
from .mailbox import PEEK_LINES, Mailbox, Peeked
from .maildrop import Progress, Unlock
from .models import (
    Account,
    Credentials,
    Message,
    MessageId,
    Notice,
    Outcome,
    Receipt,
    ReceiptItem,
    Told,
    Totals,
)
from .query import Match, Query, Selection, select
from .query import parse as parse_query
from .signin import credentials_fit

__all__ = [
    "PEEK_LINES",
    "Account",
    "Ambiguous",
    "BadQuery",
    "CommitFailed",
    "CommitFault",
    "Credentials",
    "LoginDelayed",
    "LoginRejected",
    "Mailbox",
    "MailboxError",
    "MailboxInUse",
    "Match",
    "Message",
    "MessageId",
    "MessageTooLarge",
    "NoSuchMessage",
    "Notice",
    "Outcome",
    "Peeked",
    "Progress",
    "Query",
    "QueryFault",
    "Receipt",
    "ReceiptItem",
    "Selection",
    "Sort",
    "SortKey",
    "Told",
    "Totals",
    "Unlock",
    "credentials_fit",
    "parse_query",
    "select",
]
