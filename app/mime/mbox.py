"""Messages to one mbox file, in the mboxrd form: quoting that can be undone without loss.

RFC 4155, appendix A, for the separator line and the line ends; `^>*From ` gets one more `>`.
"""

import re
from datetime import UTC, datetime
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SENDER: Final = re.compile(r"[!-~]{1,320}")
_NOBODY: Final = "MAILER-DAEMON"
_FROM: Final = b"From "
_FROM_LINE: Final = re.compile(rb"^(>*+From )", re.MULTILINE)


def separator(sender: str, date: datetime | None) -> bytes:
    """The line in front of a message, with its line end.

    Args:
        sender: its address; MAILER-DAEMON stands for one that is empty, not ASCII, or has spaces.
        date: when it arrived; UTC where it has no zone. None is the first second of 1970.
    """
    address = sender if _SENDER.fullmatch(sender) else _NOBODY
    return b"From %s %s\n" % (address.encode("ascii"), _asctime(date or _EPOCH))


def _asctime(date: datetime) -> bytes:
    """`Thu Nov 26 09:12:00 2026` in UTC, in English whatever the locale."""
    try:
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except OverflowError:  # within a day of year 1 or 9999
        date = date.replace(tzinfo=UTC)
    day, month = _DAYS[date.weekday()], _MONTHS[date.month - 1]
    return f"{day} {month} {date.day:2} {date:%H:%M:%S} {date.year:04}".encode("ascii")


class MboxWriter:
    """Turns messages into the octets of an mbox file, each fed in pieces of any size.

    For each message: `begin`, `feed` as often as needed, `end`. At most five octets are kept
    between two pieces.
    """

    def __init__(self) -> None:
        self._held = b""  # CR, or the beginning of `From ` at the start of a line
        self._at_start = True  # of a line, or in the `>` there
        self._ended = True  # the last octet given out ends a line

    def begin(self, sender: str, date: datetime | None) -> bytes:
        """The line in front of a message; the arguments are those of `separator`."""
        self._held, self._at_start, self._ended = b"", True, True
        return separator(sender, date)

    def feed(self, data: bytes) -> bytes:
        """What a piece becomes: CRLF is LF, and a line that begins with From is quoted."""
        data = self._held + data
        cr = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(cr)].replace(b"\r\n", b"\n")
        at_start, line = self._at_start, data.rfind(b"\n") + 1
        words = data[line:].lstrip(b">")
        self._at_start = (line > 0 or at_start) and words != _FROM and _FROM.startswith(words)
        if not self._at_start:
            words = b""
        self._held = words + cr
        data = _quoted(data[: len(data) - len(words)], at_start=at_start)
        if data:
            self._ended = data.endswith(b"\n")
        return data

    def end(self) -> bytes:
        """What is left, a last line end where it is missing, and the blank line behind."""
        held, self._held = self._held, b""
        last = b"" if self._ended and not held else b"\n"
        return held.removesuffix(b"\r") + last + b"\n"


def _quoted(data: bytes, *, at_start: bool) -> bytes:
    """`data` with one more `>` in every From line; where in the row of `>` does not matter."""
    if _FROM not in data:
        return data
    line = 0 if at_start else data.find(b"\n") + 1
    if not at_start and not line:
        return data
    return data[:line] + _FROM_LINE.sub(rb">\1", data[line:])
