"""Bytes of any charset, declared, lied about or not declared at all, to text for people.

Charset names come from the sender, so none reaches Python's codec registry: it imports modules by
name, remembers every unknown name for ever, and knows codecs that are no charsets (idna and
punycode take quadratic time, unicode_escape makes surrogates). A table of known names decides.
UTF-7 is left out on purpose: it hides text from every filter that looks at ASCII.
"""

import codecs
import re
from collections.abc import Iterator
from encodings.aliases import aliases
from typing import Final

import cchardet

_GUESS_OCTETS: Final = 64 * 1024

_ALLOWED_NAMES: Final = (
    "ascii utf_8 utf_8_sig utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le latin_1 "
    "iso8859_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 "
    "iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16 tis_620 "
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp720 cp737 cp775 "
    "cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 "
    "koi8_r koi8_t koi8_u kz1048 ptcp154 mac_cyrillic mac_greek mac_iceland mac_latin2 mac_roman "
    "mac_turkish big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr "
    "gb18030 gb2312 gbk hz iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 "
    "iso2022_jp_ext iso2022_kr johab shift_jis shift_jis_2004 shift_jisx0213"
)
_ALLOWED: Final = frozenset(_ALLOWED_NAMES.split())
# What mailers declare is often a subset of what they send.
_SUPERSET: Final = {
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
    "utf_8_sig": "utf_8",
}
_MORE_NAMES: Final = {
    "utf8mb4": "utf_8",
    "unicode11utf8": "utf_8",
    "win1250": "cp1250",
    "win1251": "cp1251",
    "win1252": "cp1252",
    "ansi": "cp1252",
    "iso88598i": "iso8859_8",
    "iso88598e": "iso8859_8",
    "iso2022jpms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "windows874": "cp874",
    "ksc56011987": "cp949",
    "macintosh": "mac_roman",
    "sjis": "cp932",
    "cp936": "gb18030",
}
_MULTI_OCTET_NAMES: Final = (
    "utf_8 utf_16_be utf_16_le gb18030 cp932 cp949 cp950 big5hkscs euc_jp euc_kr "
    "iso2022_jp_ext iso2022_kr"
)
_MULTI_OCTET: Final = frozenset(_MULTI_OCTET_NAMES.split())
# A detector names these for short samples of anything; nobody sends mail in them undeclared.
_UNLIKELY_GUESS: Final = re.compile(r"(?:cp[478]\d\d|mac_|utf_(?:16|32)|koi8_t|ptcp|kz|johab|hz)")

_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")
_MAX_NAME: Final = 64


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    pairs = [*((name, name) for name in sorted(_ALLOWED)), *sorted(aliases.items())]
    for name, codec in pairs:
        if codec in _ALLOWED:
            table[_NOT_NAME.sub("", name)] = _SUPERSET.get(codec, codec)
    return table | _MORE_NAMES


_CODECS: Final = _table()


def codec_for(name: str | None) -> str | None:
    """The Python codec for a declared charset, widened to its common superset.

    Args:
        name: as declared, any case and punctuation; a language suffix (RFC 2231, 5) is dropped.

    Returns:
        A codec name that is safe to use, or None when the charset is unknown or refused (UTF-7).
    """
    if not name or len(name) > _MAX_NAME:
        return None
    key = _NOT_NAME.sub("", name.partition("*")[0].lower())
    return _CODECS.get(key) or _CODECS.get(key.removeprefix("x")) or _CODECS.get("cp" + key)


def decode_text(data: bytes, declared: str | None = None, *, complete: bool = True) -> str:
    """Text of `data`, whatever it is: declared, else UTF-8, else a guess, else Windows-1252.

    A few broken characters in a multi-octet charset become U+FFFD instead of sending the whole
    text down the ladder. Never raises. Control characters are left in; see `clean_line`.

    Args:
        data: octets with the transfer encoding already undone.
        declared: the charset parameter or the encoded word's charset.
        complete: False when more octets follow that are not here; a cut character is dropped.
    """
    codec = codec_for(declared)
    for candidate in _first_choices(data, codec):
        text = _strict(data, candidate, complete=complete)
        if text is not None:
            return text
    for likely in (codec, "utf_8"):
        if likely in _MULTI_OCTET:
            text = _decode(data, likely, "replace", complete=complete)
            if _lightly_damaged(text):
                return text
    guessed = _guess(data)
    text = None if guessed is None else _strict(data, guessed, complete=complete)
    return data.decode("cp1252", "replace") if text is None else text


def _first_choices(data: bytes, declared: str | None) -> Iterator[str]:
    if declared is not None and declared != "ascii":
        yield declared
    if b"\x1b$" in data or b"\x1b(" in data:  # seven bits, but not ASCII
        yield "iso2022_jp_ext"
    yield "utf_8"


def _decode(data: bytes, codec: str, errors: str, *, complete: bool) -> str:
    if complete:
        return data.decode(codec, errors)
    return codecs.getincrementaldecoder(codec)(errors).decode(data, final=False)


def _strict(data: bytes, codec: str, *, complete: bool) -> str | None:
    try:
        return _decode(data, codec, "strict", complete=complete)
    except UnicodeError:
        return None


def _lightly_damaged(text: str) -> bool:
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return broken * 10 <= foreign


def _guess(data: bytes) -> str | None:
    sample = data[:_GUESS_OCTETS]
    codec = codec_for(cchardet.detect(sample).get("encoding"))
    if codec is not None and not _UNLIKELY_GUESS.match(codec):
        return codec
    # Short Chinese is taken for a DOS code page; it is Chinese if it reads as ideographs only.
    chinese = _strict(sample, "gb18030", complete=False)
    if chinese is not None:
        foreign = [char for char in chinese if not char.isascii()]
        ideographs = sum("\u3000" <= char <= "\u9fff" or char >= "\uff00" for char in foreign)
        if len(foreign) > 1 and ideographs == len(foreign):
            return "gb18030"
    return None


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
