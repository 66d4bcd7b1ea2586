"""One maildrop as a person sees it.

Owns: the index by UIDL, headers in the background, marks, peeks, the commit and its receipt, the
lease of the maildrop lock.
Must not know: HTTP, cookies, templates.
"""

from .errors import (
    Ambiguous,
    CommitFailed,
    CommitFault,
    LoginDelayed,
    LoginRejected,
    MailboxError,
    MailboxInUse,
    MessageTooLarge,
    NoSuchMessage,
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
from .signin import credentials_fit

__all__ = [
    "PEEK_LINES",
    "Account",
    "Ambiguous",
    "CommitFailed",
    "CommitFault",
    "Credentials",
    "LoginDelayed",
    "LoginRejected",
    "Mailbox",
    "MailboxError",
    "MailboxInUse",
    "Message",
    "MessageId",
    "MessageTooLarge",
    "NoSuchMessage",
    "Notice",
    "Outcome",
    "Peeked",
    "Progress",
    "Receipt",
    "ReceiptItem",
    "Sort",
    "SortKey",
    "Told",
    "Totals",
    "Unlock",
    "credentials_fit",
]
