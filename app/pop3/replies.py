"""What a server says, as values: status lines, listings and capabilities.

Parsers take what real servers send (several spaces, missing fields, sizes that are estimates) and
raise `ValueError` for what cannot be meant; the engine turns that into a protocol fault.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NewType

MessageNumber = NewType("MessageNumber", int)
"""A message's place in the maildrop, from 1, good for one connection only (RFC 1939, section 5)."""

Octets = NewType("Octets", int)
"""A size in octets."""

Uidl = NewType("Uidl", str)
"""A message's unique-id: 1 to 70 characters 0x21 to 0x7E (RFC 1939, section 7)."""

# RFC 2449, section 8: resp-code = "[" resp-level *("/" resp-level) "]"
_RESPONSE_CODE = re.compile(r"\[([A-Za-z][A-Za-z0-9/._-]{0,60})\]\s*")
_UIDL = re.compile(rb"[\x21-\x7e]{1,255}")  # longer than 70 was seen in the wild
_CHALLENGE = re.compile(rb"<[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f\x41-\x7e]+>")
_MECHANISMS = re.compile(r"\s*(SASL|AUTH)(?:[ \t=:]+|$)", re.IGNORECASE)
_TAG_NUMBER = re.compile(r"(EXPIRE|LOGIN-DELAY)[ =:]*([0-9]{1,40})(?:S|SEC\w*)?(?: .*)?", re.ASCII)
_STATUS = re.compile(rb"(?:\+OK|-ERR)(?:[:;,.!]*(?=[ \t])|[:;,.!]*$)", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:no|0|zero) (?:\w+ )?(?:messages?|mails?|e-?mails?)\b"
    r"|\b(?:maildrop|mailbox|inbox|drop) (?:is |has )?(?:empty|no m)|^\W*empty\W*$",
    re.IGNORECASE,
)
_MAX_DIGITS = 18  # int() of a line full of digits would be slow, and no size is larger


@dataclass(frozen=True, slots=True)
class Reply:
    """A status line.

    Attributes:
        ok: `+OK` or `-ERR`.
        code: response code in capitals, hierarchical (`SYS/TEMP`), or None.
        text: the rest, decoded as UTF-8 with anything else escaped.
    """

    ok: bool
    code: str | None
    text: str

    @property
    def line(self) -> str:
        """The status line as a person reads it."""
        code = f" [{self.code}]" if self.code else ""
        return f"{'+OK' if self.ok else '-ERR'}{code} {self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Stat:
    """The drop listing (RFC 1939, section 5, STAT). `octets` is an estimate; it may be negative."""

    messages: int
    octets: int


@dataclass(frozen=True, slots=True)
class ScanListing:
    """A row of LIST: a message's number and its estimated size, or None where it tells none."""

    number: MessageNumber
    octets: Octets | None


@dataclass(frozen=True, slots=True)
class UniqueId:
    """A row of UIDL."""

    number: MessageNumber
    uidl: Uidl


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """How a TOP or RETR ended.

    Attributes:
        octets: the message's octets, byte-stuffing removed.
        unstuffed: lines that began with one dot where a correct server sends two.
        reply: the status line before it.
        cut: it was no end: a line that is a lone dot was not stuffed, and more came behind it.
    """

    octets: Octets
    unstuffed: int
    reply: str = field(default="", compare=False)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The answer to CAPA (RFC 2449, section 5): tag in capitals to its arguments."""

    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __contains__(self, tag: str) -> bool:
        return tag.upper() in self.tags

    @property
    def pipelining(self) -> bool:
        """Whether commands may be sent ahead of replies (RFC 2449, section 6.6)."""
        return "PIPELINING" in self.tags

    @property
    def mechanisms(self) -> frozenset[str]:
        """The SASL mechanisms, in capitals (RFC 5034, section 3)."""
        said = (self.tags.get(tag, ()) for tag in ("SASL", "AUTH"))  # the latter as SMTP has it
        return frozenset(name.upper() for names in said for name in names)

    @property
    def expire_at_once(self) -> bool:
        """Whether the server may delete what was retrieved, at QUIT (`EXPIRE 0`, section 6.7)."""
        told = self._number("EXPIRE")
        return told is not None and int(told) == 0

    @property
    def login_delay(self) -> int | None:
        """Seconds to wait between two logins (section 6.5), or None where not told."""
        told = self._number("LOGIN-DELAY")
        return None if told is None else int(told)

    def _number(self, tag: str) -> str | None:
        """The number of a tag, also right behind it, or behind `=` or a colon; None without."""
        found = map(_TAG_NUMBER.fullmatch, map(str.upper, self.lines))
        return next((one[2][:_MAX_DIGITS] for one in found if one and one[1] == tag), None)

    @property
    def lines(self) -> tuple[str, ...]:
        """The capabilities as the server listed them."""
        return tuple(" ".join((tag, *arguments)) for tag, arguments in self.tags.items())


def decode(line: bytes) -> str:
    """Server octets as text to show: UTF-8, a tab as a space, all other controls escaped."""
    return printable(line.replace(b"\t", b" ").decode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """Somebody else's text without what a terminal would carry out."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def parse_status(line: bytes) -> Reply | None:
    """A status line without its line end, or None where it is no status line.

    Case does not matter (RFC 1939 wants capitals; some servers disagree), nor does a tab for the
    blank, or a mark such as a colon before it.
    """
    found = _STATUS.match(line)
    if found is None:
        return None
    ok = line.startswith(b"+")
    text = decode(line[found.end() :].strip())
    code = _RESPONSE_CODE.match(text)
    if code is None:
        return Reply(ok, None, text)
    return Reply(ok, code[1].upper(), text[code.end() :])


def apop_challenge(line: bytes) -> bytes | None:
    """The timestamp of a greeting, `<process-ID.clock@hostname>` (RFC 1939, section 7, APOP)."""
    found = _CHALLENGE.search(line)
    return found[0] if found else None


def says_empty(text: str) -> bool:
    """Whether these words of a server's say that the maildrop is empty."""
    return bool(_NONE.search(text[:200])) and "such" not in text


def _number(word: bytes) -> int:
    if not word.isdigit() or len(word) > _MAX_DIGITS:
        raise ValueError(word[:40])
    return int(word)


def _size(word: bytes) -> int:
    return -_number(word[1:]) if word.startswith(b"-") else _number(word)


def parse_stat(words: bytes) -> Stat:
    """`nn mm` and whatever follows (RFC 1939, section 5)."""
    match words.split():
        case [messages, octets, *_]:
            return Stat(_number(messages), _size(octets))
    raise ValueError(words[:40])


def _row(line: bytes) -> list[bytes]:
    words = line.split()
    return words[1:] if words[:1] == [b"+OK"] else words  # seen in front of rows


def parse_scan_listing(line: bytes) -> ScanListing:
    """`n octets` (RFC 1939, section 5, LIST). A negative size becomes 0."""
    match _row(line):
        case [number, octets, *_] if _number(number) > 0:
            return ScanListing(MessageNumber(_number(number)), Octets(max(0, _size(octets))))
    raise ValueError(line[:40])


def parse_scan_listings(lines: Sequence[bytes]) -> tuple[ScanListing, ...]:
    """The rows of LIST: without a size that can be meant it is None; the rest is left out."""
    found: list[ScanListing] = []
    for line in lines:
        with suppress(ValueError, IndexError):
            number = _number(_row(line)[0])
            if number > 0:
                found.append(_scan_listing(line, MessageNumber(number)))
    return tuple(found)


def _scan_listing(line: bytes, number: MessageNumber) -> ScanListing:
    try:
        return parse_scan_listing(line)
    except ValueError:
        return ScanListing(number, None)


def parse_unique_id(line: bytes) -> UniqueId | None:
    """`n unique-id` (RFC 1939, section 7, UIDL); None for a row whose unique-id is unusable."""
    match _row(line):
        case [number, *rest] if _number(number) > 0:
            if len(rest) == 1 and _UIDL.fullmatch(rest[0]):
                return UniqueId(MessageNumber(_number(number)), Uidl(rest[0].decode("ascii")))
            return None
    raise ValueError(line[:40])


def parse_unique_ids(lines: Sequence[bytes]) -> tuple[UniqueId, ...]:
    """The rows of UIDL; one without a number or a usable unique-id is left out."""
    found: list[UniqueId] = []
    for line in lines:
        with suppress(ValueError):
            row = parse_unique_id(line)
            if row is not None:
                found.append(row)
    return tuple(found)


def parse_capabilities(lines: Sequence[bytes]) -> Capabilities:
    """The lines of CAPA. Tags come in any case; empty lines and repeats are passed over.

    Mechanisms may come in several lines, behind `=` or a colon, and with commas between them.
    """
    tags: dict[str, tuple[str, ...]] = {}
    for line in lines:
        text = decode(line)
        listed = _MECHANISMS.match(text)
        if listed is not None:
            tag, names = listed[1].upper(), text[listed.end() :].replace(",", " ").split()
            tags[tag] = (
                *tags.get(tag, ()),
                *(name for name in names if name not in tags.get(tag, ())),
            )
        elif words := text.split():
            tags.setdefault(words[0].upper(), tuple(words[1:]))
    return Capabilities(tags)
