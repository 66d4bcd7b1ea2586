r"""The commands of POP3, checked before a single octet is sent.

A command is a value: its line, how it may be shown, what shape its answer has, and how to read
that answer. Arguments with CR, LF or any other control are refused here, so that no argument can
ever become a second command; a line has at most 255 octets with its CRLF (RFC 2449, section 4).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from typing import Any, Generic, TypeVar

from .errors import LocalProtocolError
from .replies import (
    BodyEnd,
    Capabilities,
    MessageNumber,
    Reply,
    ScanListing,
    Stat,
    UniqueId,
    parse_capabilities,
    parse_scan_listing,
    parse_stat,
    read_scan_listing,
    read_unique_id,
)
from .sasl import Mechanism
from .scram import prepared

T = TypeVar("T")

MAX_LINE = 255
MAX_TOP_LINES = 99_999_999  # popa3d and Cyrus refuse more
HIDDEN = "••••••••"
_MAX_NUMBER = 10**18  # no message number is larger, and str() refuses very long ones
# C0, DEL and C1 controls, and lone surrogates, which UTF-8 cannot say
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class State(Enum):
    """The session's states (RFC 1939, section 3), with the moments between them."""

    GREETING = "waiting for the greeting"
    AUTHORIZATION = "authorization"
    HANDSHAKE = "TLS handshake"
    TRANSACTION = "transaction"
    UPDATE = "update"
    CLOSED = "closed"
    BROKEN = "broken"


class Shape(Enum):
    """What follows a `+OK`."""

    LINE = "nothing"
    LISTING = "lines, collected"
    BODY = "a message, streamed"
    SASL = "challenges before it"


# These change the state or carry a secret: they have constructors of their own, and no other way.
_WITH_RULES = frozenset({"STLS", "USER", "PASS", "APOP", "AUTH", "QUIT"})
_ANY = frozenset({State.AUTHORIZATION, State.TRANSACTION})
_BEFORE_LOGIN = frozenset({State.AUTHORIZATION})
_LOGGED_IN = frozenset({State.TRANSACTION})


@dataclass(frozen=True, slots=True, eq=False)
class Command(Generic[T]):
    """One command; compared by identity, since the same STAT may be asked twice.

    Attributes:
        shown: the command as transcripts, logs and errors show it, secrets masked.
        line: the octets to send, with CRLF. Not in `repr`: they may hold a secret.
        shape: what follows `+OK`.
        states: where the command is allowed.
        barrier: nothing may be sent behind it until it is answered.
        parse: the answer as a value; raises `ValueError` when it makes no sense.
        row: reads a row of the answer as it comes, for `parse`; None for one to be left out.
        mechanism: the SASL exchange of an AUTH.
        secrets: the words of `line` that no reply may bring back into view.
    """

    shown: str
    line: bytes = dataclass_field(repr=False)
    shape: Shape
    states: frozenset[State]
    parse: Callable[[Reply, Sequence[Any]], T] = dataclass_field(repr=False)
    barrier: bool = False
    row: Callable[[bytes], object] | None = dataclass_field(default=None, repr=False)
    mechanism: Mechanism | None = dataclass_field(default=None, repr=False)
    secrets: tuple[str, ...] = dataclass_field(default=(), repr=False)

    @property
    def verb(self) -> str:
        """The command's first word."""
        return self.shown.partition(" ")[0]


def _text(reply: Reply, _: Sequence[bytes]) -> str:
    return reply.text


def _words(reply: Reply) -> bytes:
    return reply.text.encode()


def _check(text: str) -> None:
    if not text or _REFUSED.search(text):
        raise LocalProtocolError("an argument is empty or holds a control character")


def _line(*words: str | int, space_ok: bool = False) -> bytes:
    for word in words:
        text = str(word)
        _check(text)
        if " " in text and not space_ok:
            raise LocalProtocolError("an argument holds a space")
    line = " ".join(map(str, words)).encode() + b"\r\n"
    if len(line) > MAX_LINE:
        raise LocalProtocolError(
            f"the command would have {len(line)} octets, {MAX_LINE} are allowed"
        )
    return line


def _simple(verb: str, states: frozenset[State], *, barrier: bool = False) -> Command[str]:
    return Command(verb, _line(verb), Shape.LINE, states, _text, barrier)


def _at(verb: str, number: MessageNumber, *more: int) -> tuple[str, bytes]:
    if not 0 < number < _MAX_NUMBER or not all(0 <= n < _MAX_NUMBER for n in more):
        raise LocalProtocolError("message numbers begin at 1, line counts at 0")
    shown = " ".join(map(str, (verb, number, *more)))  # numbers hold nothing else to check
    return shown, shown.encode() + b"\r\n"


def capa() -> Command[Capabilities]:
    """CAPA: what the server can do (RFC 2449, section 5)."""
    return Command(
        "CAPA", _line("CAPA"), Shape.LISTING, _ANY, lambda _, lines: parse_capabilities(lines)
    )


def stls() -> Command[str]:
    """STLS: begin TLS (RFC 2595, section 4)."""
    return _simple("STLS", _BEFORE_LOGIN, barrier=True)


def user(name: str) -> Command[str]:
    """USER: the mailbox to open (RFC 1939, section 7)."""
    return Command(
        f"USER {name}", _line("USER", name, space_ok=True), Shape.LINE, _BEFORE_LOGIN, _text, True
    )


def password(secret: str) -> Command[str]:
    """PASS: its password, spaces and all (RFC 1939, section 7)."""
    line = _line("PASS", secret, space_ok=True)
    shown = f"PASS {HIDDEN}"
    return Command(shown, line, Shape.LINE, _BEFORE_LOGIN, _text, barrier=True, secrets=(secret,))


def apop(name: str, secret: str, challenge: bytes, *, prepare: bool = True) -> Command[str]:
    """APOP: MD5 of the greeting's timestamp and the secret (RFC 1939, section 7).

    Args:
        name: the mailbox's.
        secret: what is shared with the server.
        challenge: the timestamp.
        prepare: whether both go through SASLprep first, as `UTF8 USER` has it (RFC 6856, 2.2).
    """
    _check(secret)
    if prepare and not (name + secret).isascii():
        name, secret = prepared(name), prepared(secret)
    digest = hashlib.md5(challenge + secret.encode(), usedforsecurity=False).hexdigest()
    line = _line("APOP", name, digest)
    shown = f"APOP {name} {HIDDEN}"
    return Command(shown, line, Shape.LINE, _BEFORE_LOGIN, _text, barrier=True, secrets=(digest,))


def auth(mechanism: Mechanism, *unsaid: str, at_once: bool = True) -> Command[str]:
    """AUTH: a SASL exchange (RFC 5034, section 4).

    The initial response goes with the command while the line is short enough; an empty one is `=`.

    Args:
        mechanism: what answers the challenges.
        unsaid: the password or token, which no reply may bring back into view.
        at_once: whether the initial response goes with the command, or waits to be asked for.
    """
    shown = f"AUTH {mechanism.name}"
    line = _line("AUTH", mechanism.name)
    secrets = unsaid
    if at_once and mechanism.initial is not None:
        first = base64.b64encode(mechanism.initial).decode()
        if len(line) + 1 + max(len(first), 1) <= MAX_LINE:
            line = _line("AUTH", mechanism.name, first or "=")
            shown = f"{shown} {HIDDEN}"
            secrets = (first, *unsaid) if first else unsaid
    return Command(
        shown,
        line,
        Shape.SASL,
        _BEFORE_LOGIN,
        _text,
        barrier=True,
        mechanism=mechanism,
        secrets=secrets,
    )


def stat() -> Command[Stat]:
    """STAT: how many messages, how many octets (RFC 1939, section 5)."""
    return Command(
        "STAT", _line("STAT"), Shape.LINE, _LOGGED_IN, lambda reply, _: parse_stat(_words(reply))
    )


def stat_if_told() -> Command[Stat | None]:
    """The same; None where the answer has no numbers, which is no reason to end the dialogue."""

    def parsed(reply: Reply, _: Sequence[bytes]) -> Stat | None:
        try:
            return parse_stat(_words(reply))
        except ValueError:
            return None

    return Command("STAT", _line("STAT"), Shape.LINE, _LOGGED_IN, parsed)


def list_all() -> Command[tuple[ScanListing, ...]]:
    """LIST: every message's number and size (RFC 1939, section 5)."""
    return Command(
        "LIST",
        _line("LIST"),
        Shape.LISTING,
        _LOGGED_IN,
        lambda _, rows: tuple(rows),
        row=read_scan_listing,
    )


def list_one(number: MessageNumber) -> Command[ScanListing]:
    """LIST n: one message's size."""
    shown, line = _at("LIST", number)
    return Command(
        shown, line, Shape.LINE, _LOGGED_IN, lambda reply, _: parse_scan_listing(_words(reply))
    )


def uidl_all() -> Command[tuple[UniqueId, ...]]:
    """UIDL: every message's unique-id, rows without a usable one left out (RFC 1939, section 7)."""
    return Command(
        "UIDL",
        _line("UIDL"),
        Shape.LISTING,
        _LOGGED_IN,
        lambda _, rows: tuple(rows),
        row=read_unique_id,
    )


def _streamed(shown: str, line: bytes) -> Command[BodyEnd]:
    def unused(_: Reply, __: Sequence[bytes]) -> BodyEnd:
        raise ValueError(shown)  # the engine counts a streamed body itself

    return Command(shown, line, Shape.BODY, _LOGGED_IN, unused)


def top(number: MessageNumber, lines: int) -> Command[BodyEnd]:
    """TOP n k: the headers and k lines of the body (RFC 1939, section 7)."""
    return _streamed(*_at("TOP", number, min(lines, MAX_TOP_LINES)))


def retr(number: MessageNumber) -> Command[BodyEnd]:
    """RETR n: the whole message (RFC 1939, section 5)."""
    return _streamed(*_at("RETR", number))


def dele(number: MessageNumber) -> Command[str]:
    """DELE n: deleted when the session ends with QUIT (RFC 1939, section 5)."""
    return Command(*_at("DELE", number), Shape.LINE, _LOGGED_IN, _text)


def noop() -> Command[str]:
    """NOOP (RFC 1939, section 5)."""
    return _simple("NOOP", _LOGGED_IN)


def rset() -> Command[str]:
    """RSET: takes back every DELE of this connection (RFC 1939, section 5)."""
    return _simple("RSET", _LOGGED_IN)


def quit_() -> Command[str]:
    """QUIT: the end; after a login, what makes deletions happen (RFC 1939, section 6)."""
    return _simple("QUIT", _ANY, barrier=True)


def utf8() -> Command[str]:
    """UTF8: headers and names may be UTF-8 (RFC 6856, section 2.1)."""
    return _simple("UTF8", _BEFORE_LOGIN)


def lang(tag: str) -> Command[str]:
    """LANG tag: the language of the server's texts; `*` for its default (RFC 6856, section 3)."""
    return Command(f"LANG {tag}", _line("LANG", tag), Shape.LINE, _ANY, _text)


def languages() -> Command[tuple[str, ...]]:
    """LANG alone: the languages there are, one tag a row (RFC 6856, section 3.2)."""
    return Command(
        "LANG",
        _line("LANG"),
        Shape.LISTING,
        _ANY,
        lambda _, lines: tuple(
            line.split()[0].decode("ascii", "replace") for line in lines if line.split()
        ),
    )


def raw_line(verb: str, *arguments: str | int) -> Command[Reply]:
    """Any command of the TRANSACTION state whose `+OK` stands alone; its answer, not understood.

    Raises:
        LocalProtocolError: it has rules of its own, or holds what no line may.
    """
    shown, line = _raw(verb, arguments)
    return Command(shown, line, Shape.LINE, _LOGGED_IN, lambda reply, _: reply)


def raw_lines(verb: str, *arguments: str | int) -> Command[BodyEnd]:
    """The same for one whose `+OK` is followed by lines up to a lone dot; they are streamed."""
    return _streamed(*_raw(verb, arguments))


def _raw(verb: str, arguments: Sequence[str | int]) -> tuple[str, bytes]:
    if verb.upper() in _WITH_RULES:
        raise LocalProtocolError(f"{verb.upper()} has rules of its own")
    line = _line(verb, *arguments)
    return line[:-2].decode(), line


def mechanisms() -> Command[tuple[str, ...]]:
    """AUTH alone: the SASL mechanisms, one a row, on servers that know this form."""
    return Command(
        "AUTH",
        _line("AUTH"),
        Shape.LISTING,
        _BEFORE_LOGIN,
        lambda _, lines: tuple(
            line.strip().decode("ascii", "replace").upper() for line in lines if line.strip()
        ),
    )
