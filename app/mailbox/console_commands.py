"""A line typed in the console: which commands there are, and what one must look like.

Checked before anything goes on the wire. A line that is refused is not repeated by the error: who
types PASS out of habit must not find the password anywhere.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from app.pop3 import MessageNumber, commands

from .errors import BadLine, LineFault

_LONGEST: Final = commands.MAX_LINE - 2  # without its CRLF
_MOST_DIGITS: Final = 9  # no maildrop counts further
_TAG: Final = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*|\*")  # RFC 5646; RFC 6856, 3.2
_SIGNING_IN: Final = frozenset({"USER", "PASS", "APOP", "AUTH", "STLS", "UTF8", "XCLIENT"})


class Verb(Enum):
    """The commands that may be typed."""

    CAPA = "CAPA"
    STAT = "STAT"
    LIST = "LIST"
    UIDL = "UIDL"
    TOP = "TOP"
    RETR = "RETR"
    NOOP = "NOOP"
    DELE = "DELE"
    RSET = "RSET"
    QUIT = "QUIT"
    LANG = "LANG"


USAGE: Final = {
    Verb.CAPA: "CAPA",
    Verb.STAT: "STAT",
    Verb.LIST: "LIST [n]",
    Verb.UIDL: "UIDL [n]",
    Verb.TOP: "TOP n k",
    Verb.RETR: "RETR n",
    Verb.NOOP: "NOOP",
    Verb.DELE: "DELE n",
    Verb.RSET: "RSET",
    Verb.QUIT: "QUIT",
    Verb.LANG: "LANG [tag]",
}
"""How each is written: `n` a message number, `k` a number of lines, brackets for what may lack."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it may be sent."""

    verb: Verb
    arguments: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The line, as it goes out."""
        return " ".join((self.verb.value, *self.arguments))

    @property
    def number(self) -> MessageNumber:
        """The message it is about; only for commands that have one."""
        return MessageNumber(int(self.arguments[0]))

    @property
    def many_lines(self) -> bool:
        """Whether lines follow its `+OK` (RFC 1939, section 3)."""
        match self.verb:
            case Verb.CAPA | Verb.TOP | Verb.RETR:
                return True
            case Verb.LIST | Verb.UIDL | Verb.LANG:
                return not self.arguments
        return False


def parse_line(text: str) -> Typed:
    """The command of a typed line; case and extra spaces do not matter.

    Raises:
        BadLine: it is none that may be sent.
    """
    if len(text) > _LONGEST:
        raise BadLine(LineFault.TOO_LONG)
    if not text.isprintable():
        raise BadLine(LineFault.CONTROL)
    words = [word for word in text.split(" ") if word]
    if not words:
        raise BadLine(LineFault.EMPTY)
    first, *arguments = words
    if first.upper() in _SIGNING_IN:
        raise BadLine(LineFault.SIGNING_IN)
    try:
        verb = Verb(first.upper())
    except ValueError:
        raise BadLine(LineFault.UNKNOWN) from None
    usage = USAGE[verb]
    wanted = usage.replace("[", "").replace("]", "").split()[1:]
    if len(arguments) != len(wanted) and (arguments or "[" not in usage):
        raise BadLine(LineFault.ARGUMENTS, usage)
    pairs = zip(wanted, arguments, strict=False)
    return Typed(verb, tuple(_read(kind, argument, usage) for kind, argument in pairs))


def _read(kind: str, argument: str, usage: str) -> str:
    if kind == "tag":
        if not _TAG.fullmatch(argument):
            raise BadLine(LineFault.TAG, usage)
        return argument
    lowest, most = (1, 10**_MOST_DIGITS) if kind == "n" else (0, commands.MAX_TOP_LINES)
    if not (argument.isascii() and argument.isdecimal()) or len(argument) > _MOST_DIGITS:
        raise BadLine(LineFault.NUMBER, usage)
    if not lowest <= int(argument) <= most:
        raise BadLine(LineFault.NUMBER, usage)
    return str(int(argument))
