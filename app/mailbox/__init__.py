"""One maildrop as a person sees it.

Owns: the index by UIDL, headers in the background, marks, the filter language, peeks and whole
messages, the commit and its receipt, the lease of the maildrop lock.
Must not know: HTTP, cookies, templates.
"""

from .admission import check_sign_in
from .allowance import Allowances, Pot
from .commit import Commit
from .console import DISPLAY_OCTETS, Console
from .console_commands import USAGE, Typed, Verb, parse_line
from .dialogue import Exchange
from .downloads import Download
from .errors import (
    ALL_ATTACHMENTS,
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
    SignInGivenUp,
    SignInHeld,
    TooManyMessages,
    WayFault,
)
from .export import Export, ExportFormat
from .feed import Feed, FeedTopic, Watch
from .filenames import message_name
from .groups import By, Group, grouped
from .headers import parse_headers
from .in_thread import in_thread, mail_thread, work_for
from .index import Sort, SortKey
from .line import Key, Line
from .loader import Progress
from .mailbox import Mailbox
from .marks import Change
from .models import (
    Account,
    Credentials,
    Known,
    Message,
    MessageId,
    Notice,
    NoticeCount,
    Outcome,
    Receipt,
    ReceiptItem,
    Saved,
    Totals,
    Unproven,
)
from .parts import OpenPart, message_within, open_part
from .peeks import Peeked
from .query import Assumed, Reading
from .query import parse as parse_query
from .query import read as read_query
from .reader import Reader
from .refusals import Refusal
from .search_text import found_at
from .shrink import Order, Proposal, cut, proposed, ranked
from .table import Selection
from .terms import Query
from .transcript import LineEvent, Transcript, TranscriptLine
from .ways import MEANS, TOKEN_MEANS, credentials_fit, token_fits

__all__ = [
    "ALL_ATTACHMENTS",
    "DISPLAY_OCTETS",
    "MEANS",
    "TOKEN_MEANS",
    "USAGE",
    "Account",
    "Allowances",
    "AlreadyExporting",
    "Ambiguous",
    "Assumed",
    "BadLine",
    "BadQuery",
    "By",
    "CalledOff",
    "Change",
    "Commit",
    "CommitFailed",
    "CommitFault",
    "ConfirmFirst",
    "Console",
    "Credentials",
    "DeletedInConsole",
    "Download",
    "Exchange",
    "Export",
    "ExportFormat",
    "Feed",
    "FeedTopic",
    "Group",
    "Key",
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
    "Message",
    "MessageId",
    "MessageTooLarge",
    "NoRoom",
    "NoSuchMessage",
    "NoSuchPart",
    "NoWayIn",
    "Notice",
    "NoticeCount",
    "OpenPart",
    "Order",
    "Outcome",
    "Peeked",
    "Pot",
    "Progress",
    "Proposal",
    "Query",
    "QueryFault",
    "Reader",
    "Reading",
    "Receipt",
    "ReceiptItem",
    "Refusal",
    "Saved",
    "Selection",
    "SignInGivenUp",
    "SignInHeld",
    "Sort",
    "SortKey",
    "TooManyMessages",
    "Totals",
    "Transcript",
    "TranscriptLine",
    "Typed",
    "Unproven",
    "Verb",
    "Watch",
    "WayFault",
    "check_sign_in",
    "credentials_fit",
    "cut",
    "found_at",
    "grouped",
    "in_thread",
    "mail_thread",
    "message_name",
    "message_within",
    "open_part",
    "parse_headers",
    "parse_line",
    "parse_query",
    "proposed",
    "ranked",
    "read_query",
    "token_fits",
    "work_for",
]
