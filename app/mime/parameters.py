"""Content-Type and Content-Disposition values: the word in front, then parameters.

RFC 2045, 5.1 for the syntax, RFC 2231 for charsets and continuations, and the unquoted, unclosed
and RFC 2047-encoded values that mailers send instead.
"""

import re
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Final

from .charsets import clean_line, decode_text
from .iso2022 import without_escapes
from .words import decode_words

_MAX_OCTETS: Final = 16 * 1024
_MAX_PARAMETERS: Final = 200

_COMMENTS: Final = rb"(?:\s++|\([^()]*+\))*+"  # RFC 2045, 5.1 allows them around any token
_MEDIA_TYPE: Final = re.compile(_COMMENTS + rb'([^\s/;,"()]{1,100})\s*/\s*([^\s/;,"()]{1,100})')
_WORD: Final = re.compile(_COMMENTS + rb'"?([^\s;,"()=]{1,100})')
_GAP: Final = re.compile(rb"(?:[\s;]++|\([^()]*+\))*+")
_LATE_COMMENT: Final = re.compile(rb"[ \t]\(")
_FILE_NAMES: Final = frozenset({"name", "filename"})
_NAME: Final = re.compile(rb"([^\s;=\"]{1,100})\s*=\s*")
# Possessive repeats: a quote that is never closed would be tried in exponentially many ways.
_QUOTED: Final = re.compile(rb'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_EXTENDED: Final = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_PERCENT_UTF_8: Final = re.compile(rb"%[C-Fc-f][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]")
_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What follows the first `;`: names in lower case, values for people, the first of each."""

    items: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The value of `name` (lower case), or None."""
        return next((value for key, value in self.items if key == name), None)


def media_type(value: bytes) -> str | None:
    """`type/subtype` of a Content-Type value in lower case, or None where there is none."""
    match = _MEDIA_TYPE.match(value[:_MAX_OCTETS])
    if match is None:
        return None
    return clean_line(b"/".join(match.groups()).decode("ascii", "replace").lower())


def first_word(value: bytes) -> str:
    """The token in front of the parameters in lower case (`attachment`, `base64`), or ''."""
    match = _WORD.match(value[:_MAX_OCTETS])
    return "" if match is None else clean_line(match[1].decode("ascii", "replace").lower())


def parse_parameters(value: bytes) -> Parameters:
    """The parameters of an unfolded header value, RFC 2231 sections joined in their order.

    Sections may come in any order; the lowest is the first, a gap ends the value (RFC 2231, 3).
    Percent octets of all sections are joined before they are decoded. Any value may hold RFC 2047
    words, which is forbidden (RFC 2047, 5) and common. Of several forms `name*` wins, then the
    sections (RFC 6266, 4.3). Each value is one harmless line.
    """
    plain: dict[str, bytes] = {}
    whole: dict[str, bytes] = {}
    sections: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for raw_name, octets in _pairs(without_escapes(value[:_MAX_OCTETS])):
        match = _EXTENDED.fullmatch(raw_name)
        if match is None:
            continue
        name, number, star = match[1], match[2], match[3]
        if number is not None:
            sections.setdefault(name, {}).setdefault(int(number), (star is not None, octets))
        else:
            (plain if star is None else whole).setdefault(name, octets)
    values = {name: _plain(name, octets) for name, octets in plain.items()}
    values |= {name: _join(parts) for name, parts in sections.items()}
    values |= {name: _join({0: (True, octets)}) for name, octets in whole.items()}
    return Parameters(tuple(values.items()))


def raw_parameter(value: bytes, name: str) -> bytes | None:
    """The octets of the first plain parameter `name` (lower case), for comparing, not showing."""
    return next((octets for key, octets in _pairs(value[:_MAX_OCTETS]) if key == name), None)


def _pairs(value: bytes) -> list[tuple[str, bytes]]:
    pairs: list[tuple[str, bytes]] = []
    at = value.find(b";")
    while 0 <= at < len(value) and len(pairs) < _MAX_PARAMETERS:
        gap = _GAP.match(value, at)
        at = at if gap is None else gap.end()
        name = _NAME.match(value, at)
        if name is None:  # a word without a value: go to the next `;`
            at = value.find(b";", at)
            continue
        key = name[1].decode("ascii", "replace").lower()
        quoted = _QUOTED.match(value, name.end())
        if quoted is not None:
            octets, at = _ESCAPED.sub(_unescape, quoted[1]), quoted.end()
        else:
            end = value.find(b";", name.end())
            at = len(value) if end < 0 else end
            octets = value[name.end() : at].strip(b' \t\r\n"')
            if key.partition("*")[0] not in _FILE_NAMES:  # copy (1).txt is no comment
                octets = _LATE_COMMENT.split(octets, 1)[0].rstrip()
        pairs.append((key, octets))
    return pairs


def _unescape(match: re.Match[bytes]) -> bytes:
    # Only a quote and a backslash are ever escaped on purpose: C:\new.txt is a Windows path.
    return match[1] if match[1] in b'"\\' else match[0]


def _plain(name: str, octets: bytes) -> str:
    """A value without a charset; a file name in percent octets is read if they are UTF-8."""
    if name in _FILE_NAMES and _PERCENT_UTF_8.search(octets) and octets.isascii():
        try:
            return clean_line(_PERCENT.sub(_octet, octets).decode("utf-8"))
        except UnicodeDecodeError:
            pass
    return decode_words(octets)


def _join(sections: dict[int, tuple[bool, bytes]]) -> str:
    charset: str | None = None
    lowest = min(sections)
    extended, first = sections[lowest]
    if extended and first.count(b"'") > 1:
        declared, _, rest = first.partition(b"'")
        charset = declared.decode("ascii", "replace")
        sections = sections | {lowest: (True, rest.partition(b"'")[2])}
    numbers = range(lowest, lowest + len(sections))
    pieces = (sections[number] for number in takewhile(sections.__contains__, numbers))
    joined = b""
    for encoded, group in groupby(pieces, key=itemgetter(0)):  # an escape may be cut in two
        octets = b"".join(piece for _, piece in group)
        joined += _PERCENT.sub(_octet, octets) if encoded else octets
    if b"=?" in joined and joined.isascii():
        return decode_words(joined)
    return clean_line(decode_text(joined, charset))


def _octet(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 16),))
