"""Charsets of two octets a character, read character by character where a codec gives up.

What is declared is seldom all that is sent: Windows, IBM and Hong Kong have signs of their own in
these tables. A character that the declared table lacks is looked for in its neighbours; where none
has it, it becomes one U+FFFD and the next one is read, so that the text stays in step.
"""

import codecs
from collections.abc import Callable
from typing import Final

BROKEN: Final = "\ufffd"

# The next tables to look into; all of them agree about where a character ends.
_NEIGHBOURS: Final = {
    "cp932": ("shift_jis_2004",),
    "euc_jp": ("euc_jis_2004",),
    "euc_jis_2004": ("euc_jp",),
    "big5hkscs": ("cp950",),
}
_LEADS: Final = {
    "cp932": (*range(0x81, 0xA0), *range(0xE0, 0xFD)),
    "shift_jis_2004": (*range(0x81, 0xA0), *range(0xE0, 0xFD)),
    "euc_jp": (0x8E, *range(0xA1, 0xFF)),
    "euc_jis_2004": (0x8E, *range(0xA1, 0xFF)),
}
_ANY_LEAD: Final = range(0x81, 0xFF)
_HIGH: Final = 0x80
_ROW: Final = 94
_PAIR: Final = 2
_TRAILS: Final = (*range(0x40, 0x7F), *range(0x80, 0xFD))  # of two rows in Shift JIS
_EURO: Final = 0x80  # in Windows' GBK
_SINGLE_SHIFT: Final = 0x8F  # two octets more follow (JIS X 0212)


def _ibm_rows() -> dict[bytes, str]:
    """IBM's signs as EUC-JP has them behind JIS X 0212, from 8F F3 F3 on (eucJP-ms)."""
    octets = (bytes((lead, trail)) for lead in (0xFA, 0xFB, 0xFC) for trail in range(0x40, 0xFD))
    signs = [sign for two in octets if len(sign := two.decode("cp932", "ignore")) == 1]
    romans, kanji = signs[:20], signs[28:]
    order = [
        *romans,
        *"\uff07\uff02㈱№℡",
        *(one for one in kanji if not one.encode("euc_jp", "ignore")),
    ]
    places = [bytes((0x8F, lead, trail)) for lead in (0xF3, 0xF4) for trail in range(0xA1, 0xFF)]
    return dict(zip(places[places.index(b"\x8f\xf3\xf3") :], order, strict=False))


_IBM: Final = _ibm_rows()


def _nec_sign(two: bytes) -> str:
    """A pair of EUC-JP by Windows' table: NEC's row 13 and its copy of IBM's rows."""
    row, cell = two[0] - 0xA1, two[1] - 0xA1
    if not (0 <= row < _ROW and 0 <= cell < _ROW):
        return ""
    number = (row % 2) * _ROW + cell
    return bytes((_LEADS["cp932"][row // 2], _TRAILS[number])).decode("cp932", "ignore")


def _looked_up(codec: str, character: bytes) -> str:
    """The sign that another table has for this character, else `BROKEN`."""
    signs = [character.decode(other, "ignore") for other in _NEIGHBOURS.get(codec, ())]
    if codec.startswith("euc_j"):
        pair = len(character) == _PAIR
        signs.insert(0, _nec_sign(character) if pair else _IBM.get(character, ""))
    # Where the first octet leads to nothing, an ASCII octet behind it is all that is left.
    found = (sign for sign in signs if len(sign) == 1 and not sign.isascii())
    return next(found, BROKEN)


def _handler(codec: str) -> Callable[[UnicodeError], tuple[str, int]]:
    leads = frozenset(_LEADS.get(codec, _ANY_LEAD))

    def mended(error: UnicodeError) -> tuple[str, int]:
        """What stands for the character that the codec stopped at, and where to go on."""
        if not isinstance(error, UnicodeDecodeError):
            raise error
        data, at = error.object, error.start
        if codec == "gb18030" and data[at] == _EURO:
            return "\u20ac", at + 1
        three = data[at] == _SINGLE_SHIFT and codec.startswith("euc_j")
        length = 3 if three else 2
        character = data[at : at + length]
        if (three or data[at] in leads) and len(character) == length:
            found = _looked_up(codec, character)
            if found != BROKEN or all(octet >= _HIGH for octet in character):
                return found, at + length
        return BROKEN, at + 1  # an ASCII octet behind it is itself

    return mended


_CODECS: Final = ("cp932", "shift_jis_2004", "euc_jp", "euc_jis_2004", "big5hkscs", "cp949",
                  "gb18030", "johab")  # fmt: skip
_MENDED: Final = {codec: f"popscope.{codec}" for codec in _CODECS}
for _codec, _name in _MENDED.items():
    codecs.register_error(_name, _handler(_codec))


def mending(codec: str) -> str:
    """The name of the error handler that mends what `codec` cannot read."""
    return _MENDED.get(codec, "replace")
