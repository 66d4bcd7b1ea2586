"""Where base64 ends and the words of a list or a scanner begin, and whether a body is base64.

Mail is changed on its way: a footer is put behind base64 as behind any text. RFC 2045, 6.8, has
characters outside the alphabet ignored, and the letters of such words would then be octets.
"""

import binascii
import re
from typing import Final

SNIFF: Final = 1024  # octets by which it is told whether a body is base64

_MAX_HELD: Final = 4096  # octets in doubt
_LONG: Final = 1000  # octets of a line that are looked at
_SURE: Final = 56  # characters of whole lines that are data for sure
_LONG_WORD: Final = 8  # small letters; few lines of data look like it
_NOISE: Final = 40  # characters of a line that is data with an octet broken
_MAX_ODD: Final = 200_000  # lines that are looked at one by one
_FEW: Final = 8  # characters that say little
_LINE_END: Final = rb"(?:\r{0,3}\n|\r)"
_WHOLE_LINES: Final = re.compile(
    rb"(?:(?![A-Z]?[a-z]{1,30}[\r\n])[A-Za-z0-9+/]{1,998}%b){1,500}+" % _LINE_END
)
_LINE: Final = re.compile(rb"[^\r\n]*+" + _LINE_END)
_BLANK_LINES: Final = re.compile(rb"(?:[ \t]*+%b)++" % _LINE_END)
_REST: Final = re.compile(rb"[^\r\n]++(?:%b)?|%b" % (_LINE_END, _LINE_END))
_ALL: Final = re.compile(rb".+", re.DOTALL)
_BLANKS: Final = b" \t\r\n"
_CLEAN: Final = re.compile(
    rb"[A-Za-z0-9+/=]+"  # nothing but its alphabet
    rb"|(?:[A-Za-z0-9+/]+={1,2}[ \t]*)+"  # blocks that were joined
    rb"|(?:[A-Za-z0-9+/]{20,}[ \t]+)+[A-Za-z0-9+/]{4,}={0,2}"  # lines that were joined
)
_BEFORE_WORDS: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*+[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)")
_WORD: Final = re.compile(rb"[A-Z]?[a-z]{1,30}")
_MIXED: Final = re.compile(rb"[a-z][A-Z]|[0-9+/]")
_OUTSIDE: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Base64Lines:
    """Lets through the lines of a body that are base64; what comes behind them is left out.

    Junk among the lines is let through as well, for a decoder to ignore. Padding ends the data,
    unless lines follow that are nothing but base64; so does a line of anything else, unless such
    lines follow within 4 KiB. In whatever pieces a body comes, the lines are the same.

    Attributes:
        end: offset of what is behind the data; None while there is no such thing.
    """

    def __init__(self) -> None:
        self.end: int | None = None
        self._rest = b""  # a line that is not over
        self._held = b""  # lines in doubt
        self._run = b""  # of these, the characters of the last ones, if they may be data
        self._worded = False  # of these, some have letters and are no base64
        self._at = 0  # offset behind all that was let through or is in doubt
        self._seen = False  # lines of base64 have come
        self._padded = False
        self._last = 0  # characters of the last line of data; 0 behind a blank line
        self._left = _MAX_ODD
        self._in_long = False  # within a line of data that is not looked at any more

    @property
    def odd(self) -> int:
        """How many lines were looked at one by one, which takes long."""
        return _MAX_ODD - self._left

    def feed(self, data: bytes) -> bytes:
        """The lines of `data`, and of what was in doubt, that are data."""
        data, self._rest = self._rest + data, b""
        found: list[bytes] = []
        at = 0
        while at < len(data) and self.end is None:
            many = self._many(data, at)
            match = many or (_REST if self._in_long else _LINE).match(data, at)
            if match is None and len(data) - at < _LONG:
                self._rest = data[at:]
                break
            line = data[at:] if match is None else match[0]
            at += len(line)
            self._at += len(line)
            found.append(self._sieved(line) if many is None else self._passed(line))
        return b"".join(found)

    def close(self, *, complete: bool = True) -> bytes:
        """The last lines.

        Args:
            complete: False when the body goes on; lines that it would decide about are left out.
        """
        rest, self._rest = self._rest, b""
        self._at += len(rest)
        found = self._sieved(rest) if rest else b""
        if self._held and complete:
            if self._run and len(self._run) % 4 == 0 and not self._worded:
                return found + self._let()
            self._stop()
        return found

    def _many(self, data: bytes, at: int) -> re.Match[bytes] | None:
        """Lines that need not be looked at one by one: blank ones, or data for sure."""
        if self._in_long:
            return None
        if self._left <= 0 and not self._held:
            return _ALL.match(data, at)
        blank = _BLANK_LINES.match(data, at)
        if blank is not None or self._padded or self._held:
            return blank
        return _WHOLE_LINES.match(data, at)

    def _passed(self, lines: bytes) -> bytes:
        if lines.isspace():
            self._last = 0
            return self._hold(lines) if self._held else lines
        self._seen = True
        return self._taken(lines)

    def _sieved(self, line: bytes) -> bytes:
        """A line, or a piece of a long one: what of it, and of those held before, is data."""
        looked, long = line[:_LONG].strip(_BLANKS), len(line.rstrip(b"\r\n")) >= _LONG
        if self._in_long:
            self._in_long = not line.endswith((b"\n", b"\r"))
            return self._taken(line)
        self._in_long = long and not line.endswith((b"\n", b"\r"))
        self._left -= 1
        doubtful = self._padded or bool(self._held)
        if not looked.strip(b"=") and not long and (doubtful or self._is_rule(looked)):
            return self._hold(line) if looked or self._held else self._taken(line)
        clean = _CLEAN.fullmatch(looked) is not None
        if doubtful or (self._seen and self._is_spoken(looked)):
            return self._doubted(line, looked, clean=clean, long=long)
        self._seen |= clean
        return self._taken(line) if clean or not looked else self._odd(line, looked, long=long)

    def _odd(self, line: bytes, looked: bytes, *, long: bool) -> bytes:
        """A line that is no base64, behind nothing but such."""
        before = _BEFORE_WORDS.match(line)
        if before is not None:
            self._stop(line[before.end() :])
            return before[0]
        if not self._seen or _is_noise(looked):
            return self._taken(line)
        if long:
            self._stop(line)
            return b""
        self._worded = _is_worded(looked)
        return self._hold(line)

    def _is_rule(self, line: bytes) -> bool:
        return self._seen and len(line) > len(b"==") and not line.strip(b"=")

    def _is_spoken(self, line: bytes) -> bool:
        """Whether a line is rather a word than the last line of data."""
        word = _WORD.fullmatch(line) is not None
        return word and (self._last < _SURE or len(line) >= _LONG_WORD)

    def _doubted(self, line: bytes, looked: bytes, *, clean: bool, long: bool) -> bytes:
        """A line behind padding, or behind a line that is no base64."""
        if not clean and (self._padded or long):
            self._stop(line)
            return b""
        if not clean:
            self._run = b""
            self._worded |= _is_worded(looked)
        elif self._run or not _WORD.fullmatch(looked):
            self._run += looked
        self._held += line
        ended = self._run.endswith(b"=") and len(self._run) % 4 == 0 and not self._worded
        return self._let() if ended or len(self._run) >= _SURE else self._hold(b"")

    def _taken(self, line: bytes) -> bytes:
        ink = line.rstrip(_BLANKS)
        self._padded = ink.endswith(b"=") if ink else self._padded
        self._last = len(ink) - 1 - max(ink.rfind(b"\n"), ink.rfind(b"\r"))
        return line

    def _hold(self, line: bytes) -> bytes:
        self._held += line
        if len(self._held) > _MAX_HELD:
            self._stop()
        return b""

    def _let(self) -> bytes:
        held, self._held, self._run, self._worded = self._held, b"", b"", False
        return self._taken(held)

    def _stop(self, behind: bytes = b"") -> None:
        """The data ended before what is held, and before what has come behind it."""
        self.end = self._at - len(self._held) - len(behind)
        self._held = b""


def _is_worded(line: bytes) -> bool:
    return _OUTSIDE.sub(b"", line) != b""


def _is_noise(line: bytes) -> bool:
    """Whether it is data with an octet or two broken."""
    spoken = b" " in line or b"\t" in line or b"://" in line
    return not spoken and len(line) >= _NOISE and len(_OUTSIDE.sub(b"", line)) >= 0.9 * len(line)


def is_base64(head: bytes, *, complete: bool = True) -> bool:
    """Whether a body that is said to be base64 is; else it is shown and saved as it came.

    Args:
        head: its first `SNIFF` octets, or all of it.
        complete: False when the body goes on behind them, and they say little where they are few.
    """
    lines = [line for one in re.split(rb"[\r\n]+", head) if (line := one.strip(_BLANKS))]
    clean = [_CLEAN.fullmatch(line) is not None for line in lines]
    sure = sum(len(line) >= _SURE for line, one in zip(lines, clean, strict=True) if one)
    first = lines[: clean.index(False)] if False in clean else lines
    if not lines or 2 * sure >= len(lines) or any(map(_is_encoded, first)):
        return True
    if _is_noise(b"".join(lines)) or (len(head) < _FEW and not complete):
        return True
    before = _BEFORE_WORDS.match(b"".join(lines[len(first) : len(first) + 1]))
    if before is not None and len(before[0]) >= _FEW:
        return True
    return _is_text(b"".join(first) or head, cut=len(head) >= SNIFF)


def _is_encoded(line: bytes) -> bool:
    return line.endswith(b"=") or (len(line) % 4 == 0 and _MIXED.search(line) is not None)


def _is_text(words: bytes, *, cut: bool) -> bool:
    """Whether it can be decoded to text, which words that were never encoded hardly can."""
    characters = _OUTSIDE.sub(b"", words)
    octets = binascii.a2b_base64(characters[: len(characters) & ~3])
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as error:
        if not cut or error.end < len(octets):
            return False
    return bool(octets) and _NO_TEXT.search(octets) is None
