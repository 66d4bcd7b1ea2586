"""The values of a mailbox: accounts, messages, marks' totals, notices and receipts."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, NewType

from app.mime import Summary, essence, split_header, summarise
from app.pop3 import Capabilities, MessageNumber, Octets, Uidl
from app.transport import Connection, Target

from .search_text import UNREAD, SearchText

HEADER_OCTETS: Final = 64 * 1024  # what is kept of one header

MessageId = NewType("MessageId", str)
"""Short, URL-safe, derived from the UIDL; the same message for as long as the UIDL fits it."""

# What servers write into a message themselves, anew at each visit: mbox files keep state there.
_KEPT_BY_SERVERS: Final = re.compile(
    rb"^(?:(?:X-)?Status|X-(?:UIDL?|IMAP(?:base)?|Keywords|Mozilla-(?:Status2?|Keys))"
    rb"|Content-Length|Lines|X-Antivirus(?:-Status)?)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
# Drawn anew at each visit where messages are put together only when somebody asks for them.
_BOUNDARY: Final = re.compile(rb'(?<=boundary=)(?:"[^"\n]{0,200}"|[^\s;"]{1,200})', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose maildrop, and where."""

    username: str
    target: Target

    @property
    def maildrop(self) -> tuple[str, str, int]:
        """What tells it from others, however it is connected to."""
        return self.username, self.target.host.lower(), self.target.port

    @property
    def named(self) -> str:
        """The same in one piece, for digests; no name has a NUL."""
        return "\0".join(map(str, self.maildrop))

    @property
    def audited(self) -> dict[str, str]:
        """The fields that name it in the audit."""
        target = self.target
        return {"user": self.username, "server": target.shown, "security": target.security.value}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs in. The password is in no `repr`.

    Attributes:
        username: the mailbox's name.
        password: its password; a token, where the mechanism takes one.
        mechanism: `USER` for USER/PASS, `APOP`, a SASL mechanism's name, or None for the best.
        language: the tag of the language that the server's own words are wanted in, or "".
    """

    username: str
    password: str = field(repr=False)
    mechanism: str | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How a connection was signed in, and what the server can do then.

    Attributes:
        capabilities: what it announces.
        tls: the version, or None in clear.
        means: what it took, as `USER` or a SASL mechanism; "" before the first.
        refused: means that it refused for their form before.
    """

    capabilities: Capabilities = field(default_factory=Capabilities)
    tls: str | None = None
    means: str = ""
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, connection: Connection) -> "Access":
        """That of a connection."""
        return cls(
            connection.capabilities,
            connection.tls,
            connection.signed_in_by,
            connection.means_refused,
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """How many messages, and their octets by LIST's estimates, as far as it tells.

    Attributes:
        unsized: how many of them have a size that is not known: the octets are a least.
    """

    messages: int = 0
    octets: int = 0
    unsized: int = 0


def header_digest(header: bytes) -> bytes:
    """What tells messages apart where UIDLs do not; the blank line, if any, is left out.

    So are line ends, the fields in which servers and scanners keep their state, and boundaries.
    Where nothing is left, it tells nothing, and is b"".
    """
    lines = split_header(header)[0].replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    kept = _BOUNDARY.sub(b"", _KEPT_BY_SERVERS.sub(b"", lines))
    return hashlib.blake2b(kept, digest_size=16).digest() if kept.strip() else b""


@dataclass(frozen=True, slots=True)
class Known:
    """What a mark is good for in another session.

    Attributes:
        octets: the message's size.
        digest: of its header; b"" where that was not read.
        blind: the server does not show it.
    """

    octets: int | None
    digest: bytes = b""
    blind: bool = False


class Header:
    """What is known of a message's header; shared by the rows of later listings that fit it.

    Attributes:
        position: order in which it became known, from 1; 0 while it is not.
        digest: of its octets, b"" while it is not known.
        read_on: the name of the connection on which it was read last, or "".
        refused: the server would not show it.
        cut: the server breaks it off at a lone dot, and the connection ends with it.
        search_text: what orders and filters compare; `UNREAD` until it was needed.
        attached: whether the message has an attachment, where more than its header was seen.
        kept_octets: of what is kept of it.
    """

    __slots__ = (
        "_raw",
        "_summary",
        "attached",
        "cut",
        "digest",
        "kept_octets",
        "position",
        "read_on",
        "refused",
        "search_text",
    )

    def __init__(self, digest: bytes = b"") -> None:
        self.position = 0
        self.digest = digest
        self.read_on = ""
        self.refused = False
        self.cut = False
        self.search_text: SearchText = UNREAD
        self.attached: bool | None = None
        self.kept_octets = 0
        self._raw: bytes | None = None
        self._summary: Summary | None = None

    @property
    def unread(self) -> bool:
        """Whether it has come and was not parsed yet."""
        return self._raw is not None

    @property
    def summary(self) -> Summary | None:
        """Sender, subject and date, or None while the header is not known."""
        raw = self._raw  # an export looks from its thread
        if raw is not None:  # parsed when first looked at; arriving headers must not wait
            self._summary = summarise(raw)
            self._raw = None
        return self._summary

    def fold(self) -> None:
        """Makes ready what is compared, where the header is known and it was not done yet."""
        summary = self.summary if self.search_text is UNREAD else None
        if summary is not None:
            self.search_text = SearchText.of(summary, self.attached)

    def know_attached(self, attached: bool) -> bool:
        """Takes what the message itself tells; whether that is news."""
        if self.attached is attached:
            return False
        self.attached, self.search_text = attached, UNREAD
        return True

    def learn(self, raw: bytes, position: int, read_on: str = "") -> None:
        """Takes the header's octets, read on the connection of this name."""
        self._raw = essence(raw)
        self.kept_octets = len(self._raw)
        self.search_text = UNREAD
        self.digest = header_digest(raw)
        self.position = position
        self.read_on = read_on

    def let_go(self) -> None:
        """Keeps no more of it than what tells the message from others."""
        self._raw = self._summary = None
        self.search_text, self.position, self.kept_octets = UNREAD, 0, 0


@dataclass(slots=True, eq=False)
class Message:
    """One message of the maildrop.

    Attributes:
        id: what pages and the API call it.
        number: its number on the connection that listed it.
        octets: its size by LIST, an estimate; None where it does not tell.
        counted: the same for sums and orders, 0 where it is not known.
        uidl: its unique-id, or None where the server has none.
        ambiguous: another message has the same UIDL and the same size.
        place: in server order, from 0.
        header: what is known of its header.
    """

    id: MessageId
    number: MessageNumber
    octets: Octets | None
    uidl: Uidl | None
    ambiguous: bool = False
    place: int = 0
    header: Header = field(default_factory=Header, repr=False)
    counted: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.counted = self.octets or 0

    @property
    def summary(self) -> Summary | None:
        """Sender, subject and date, or None while the header is not known."""
        return self.header.summary

    @property
    def sized(self) -> bool:
        """Whether the server tells its size."""
        return self.octets is not None

    @property
    def headers_known(self) -> bool:
        """Whether the header has come in."""
        return self.header.position > 0


class Notice(Enum):
    """What a person should know about this server or this maildrop."""

    NO_UIDL = "no UIDL"
    NUMBERED_UIDLS = "UIDLs are the message numbers"
    REUSED_UIDLS = "UIDLs are given to other messages"
    RESIZED = "sizes change under UIDLs"
    NO_TOP = "no TOP"
    NO_CAPA = "no CAPA"
    HANGS_UP_AT_CAPA = "hangs up at CAPA"
    MEANS_REFUSED = "a way of signing in was refused for its form"
    NO_PIPELINING = "no pipelining"
    PIPELINING_BROKE = "broke off inside a group of commands"
    LONE_DOTS = "breaks messages off at lone dots"
    DUPLICATE_UIDLS = "duplicate UIDLs"
    HEADERS_LEFT = "not all headers are kept"
    SIZES_UNKNOWN = "sizes are not known"
    COUNTS_DIFFER = "STAT and LIST differ"
    LEFT_OUT = "more messages than are listed"
    MARKED_GONE = "marked messages are gone"
    GONE = "messages are gone"
    NEW_MAIL = "new messages"
    MARKS_DROPPED = "marks could not be kept"
    OTHERS_BEHIND_MARKS = "other messages had the UIDLs of marks"
    MARKS_NOT_TAKEN_OVER = "marks of a session before could not be taken over"
    UIDLS_RESET = "UIDLs were reset"
    CLOSED_WITHOUT_QUIT = "closed without QUIT"
    DELETED_IN_CONSOLE = "deleted in the console, until RSET"


@dataclass(frozen=True, slots=True)
class NoticeCount:
    """A notice with its number, where it has one."""

    notice: Notice
    count: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A message that goes to the browser in order to be marked; until all of it went, no digest."""

    octets: int = 0
    sha256: str = ""


class Outcome(Enum):
    """What a commit did to one message."""

    GONE = "gone"
    STILL_THERE = "still there"
    NOT_VERIFIED = "not verified"


class Unproven(Enum):
    """Why a second look could not tell what a commit did; the API's words for it."""

    NOT_ASKED = "the check was not asked for"
    NO_CONNECTION = "the server could not be asked"
    UNANSWERED = "the server may still carry it out"
    RENAMED = "the server gave every message a new UIDL"
    COPIES_RESIZED = "copies with one UIDL have changed their sizes"
    AS_MANY_MISSING = "as many unmarked messages are missing as marked ones stayed"
    REUSED = "the server gave a UIDL to another message"
    NO_SIZES = "the server does not tell the sizes, and has no UIDLs that tell"
    NO_UIDLS = "the server has no UIDLs, and the sizes it lists now do not tell"
    LEFT_OUT = "the server has more messages than are listed"
    USELESS_UIDLS = "the server's UIDLs tell nothing, and the sizes it lists neither"


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One marked message after the commit.

    Attributes:
        id, octets: which message; None where its size is not known.
        sender, subject: as far as they were known.
        outcome: what became of it.
        reason: the server's own words, where it refused; else empty.
        agreed: it is still there, though the server said +OK to DELE and to QUIT.
        date: of the message, aware; None where it has none, or none was known.
    """

    id: MessageId
    octets: int | None
    sender: str
    subject: str
    outcome: Outcome
    reason: str = ""
    agreed: bool = False
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of a commit, checked by signing in again.

    Attributes:
        at: when it was checked, aware.
        items: the marked messages, largest first.
        verified: whether the check could be made.
        why: why it could not, or the server's words for that; empty where it could.
        octets_freed: octets of what is gone.
        before, after: the maildrop; `after` is None where it was not seen again.
        number: of this receipt in its session, from 1.
        due: where it could not be checked, when that is worth a try, aware; else None.
        quit_lost: it could not be checked, and QUIT was never answered.
    """

    at: datetime
    items: tuple[ReceiptItem, ...]
    verified: bool
    why: Unproven | str
    octets_freed: int
    before: Totals
    after: Totals | None
    number: int = 0
    due: datetime | None = None
    quit_lost: bool = False

    @property
    def unsized(self) -> int:
        """Of how many gone messages the size is not known."""
        return sum(i.outcome is Outcome.GONE and i.octets is None for i in self.items)

    @property
    def gone(self) -> int:
        """How many messages are gone."""
        return self.count(Outcome.GONE)

    def count(self, outcome: Outcome) -> int:
        """How many messages ended this way."""
        return sum(item.outcome is outcome for item in self.items)
