"""Address lists of From, To and the like (RFC 5322, 3.4 and 4.4), read in one pass over tokens."""

import re
from dataclasses import dataclass
from typing import Final

from .charsets import clean_line, decode_text
from .iso2022 import without_escapes
from .words import decode_words

_MAX_OCTETS: Final = 16 * 1024
_MAX_ADDRESSES: Final = 500

# Possessive repeats: a quote that is never closed would be tried in exponentially many ways.
_TOKEN: Final = re.compile(
    rb"""(?P<quoted>"(?:[^"\\]++|\\.)*+")
    # May hold a raw comma (RFC 2047, 5), and a question mark that is no end.
    |(?P<word>=\?[!->@-~]{1,64}\?[BbQq]\?
        (?:[^?\s]|(?<!=)\?(?!=)|\?=(?=[0-9A-Fa-f]{2}[^?\s]{0,200}\?)){0,1000}+\?=)
    |(?P<mark>[()<>,;:"])
    |(?P<text>(?:[^()<>,;:"\\=]++|\\.?)++|=)""",
    re.DOTALL | re.VERBOSE,
)
_ADDRESS: Final = re.compile(r"[^<>@\s]{1,256}@[^<>@\s]{1,256}")
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: the name people chose, and the address. Either may be empty, never both."""

    name: str
    email: str


def parse_addresses(value: bytes) -> tuple[Address, ...]:
    """The mailboxes in an unfolded address header, groups flattened, in order.

    Accepts what is sent: raw 8-bit octets, encoded words within quotes, `;` between addresses,
    unclosed quotes, comments and angles, source routes, names without any address. Comments
    nest by counting, so depth costs nothing. Only the first 16 KiB and 500 mailboxes are read.
    """
    reader = _Reader()
    for match in _TOKEN.finditer(without_escapes(value[:_MAX_OCTETS])):
        reader.feed(match[0])
        if len(reader.found) >= _MAX_ADDRESSES:
            return tuple(reader.found)
    reader.end_mailbox()
    return tuple(reader.found)


class _Reader:
    """Collects one mailbox at a time: phrase, angle address and comment."""

    def __init__(self) -> None:
        self.found: list[Address] = []
        self._depth = 0
        self._in_angle = False
        self._phrase: list[bytes] = []
        self._angle: list[bytes] | None = None
        self._named = 0  # how much of the phrase stands before the angle's end
        self._comments: list[list[bytes]] = []

    def feed(self, token: bytes) -> None:
        if self._depth or token == b"(":
            self._feed_comment(token)
        elif token == b"<":
            self._open_angle()
        elif token == b">":
            self._close_angle()
        elif token in {b",", b";"}:
            if not self._in_route():
                self.end_mailbox()
        elif self._in_angle and self._angle is not None:
            if token == b":":  # what stands before it is a source route (RFC 5322, 4.4)
                self._angle.clear()
            else:
                self._angle.append(token)
        elif token == b":":
            del self._phrase[self._named :]  # a group's name
        elif token != b'"':  # an unclosed quote is no quote
            self._phrase.append(token)

    def _open_angle(self) -> None:
        if self._in_angle:
            return
        if self._angle is not None:  # the comma between two mailboxes is missing
            phrase = self._phrase[self._named :]
            del self._phrase[self._named :]
            self.end_mailbox()
            self._phrase += phrase
        self._in_angle, self._angle = True, []

    def _close_angle(self) -> None:
        if self._in_angle:
            self._in_angle, self._named = False, len(self._phrase)

    def _in_route(self) -> bool:
        return self._in_angle and b"".join(self._angle or ()).lstrip().startswith(b"@")

    def _feed_comment(self, token: bytes) -> None:
        if not self._depth:
            self._comments.append([])
        self._depth += {b"(": 1, b")": -1}.get(token, 0)
        if token not in {b"(", b")"}:
            self._comments[-1].append(token)

    def end_mailbox(self) -> None:
        name = _name(self._phrase)
        comment = " ".join(filter(None, map(_name, self._comments)))
        within = _within(name) if self._angle is None and "<" in name else []
        if within:
            self.found += within
        else:
            self._add(name, comment)
        self._in_angle, self._angle, self._named = False, None, 0
        self._phrase.clear()
        self._comments.clear()

    def _add(self, name: str, comment: str) -> None:
        if self._angle is not None:
            email = _email(self._angle)
        else:
            name, email = _split_bare(self._phrase, name)
        name = name or comment
        if name or email:
            self.found.append(Address(name="" if name == email else name, email=email))


def _within(name: str) -> list[Address]:
    """The mailboxes that were encoded, or quoted, name and angles and all; none if it is a name."""
    *pieces, rest = name.split(">")
    halves = [piece.partition("<") for piece in pieces]
    if rest.strip(" ,;") or not all(_ADDRESS.fullmatch(address) for _, _, address in halves):
        return []
    return [Address(one.strip(' ,;"'), address) for one, _, address in halves]


def _name(tokens: list[bytes]) -> str:
    return " ".join(decode_words(b"".join(map(_unquoted, tokens))).split())


def _unquoted(token: bytes) -> bytes:
    if token.startswith(b'"') and len(token) > 1:
        token = token[1:-1]
    return _ESCAPED.sub(rb"\1", token) if b"\\" in token else token


def _email(tokens: list[bytes]) -> str:
    """The address alone; white space in it is obsolete syntax or a fold (RFC 5322, 4.4)."""
    parts = (token if token.startswith(b'"') else b"".join(token.split()) for token in tokens)
    octets = b"".join(parts)
    return decode_words(octets) if b"=?" in octets else clean_line(decode_text(octets))


def _split_bare(phrase: list[bytes], name: str) -> tuple[str, str]:
    """Name and address of a mailbox without angles: `a@b`, `Ann a@b`, `"a b"@c`, or `root`."""
    if not any(b"@" in token for token in phrase):
        return ("", name) if _ADDRESS.fullmatch(name) else (name, "")  # it was encoded
    if any(token.startswith(b'"') for token in phrase):
        bare = [token for token in phrase if not token.startswith(b'"')]
        return "", _email(phrase) if any(b"@" in token for token in bare) else name
    words = name.split(" ")
    at = next((index for index, word in enumerate(words) if "@" in word.strip("@")), None)
    if at is None:  # "a @ b"
        return "", _email(phrase)
    return " ".join(words[:at] + words[at + 1 :]), words[at]
