"""Header blocks: their fields in order, and the few that a message list shows (RFC 5322, 2.2).

Line ends may be CRLF, LF or, where there is no LF at all, CR. Values are shown through
`clean_line`: whatever they hold, they are one line that cannot reorder the page around them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from .addresses import Address, parse_addresses
from .charsets import clean_line
from .dates import parse_date
from .parameters import media_type
from .received import parse_received
from .receivers import receivers
from .words import decode_words
from .work import WORD, Work

__all__ = [
    "Address",
    "HeaderField",
    "Summary",
    "decode_words",
    "find_header_end",
    "header_start",
    "parse_fields",
    "raw_fields",
    "split_header",
    "summarise",
    "unfold",
]

MAX_HEADER_OCTETS: Final = 1024 * 1024
MAX_VALUE_OCTETS: Final = 16 * 1024
MAX_FIELDS: Final = 5000

_NAME: Final = re.compile(rb"([!-9;-~\x80-\xff]{1,256})[ \t]*:")
_BLANK_LF: Final = re.compile(rb"\n(?=\r*\n)")
_BLANK_CR: Final = re.compile(rb"\r(?=\r)")
_LINE_END: Final = re.compile(rb"\r*\n|\r")
# A field that a message begins with, or the line of a mailbox file, perhaps behind blank lines.
_BEGINNING: Final = re.compile(
    rb"(?:[ \t]{0,80}(?:\r{0,3}\n|\r)){0,20}+(?=>?From "
    rb"|(?:From|To|Cc|Subject|Date|Sender|Reply-To|Received|Return-Path|Message-ID|Delivered-To"
    rb"|MIME-Version|Authentication-Results|DKIM-Signature|(?:X|Content|ARC|List|Resent)-[\w-]{1,60})"
    rb"[ \t]*:)",
    re.IGNORECASE,
)
_MSG_ID: Final = re.compile(rb"<[^<>]*>")
_FOLD: Final = (b" ", b"\t")
_BOM: Final = b"\xef\xbb\xbf"
_MBOX: Final = (b"From ", b">From ")
_ONCE: Final = frozenset({"from", "sender", "date", "subject", "message-id", "content-type"})
_WANTED: Final = _ONCE | {"to", "received"}
_MAX_RECEIVED: Final = 10  # from the top; no organisation hands a message on more often

_ESSENCE: Final = re.compile(
    rb"^(from|sender|date|subject|message-id|content-type|to)[ \t]*:"
    rb"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)",
    re.IGNORECASE | re.MULTILINE,
)
_PLAIN_DATE: Final = re.compile(
    rb"date:[ \t]{0,8}(?:[a-z]{3},[ \t]{1,4})?[0-3]?[0-9][ \t][a-z]{3}[ \t](?:19|20)[0-9]{2}[ \t]"
    rb"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?[ \t][+-][0-9]{4}\b",
    re.IGNORECASE,
)

DateFrom = Literal["header", "received"]


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One field as it came and as people read it.

    Attributes:
        name: as written, without the colon.
        raw: the whole field in octets, name and folding included, without the last line end.
        value: unfolded, encoded words decoded, at most 16 KiB of it, cleaned to one line.
    """

    name: str
    raw: bytes
    value: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a message list shows of a header.

    Attributes:
        subject: decoded, may be empty.
        sender: the first mailbox of From, else of Sender, else None.
        to: the mailboxes of every To field, groups flattened.
        date: aware, or None where there is none to be read: that of Date, else the newest that a
            server of the receiving organisation wrote into Received.
        message_id: with its angle brackets where it has them.
        content_type: lower case; text/plain where none is declared (RFC 2045, 5.2).
        defects: stable codes of what is wrong, in the order found, each once.
        date_from: where the date is from, None without one.
    """

    subject: str
    sender: Address | None
    to: tuple[Address, ...]
    date: datetime | None
    message_id: str | None
    content_type: str
    defects: tuple[str, ...]
    date_from: DateFrom | None = None


def split_header(raw: bytes) -> tuple[bytes, bytes]:
    """Header block (with its last line end) and what follows the blank line.

    See `find_header_end` for where the header ends when the blank line is missing.
    """
    header_end, body_start = find_header_end(raw)
    return raw[:header_end], raw[body_start:]


def find_header_end(
    data: bytes | memoryview, start: int = 0, stop: int | None = None
) -> tuple[int, int]:
    """Where the header that begins at `start` ends, and where its body starts.

    The header ends at the first blank line, at `stop`, or after 1 MiB. Lines that are no fields
    just before that end belong to the body: some servers leave out the blank line.

    Args:
        data: octets of a message or of several parts.
        start: offset of the header's first octet.
        stop: offset where the message or part ends; the end of `data` by default.

    Returns:
        Offsets (header_end, body_start); the blank line lies between them.
    """
    stop = len(data) if stop is None else stop
    limit = min(stop, start + MAX_HEADER_OCTETS)
    window = bytes(data[start:limit])
    first = _LINE_END.match(window)
    if first is not None:
        return start, start + first.end()
    blank = (_BLANK_LF if b"\n" in window else _BLANK_CR).search(window)
    header_end = body_start = len(window)
    if blank is not None:
        header_end = blank.end()
        line_end = _LINE_END.match(window, header_end)
        body_start = header_end if line_end is None else line_end.end()
        window = window[:header_end]
    stray = _stray_tail(window)
    if stray is not None:
        header_end = body_start = stray
    return start + header_end, start + body_start


def header_start(data: bytes) -> int | None:
    """Where the header of a message begins; None where nothing stands that messages begin with.

    Gateways put blank lines before a message that they attach; strictly, it would have no header.
    """
    found = _BEGINNING.match(data)
    return None if found is None else found.end()


def _stray_tail(block: bytes) -> int | None:
    """Offset of the first line after the last field, where that line is no continuation."""
    separator = b"\n" if b"\n" in block else b"\r"
    stray: int | None = None
    at = 0
    for line in block.split(separator):
        if line.startswith(_FOLD):
            pass
        elif _NAME.match(line):
            stray = None
        elif stray is None and line.strip(b"\r") and not (at == 0 and line.startswith(_MBOX)):
            stray = at
        at += len(line) + 1
    return stray


def raw_fields(header: bytes, defects: list[str] | None = None) -> Iterator[tuple[str, bytes, int]]:
    """The fields of a header block in order, undecoded, up to its first blank line.

    Args:
        header: a header block; only its first 1 MiB and 5,000 fields are read.
        defects: codes are appended to it: `header-cut`, `byte-order-mark`, `mbox-from-line`,
            `junk-line`.

    Yields:
        Name as written; the raw field without its last line end; where its value starts in it.
    """
    notes: list[str] = [] if defects is None else defects
    header = _trimmed(header, notes)
    separator = b"\n" if b"\n" in header else b"\r"
    pending: list[bytes] = []
    name, value_at, count = "", 0, 0
    for number, line in enumerate(header.split(separator)):
        if line.startswith(_FOLD):
            if pending:
                pending.append(line)
            continue
        if pending:
            yield name, separator.join(pending).rstrip(b"\r\n"), value_at
            pending = []
        match = _NAME.match(line)
        if match is None:
            if not line.strip(b"\r"):
                return
            mbox = number == 0 and line.startswith(_MBOX)
            notes.append("mbox-from-line" if mbox else "junk-line")
            continue
        count += 1
        if count > MAX_FIELDS:
            notes.append("header-cut")
            return
        name, value_at = match[1].decode("ascii", "replace"), match.end()
        pending = [line]
    if pending:
        yield name, separator.join(pending).rstrip(b"\r\n"), value_at


def _trimmed(header: bytes, notes: list[str]) -> bytes:
    if len(header) >= MAX_HEADER_OCTETS:  # `find_header_end` gives no more of a longer one
        header = header[:MAX_HEADER_OCTETS]
        notes.append("header-cut")
    if header.startswith(_BOM):
        header = header.removeprefix(_BOM)
        notes.append("byte-order-mark")
    return header


def unfold(raw_value: bytes) -> bytes:
    """A raw value as one line (RFC 5322, 2.2.3), each fold one space, at most 16 KiB of it."""
    value = raw_value[:MAX_VALUE_OCTETS].strip()
    if b"\n" in value or b"\r" in value:
        value = b" ".join(line.strip(b" \t\r") for line in value.splitlines())
    return value


def parse_fields(raw_header: bytes, work: Work | None = None) -> tuple[HeaderField, ...]:
    """Every field of a header block in order, as it came and as people read it. Never raises.

    Args:
        raw_header: a header block.
        work: how much may be done; encoded words beyond that stay as they came.
    """
    work = work or Work(octets=len(raw_header))
    return tuple(
        HeaderField(name=name, raw=raw, value=_value(unfold(raw[value_at:]), work))
        for name, raw, value_at in raw_fields(raw_header)
    )


def _value(value: bytes, work: Work) -> str:
    plain = value.isascii() and b"=?" not in value and b"\x1b" not in value
    if plain or work.spend(len(value) + WORD * (1 + value.count(b"=?"))):
        return decode_words(value)
    return clean_line(value.decode("utf-8", "replace"))


def essence(raw_header: bytes) -> bytes:
    """As much of a header as `summarise` needs for the same, its defects aside.

    Where the date may have to be that of a server, all of it.
    """
    if b"\n" not in raw_header:
        return raw_header
    found = list(_ESSENCE.finditer(raw_header))
    dated = next((field[0] for field in found if field[1].lower() == b"date"), b"")
    return b"".join(field[0] for field in found) if _PLAIN_DATE.match(dated) else raw_header


def summarise(raw_header: bytes) -> Summary:
    """The fields that a message list shows. Never raises; what is wrong is in `defects`.

    Args:
        raw_header: a header block with any line ends, with or without its blank line.
    """
    defects: list[str] = []
    values: dict[str, bytes] = {}
    to: list[bytes] = []
    received: list[bytes] = []
    for written, raw, value_at in raw_fields(raw_header, defects):
        name = written.lower()
        if name not in _WANTED:
            continue
        if name == "received" and len(received) >= _MAX_RECEIVED:
            continue
        if len(raw) > MAX_VALUE_OCTETS and name != "received":
            defects.append("value-cut")
        value = unfold(raw[value_at:])
        if name == "to":
            to.append(value)
        elif name == "received":
            received.append(value)
        elif name not in values:
            values[name] = value
        else:
            defects.append(f"duplicate-{name}")
    sender = _sender(values, defects)
    date, date_from = _date(values.get("date"), received, defects)
    return Summary(
        subject=decode_words(values.get("subject", b"")),
        sender=sender,
        to=parse_addresses(b", ".join(to)),
        date=date,
        message_id=_message_id(values.get("message-id", b"")),
        content_type=_content_type(values.get("content-type"), defects),
        defects=tuple(dict.fromkeys(defects)),
        date_from=date_from,
    )


def _sender(values: dict[str, bytes], defects: list[str]) -> Address | None:
    if not values.get("from"):
        defects.append("no-from")
    for name in ("from", "sender"):
        found = parse_addresses(values.get(name, b""))
        if found:
            return next((address for address in found if address.email), found[0])
        if values.get(name):
            defects.append(f"bad-{name}")
    return None


def _date(
    value: bytes | None, received: list[bytes], defects: list[str]
) -> tuple[datetime | None, DateFrom | None]:
    date = None if value is None else parse_date(value)
    if date is not None:
        return date, "header"
    defects.append("bad-date" if value else "no-date")
    date = _arrival(received)
    return date, None if date is None else "received"


def _arrival(received: list[bytes]) -> datetime | None:
    """The newest date that a server wrote which the sender had no part in."""
    hops = [
        parse_received(value.decode("utf-8", "replace"), position)
        for position, value in enumerate(received)
    ]
    _, last = receivers(hops)
    return next((hop.date for hop in hops[: last + 1] if hop.date is not None), None)


def _message_id(value: bytes) -> str | None:
    match = _MSG_ID.search(value)
    return decode_words(match[0] if match else value) or None


def _content_type(value: bytes | None, defects: list[str]) -> str:
    found = None if value is None else media_type(value)
    if found is None and value is not None:
        defects.append("bad-content-type")
    return found or "text/plain"
