"""ISO 2022 in seven bits: Japanese, Korean and Chinese behind escapes, whatever name it has.

RFC 1468, 1554 and 2237 (ISO-2022-JP, -2, -1), 1557 (-KR), 1922 (-CN); JIS X 0213 has escapes of its
own. All escapes are understood under every name, since mailers send more than they declare. An
escape that is never closed, one that breaks off and a character that no table has cost nothing but
themselves.
"""

import re
from typing import Final

from .east_asian import BROKEN, mending

_MARK: Final = re.compile(
    rb"\x1b(?:\$\(?(?P<old>[@AB])|\$\((?P<two>[A-Z])|\$\)(?P<right>[A-Z])|\((?P<one>[A-Z])"
    rb"|\$[*+][A-Z]|&@|\.(?P<high>[AF])|N(?P<single>[\x20-\x7f]))"
    rb"|(?P<out>\x0e)|(?P<back>\x0f)"
)
_TELLING: Final = re.compile(rb"\x1b(?:\$(?:[@AB]|\([@-DO-Q]|\)[ACG])|\(I)")
_RAW: Final = re.compile(rb"(?:\x1b\$(?:\([@-DO-Q]|[@AB])[\x21-\x7e]*+)+(?:\x1b\([BJ])?")
_CUT: Final = re.compile(rb"\x1b[$&(.N]?[()*+]?\Z")
_RUNS: Final = re.compile(rb"[\x21-\x7e]+|[\x80-\xff]+|[^\x21-\x7e\x80-\xff]+")
_TO_HIGH: Final = bytes(octet | 0x80 for octet in range(256))

_BLANK: Final = 0x20
_DELETE: Final = 0x7F

# Where a double-octet table is read, by its escape's last letter.
_TABLES: Final = {
    b"@": "euc_jp",
    b"B": "euc_jp",
    b"D": "jis x 0212",
    b"O": "euc_jis_2004",
    b"Q": "euc_jis_2004",
    b"P": "jis x 0213, 2",
    b"A": "gb18030",
    b"C": "cp949",
}
_THREE_OCTETS: Final = {"jis x 0212": "euc_jp", "jis x 0213, 2": "euc_jis_2004"}
_SHIFTED: Final = {"iso2022_kr": "cp949", "iso2022_cn": "gb18030"}
_SINGLES: Final = {b"J": "roman", b"I": "kana"}
_HIGH_HALVES: Final = {b"A": "iso8859_1", b"F": "iso8859_7"}
_ROMAN: Final = {0x5C: "\u00a5", 0x7E: "\u203e"}


def speaks_iso2022(data: bytes) -> bool:
    """Whether there is an escape to characters beyond ASCII."""
    return b"\x1b" in data and _TELLING.search(data) is not None


def without_escapes(value: bytes) -> bytes:
    """A header value with what stands behind escapes in UTF-8: its octets look like syntax."""
    if b"\x1b$" not in value:
        return value
    return _RAW.sub(
        lambda found: decode_iso2022(found[0], "iso2022_jp_ext", complete=True).encode(), value
    )


def decode_iso2022(data: bytes, codec: str, *, complete: bool) -> str:
    """Text of `data`, U+FFFD for what no table has. Never raises; linear.

    Args:
        data: octets, ASCII until the first escape.
        codec: `iso2022_kr` and `iso2022_cn` say what SO shifts to where no escape does.
        complete: False when more follows; what hangs over is dropped.
    """
    if codec == "iso2022_jp_ext" and b"\x0e" not in data:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            pass
    if not complete:
        data = _CUT.sub(b"", data)
    return "".join(_pieces(data, _SHIFTED.get(codec, "kana"), complete=complete))


def _pieces(data: bytes, right: str, *, complete: bool) -> list[str]:
    pieces: list[str] = []
    left, high, shifted, at = "ascii", "iso8859_1", False, 0
    for mark in _MARK.finditer(data):
        pieces.append(_segment(data[at : mark.start()], right if shifted else left, cut=False))
        at = mark.end()
        kind, letter = mark.lastgroup, mark[mark.lastgroup or 0]
        match kind:
            case "old" | "two":
                left = _TABLES.get(letter, "unknown")
            case "one":
                left = _SINGLES.get(letter, "ascii")
            case "right":
                right = _TABLES.get(letter, "unknown")
            case "high":
                high = _HIGH_HALVES[letter]
            case "single":
                pieces.append(letter.translate(_TO_HIGH).decode(high, "replace"))
            case "out" | "back":
                shifted = kind == "out"
            case _:
                pass
    pieces.append(_segment(data[at:], right if shifted else left, cut=not complete))
    return pieces


def _segment(data: bytes, table: str, *, cut: bool) -> str:
    """What stands between two marks; controls and blanks are themselves in every table.

    A line ends what was never shifted back (RFC 1468), unless pairs follow: lines that were too
    long are broken on their way.
    """
    if table == "ascii" and data.isascii():
        return data.decode("ascii")
    text = _read(data, table, cut=cut)
    line, end, _ = data.partition(b"\n")
    if not end or table in {"ascii", "roman", "kana"}:
        return text
    first = _read(line, table, cut=False)
    if BROKEN in text[len(first) :]:
        return first + "\n" + _read(data[len(line) + 1 :], "ascii", cut=cut)
    return text


def _read(data: bytes, table: str, *, cut: bool) -> str:
    runs = _RUNS.findall(data)
    last = len(runs) - 1
    return "".join(
        [_run(run, table, cut=cut and number == last) for number, run in enumerate(runs)]
    )


def _run(run: bytes, table: str, *, cut: bool) -> str:
    if not run.isascii():
        try:
            return run.decode("utf-8")
        except UnicodeDecodeError:
            return run.decode("cp932", mending("cp932"))
    if table == "ascii" or not _BLANK < run[0] < _DELETE:
        return run.decode("ascii")
    if table == "roman":
        return run.decode("ascii").translate(_ROMAN)
    if table == "kana":
        return run.translate(_TO_HIGH).decode("cp932", "replace")
    odd = len(run) % 2
    rest = "" if cut or not odd else BROKEN
    return _pairs(run[: len(run) - odd].translate(_TO_HIGH), table) + rest


def _pairs(octets: bytes, table: str) -> str:
    if table == "unknown":
        return BROKEN * (len(octets) // 2)
    if table in _THREE_OCTETS:
        octets = b"".join([b"\x8f" + octets[at : at + 2] for at in range(0, len(octets), 2)])
        table = _THREE_OCTETS[table]
    return octets.decode(table, mending(table))
