"""One maildrop as a person sees it.

Owns: the index by UIDL, headers in the background, marks, the filter language, peeks and whole
messages, the commit and its receipt, the lease of the maildrop lock.
Must not know: HTTP, cookies, templates.
"""

from .aside import aside
from .console import DISPLAY_OCTETS, Exchange
from .deciding import Match, Selection, select
from .downloads import SPOOL_OCTETS, Download
from .errors import (
    AlreadyExporting,
    Ambiguous,
    BadLine,
    BadQuery,
    CalledOff,
    CommitFailed,
    CommitFault,
    ConfirmFirst,
    DeletedInConsole,
    LineBusy,
    LineFault,
    LoginDelayed,
    LoginRejected,
    MailboxError,
    MailboxInUse,
    MessageTooLarge,
    NoRoom,
    NoSuchMessage,
    NoSuchPart,
    NoWayIn,
    QueryFault,
    WayFault,
)
from .export import Export, Form
from .feed import Feed, Topic, Watch
from .holding import Unlock
from .index import Sort, SortKey
from .loader import Progress
from .mailbox import Mailbox
from .marking import Change
from .models import (
    Account,
    Credentials,
    Known,
    Message,
    MessageId,
    Notice,
    Outcome,
    Receipt,
    ReceiptItem,
    Saved,
    Told,
    Totals,
)
from .naming import message_name
from .parts import OpenPart, message_within, open_part
from .peeking import Peeked
from .query import Query
from .query import parse as parse_query
from .reducing import Order, Proposal, cut, proposed, ranked
from .refusals import Refusal
from .space import By, Group, grouped
from .transcript import Line, LineEvent, Transcript
from .typed import USAGE, Typed, Verb, parse_line
from .ways import MEANS, TOKEN_MEANS, credentials_fit, token_fits

__all__ = [
    "DISPLAY_OCTETS",
    "MEANS",
    "SPOOL_OCTETS",
    "TOKEN_MEANS",
    "USAGE",
    "Account",
    "AlreadyExporting",
    "Ambiguous",
    "BadLine",
    "BadQuery",
    "By",
    "CalledOff",
    "Change",
    "CommitFailed",
    "CommitFault",
    "ConfirmFirst",
    "Credentials",
    "DeletedInConsole",
    "Download",
    "Exchange",
    "Export",
    "Feed",
    "Form",
    "Group",
    "Known",
    "Line",
    "LineBusy",
    "LineEvent",
    "LineFault",
    "LoginDelayed",
    "LoginRejected",
    "Mailbox",
    "MailboxError",
    "MailboxInUse",
    "Match",
    "Message",
    "MessageId",
    "MessageTooLarge",
    "NoRoom",
    "NoSuchMessage",
    "NoSuchPart",
    "NoWayIn",
    "Notice",
    "OpenPart",
    "Order",
    "Outcome",
    "Peeked",
    "Progress",
    "Proposal",
    "Query",
    "QueryFault",
    "Receipt",
    "ReceiptItem",
    "Refusal",
    "Saved",
    "Selection",
    "Sort",
    "SortKey",
    "Told",
    "Topic",
    "Totals",
    "Transcript",
    "Typed",
    "Unlock",
    "Verb",
    "Watch",
    "WayFault",
    "aside",
    "credentials_fit",
    "cut",
    "grouped",
    "message_name",
    "message_within",
    "open_part",
    "parse_line",
    "parse_query",
    "proposed",
    "ranked",
    "select",
    "token_fits",
]
