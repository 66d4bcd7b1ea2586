"""Bytes of any charset, declared, lied about or not declared at all, to text for people."""

import codecs
import re
from typing import Final

from .alphabets import guess, oddities, reads_well
from .charset_names import SINGLE_OCTET, codec_for
from .east_asian import BROKEN, mending
from .iso2022 import decode_iso2022, speaks_iso2022

# Octets 80 to 9F are controls in ISO 8859, and there is no control in mail.
_QUOTES_OF: Final = {
    "iso8859_2": "cp1250",
    "iso8859_3": "cp1252",
    "iso8859_4": "cp1257",
    "iso8859_5": "cp1251",
    "iso8859_6": "cp1256",
    "iso8859_7": "cp1253",
    "iso8859_8": "cp1255",
    "iso8859_10": "cp1257",
    "iso8859_13": "cp1257",
    "iso8859_14": "cp1252",
    "iso8859_15": "cp1252",
    "iso8859_16": "cp1250",
}
_C1: Final = re.compile("[\x80-\x9f]")
# The alphabets whose words may by chance be valid UTF-8, and their letters.
_LETTERS: Final = {
    **dict.fromkeys(("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866"), "\u0400-\u052f"),
    **dict.fromkeys(("cp1253", "iso8859_7"), "\u0370-\u03ff"),
    **dict.fromkeys(("cp1255", "iso8859_8"), "\u0590-\u05ff"),
    **dict.fromkeys(("cp1256", "iso8859_6"), "\u0600-\u06ff"),
    "cp874": "\u0e00-\u0e7f",
}
_BY_CHANCE: Final = 3  # characters; more are meant
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}"
)
_CUT_SEQUENCE: Final = re.compile(
    rb"(?:[\xe1-\xef][\x80-\xbf]|\xe0[\xa0-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})\Z"
)
# Cut within a text, where they are no letters: of quotes, dashes, the euro, emoji, and accents.
_DAMAGED: Final = re.compile(
    rb"(?:\xe2[\x80-\x84]|\xf0\x9f[\x80-\xbf]?|(?<=[a-z])[\xc2\xc3])(?![\x80-\xff])"
)
_FIRST_OCTET: Final = re.compile(rb"[\xc2-\xdf]\Z")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_EAST_ASIAN: Final = re.compile("[\u2000-\u206f\u2e80-\ud7ff\uf900-\uffef\U0001f000-\U0003ffff]*")
_NO_SIGN: Final = re.compile("[\x80\uf8f0-\uf8f3]")  # what cp932 makes of single octets it has not
_BLANK: Final = re.compile(rb"[ \n]")
_WIDE: Final = ("utf_16", "utf_32")
_SHIFTED: Final = re.compile(rb"\+([A-Za-z0-9+/]*+)(-?)")
_CUT_SHIFT: Final = re.compile(rb"(?<![A-Za-z0-9+/])\+[A-Za-z0-9+/]{0,2}\Z")
_UNIT: Final = 3  # characters of one of UTF-16
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def decode_text(data: bytes, declared: str | None = None, *, complete: bool = True) -> str:
    """Text of `data`, whatever it is; U+FFFD stands for what is broken. Never raises; linear.

    What is declared is kept, even if something in it is broken, unless whole sequences speak for
    another charset: escapes of ISO 2022, UTF-8 under a charset of single octets, or more broken
    than sound characters. Undeclared octets are UTF-8 if they can be, else what makes words, else
    Windows-1252. UTF-7 is read where it is declared only: it hides text from whoever looks at
    ASCII. Control characters are left in; see `clean_line`.

    Args:
        data: octets with the transfer encoding already undone.
        declared: the charset parameter or the encoded word's charset.
        complete: False when more octets follow that are not here; a cut character is dropped.
    """
    codec = codec_for(declared)
    if codec == "utf_7" and data.isascii():
        return _utf_7(data, complete=complete)
    if speaks_iso2022(data) or (codec or "").startswith("iso2022"):
        seven_bits = data.isascii() or b"\x1b" in data
        if seven_bits and (data.isascii() or codec is None or codec.startswith("iso2022")):
            return decode_iso2022(data, codec or "iso2022_jp_ext", complete=complete)
        codec = None
    if codec is None or codec in {"ascii", "utf_7", "utf_8"}:
        text = _utf_8(data, meant=codec == "utf_8", complete=complete)
        return _undeclared(data, complete=complete) if text is None else text
    if codec in SINGLE_OCTET:
        return _single(data, codec, complete=complete)
    return _multiple(data, codec, complete=complete)


def is_sound(data: bytes, declared: str | None) -> bool:
    """Whether every octet is as declared, or UTF-8."""
    codec = codec_for(declared)
    known = codec is not None and not codec.startswith("iso2022")
    return any(
        _strict(data, one, complete=True) is not None
        for one in ("utf_8", codec if known and codec is not None else "ascii")
    )


def _decode(data: bytes, codec: str, errors: str, *, complete: bool) -> str:
    if complete:
        return data.decode(codec, errors)
    return codecs.getincrementaldecoder(codec)(errors).decode(data, final=False)


def _strict(data: bytes, codec: str, *, complete: bool) -> str | None:
    try:
        return _decode(data, codec, "strict", complete=complete)
    except UnicodeError:
        return None


def _utf_7(data: bytes, *, complete: bool) -> str:
    """Text in UTF-7 (RFC 2152); a plus that too few characters follow is a plus."""
    if not complete:
        data = _CUT_SHIFT.sub(b"", data)
    text = _SHIFTED.sub(_shifted, data).decode("utf_7", "replace" if complete else "ignore")
    return _SURROGATES.sub(BROKEN, text)


def _shifted(found: re.Match[bytes]) -> bytes:
    if len(found[1]) >= _UNIT or found[0] == b"+-":
        return found[0]
    return found[0].replace(b"+", b"+-")


def _utf_8(data: bytes, *, meant: bool, complete: bool) -> str | None:
    """Text in UTF-8, or None where more of it is broken than whole.

    Args:
        data: the octets.
        meant: whether it is declared; if not, twice as much has to be whole as is broken.
        complete: as in `decode_text`.
    """
    text = _strict(data, "utf_8", complete=complete)
    if text is not None:
        return text
    whole, broken = len(_SEQUENCE.findall(data)), 0
    rest = _SEQUENCE.sub(b"", data)
    cut = _CUT_SEQUENCE.search(rest) is not None
    broken = len(_HIGH.findall(_CUT_SEQUENCE.sub(b"", rest)))
    if meant and broken == 1 and _FIRST_OCTET.search(rest) and not whole:  # or is it a letter?
        cut = not reads_well(data.decode("cp1252", "replace"))
        broken -= cut
    elif meant and (damaged := _DAMAGED.findall(rest)):
        cut, broken = True, broken - sum(map(len, damaged))
    if whole + cut >= max(broken, 1) if meant else whole >= max(2 * broken, 1):
        return _decode(data, "utf_8", "replace", complete=complete)
    return None


def _undeclared(data: bytes, *, complete: bool) -> str:
    guessed = guess(data)
    text = None if guessed is None else _strict(data, guessed, complete=complete)
    return data.decode("cp1252", "replace") if text is None else text


def _single(data: bytes, codec: str, *, complete: bool) -> str:
    if data.isascii():
        return data.decode(codec)
    text = data.decode(codec, "replace")
    if codec in _QUOTES_OF:
        text = _C1.sub(lambda found: _quote(found[0], codec), text)
    unicode = _utf_8(data, meant=False, complete=complete)
    if unicode is not None and not (codec in _LETTERS and _chance(unicode, text, codec)):
        return unicode
    broken = text.count(BROKEN)
    if not broken or (broken * 2 <= _foreign(text) and reads_well(text.replace(BROKEN, ""))):
        return text
    guessed = guess(data)
    other = None if guessed is None else _strict(data, guessed, complete=complete)
    if other is None or (guessed in SINGLE_OCTET and broken < _foreign(text)):
        return text
    return other


def _quote(control: str, codec: str) -> str:
    return bytes((ord(control),)).decode(_QUOTES_OF[codec], "replace")


def _foreign(text: str) -> int:
    return len(_BEYOND_ASCII.findall(text))


def _chance(unicode: str, text: str, codec: str) -> bool:
    """Whether a few words of an alphabet are valid UTF-8 by chance: they read well as declared."""
    foreign = "".join(_BEYOND_ASCII.findall(unicode))
    letters = _LETTERS[codec]
    return (
        len(foreign) <= _BY_CHANCE
        and re.search(f"[{letters}]", foreign) is None
        and re.search(f"[^\x00-\x7f{letters}]", text) is None
        and not oddities(text)
    )


def _ordered(data: bytes, codec: str) -> str:
    """UTF-16 or UTF-32 with the order of its octets: by its mark, else by where its zeros are."""
    if codec.endswith("e"):
        return codec
    first = data[:4]
    if first.startswith(b"\xfe\xff") or first == b"\0\0\xfe\xff":
        return codec + "_be"
    if first.startswith(b"\xff\xfe"):
        return codec + "_le"
    sample = data[:1024]
    return codec + ("_be" if sample[::2].count(0) > sample[1::2].count(0) else "_le")


def _multiple(data: bytes, codec: str, *, complete: bool) -> str:
    unicode = _strict(data, "utf_8", complete=complete)
    if codec.startswith(_WIDE):
        if unicode is not None and b"\0" not in data and _BLANK.search(data):
            return unicode
        return _decode(data, _ordered(data, codec), "replace", complete=complete).lstrip("\ufeff")
    text = _strict(data, codec, complete=complete)
    sound = text is not None and not (codec == "cp932" and _NO_SIGN.search(text))
    foreign = "".join(_BEYOND_ASCII.findall(unicode or ""))
    if unicode and foreign and (not sound or (len(foreign) > 1 and _EAST_ASIAN.fullmatch(foreign))):
        return unicode
    return text if sound and text is not None else _mended(data, codec, complete=complete)


def _mended(data: bytes, codec: str, *, complete: bool) -> str:
    text = _NO_SIGN.sub(BROKEN, _decode(data, codec, mending(codec), complete=complete))
    if text.count(BROKEN) * 3 <= _foreign(text):  # two sound ones to each
        return text
    damaged = _utf_8(data, meant=False, complete=complete)
    guessed = guess(data) if damaged is None else None
    other = None if guessed is None else _strict(data, guessed, complete=complete)
    return damaged or other or text


_SPACES: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDES: Final = re.compile("[\u202d\u202e]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BODY_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_line(text: str) -> str:
    """`text` as one harmless line: no control, no line break, nothing that reorders the page.

    Line breaks and tabs become one space; other C0 and C1 controls and lone surrogates U+FFFD;
    bidirectional embeddings, overrides and isolates (U+202A-202E, U+2066-2069) vanish.
    """
    if text.isprintable():  # none of the above is printable
        return text.strip(" ")
    text = _SPACES.sub(" ", text)
    return _CONTROLS.sub("\ufffd", _REORDERING.sub("", text)).strip(" ")


def clean_body(text: str) -> str:
    """`text` of several lines: LF line ends, no controls but LF and tab, no override characters.

    Embeddings and isolates stay: right-to-left writers need them, and they end with the paragraph.
    """
    if "\r" in text:  # a row of CR before an LF ends the line with it, any other CR ends one itself
        *lines, last = text.split("\n")
        text = "\n".join([*(line.rstrip("\r") for line in lines), last]).replace("\r", "\n")
    return _BODY_CONTROLS.sub("\ufffd", _OVERRIDES.sub("", text))
