"""Encoded words in header values (RFC 2047), decoded one run at a time and never refused."""

import re
from dataclasses import dataclass
from typing import Final

from .charset_names import codec_for
from .charsets import clean_line, decode_text, is_sound
from .transfer import decode_base64, decode_q

_OPENER: Final = re.compile(rb"=\?([!->@-~]{1,64})\?([BbQq])\?")
_ESCAPE: Final = re.compile(rb"=[0-9A-Fa-f]{2}")
_BLANK: Final = re.compile(rb"[ \t]")
_WHITESPACE: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class _Word:
    payload: bytes
    is_q: bool


def decode_words(value: bytes) -> str:
    """An unfolded header value as one line for people to read.

    Octets of adjacent words of one charset are joined before they are decoded: mailers split
    words inside a character, which RFC 2047, 5 forbids. White space between two words is dropped
    (6.2). What is no valid word is shown as it stands. Takes time linear in the value's length.
    """
    if b"=?" not in value and b"\x1b" not in value and value.isascii():
        return clean_line(value.decode("ascii"))
    return clean_line("".join(_pieces(value)))


def _pieces(value: bytes) -> list[str]:
    pieces: list[str] = []
    run: list[_Word] = []
    charset = b""
    at = 0
    for opener, closed in _words(value):
        between = value[at : opener.start()]
        word_charset = opener[1].lower()
        if not run or between.strip(_WHITESPACE):
            pieces += _flush(run, charset)
            pieces.append(decode_text(between))
        elif word_charset != charset:
            pieces += _flush(run, charset)
        charset = word_charset
        payload = value[opener.end() : closed]
        run.append(_Word(payload, is_q=opener[2] in b"Qq"))
        at = closed + 2
    pieces += _flush(run, charset)
    pieces.append(decode_text(value[at:]))
    return pieces


def _words(value: bytes) -> list[tuple[re.Match[bytes], int]]:
    """The words that are closed: the opening match and where the closing `?=` stands."""
    openers = list(_OPENER.finditer(value))
    stops = [*(opener.start() for opener in openers[1:]), len(value)]
    words: list[tuple[re.Match[bytes], int]] = []
    for opener, stop in zip(openers, stops, strict=False):
        closed = value.find(b"?=", opener.end(), stop)
        if opener[2] in b"Qq":
            closed = _closing(value, closed, stop)
        if closed >= 0:
            words.append((opener, closed))
    return words


def _closing(value: bytes, closed: int, stop: int) -> int:
    """Where a Q word ends: a question mark before an escape is one of its characters."""
    while _ESCAPE.match(value, closed + 1, stop):
        further = value.find(b"?=", closed + 2, stop)
        if further < 0 or _BLANK.search(value, closed, further):
            break
        closed = further
    return closed


def _flush(run: list[_Word], charset: bytes) -> list[str]:
    """The text of a run: joined, unless it is sounder word by word."""
    if not run:
        return []
    declared, joined = charset.decode("ascii"), _octets(run)
    text = decode_text(joined, declared)
    # In UTF-7 each word begins anew, and a joined one could read on over the seam.
    if len(run) > 1 and (codec_for(declared) == "utf_7" or not is_sound(joined, declared)):
        uncut = _octets(_rejoined(run))
        if uncut != joined and is_sound(uncut, declared):
            text = decode_text(uncut, declared)
        else:
            apart = "".join([decode_text(_octets([word]), declared) for word in run])
            text = min(apart, text, key=lambda one: one.count("\ufffd"))
    run.clear()
    return [text.removeprefix("\ufeff")]  # a byte order mark is no text (RFC 3629, 6)


def _octets(run: list[_Word]) -> bytes:
    return b"".join(
        decode_q(word.payload) if word.is_q else decode_base64(word.payload) for word in run
    )


def _rejoined(run: list[_Word]) -> list[_Word]:
    """The words of a base64 text that was cut anywhere, within four characters too."""
    found: list[_Word] = []
    for word in run:
        if found and not (word.is_q or found[-1].is_q):
            found[-1] = _Word(found[-1].payload + word.payload, is_q=False)
        else:
            found.append(word)
    return found
