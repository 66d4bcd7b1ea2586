"""Names of charsets as senders write them, to the few codecs that may ever be used.

Charset names come from the sender, so none reaches Python's codec registry: it imports modules by
name, remembers every unknown name for ever, and knows codecs that are no charsets (idna and
punycode take quadratic time, unicode_escape makes surrogates). A table of known names decides.
"""

import re
from encodings.aliases import aliases
from typing import Final

_SINGLE: Final = (
    "ascii latin_1 iso8859_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 "
    "iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16 tis_620 "
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp720 cp737 cp775 "
    "cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 "
    "koi8_r koi8_t koi8_u kz1048 ptcp154 mac_cyrillic mac_greek mac_iceland mac_latin2 mac_roman "
    "mac_turkish"
)
_MULTI: Final = (
    "utf_7 utf_8 utf_8_sig utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le "
    "big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr "
    "gb18030 gb2312 gbk hz iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 "
    "iso2022_jp_ext iso2022_kr johab shift_jis shift_jis_2004 shift_jisx0213"
)
_ALLOWED: Final = frozenset(f"{_SINGLE} {_MULTI}".split())
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
    "cp950": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
    "iso2022_jp_2": "iso2022_jp_ext",
    "iso2022_jp_3": "iso2022_jp_ext",
    "iso2022_jp_2004": "iso2022_jp_ext",
    "utf_8_sig": "utf_8",
}
_MORE_NAMES: Final = {
    "88591": "cp1252",
    "885915": "iso8859_15",
    "88592": "iso8859_2",
    "ansi": "cp1252",
    "big52003": "big5hkscs",
    "big5eten": "big5hkscs",
    "cnbig5": "big5hkscs",
    "cngb": "gb18030",
    "cp20866": "koi8_r",
    "cp20932": "euc_jp",
    "cp20936": "gb18030",
    "cp21866": "koi8_u",
    "cp28591": "cp1252",
    "cp28592": "iso8859_2",
    "cp28595": "iso8859_5",
    "cp28597": "iso8859_7",
    "cp28598": "iso8859_8",
    "cp28599": "cp1254",
    "cp28605": "iso8859_15",
    "cp38598": "iso8859_8",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "cp50225": "iso2022_kr",
    "cp51932": "euc_jp",
    "cp51949": "cp949",
    "cp936": "gb18030",
    "cp943": "cp932",
    "eucjpms": "euc_jp",
    "eucjpwin": "euc_jp",
    "gb180302000": "gb18030",
    "iso10646ucs2": "utf_16",
    "iso2022cn": "iso2022_cn",
    "iso2022cnext": "iso2022_cn",
    "iso2022jpms": "iso2022_jp_ext",
    "iso85591": "cp1252",
    "iso88596e": "iso8859_6",
    "iso88596i": "iso8859_6",
    "iso88598e": "iso8859_8",
    "iso88598i": "iso8859_8",
    "isolatin1": "cp1252",
    "jis": "iso2022_jp_ext",
    "koi8": "koi8_r",
    "koi8rf": "koi8_r",
    "koi8ru": "koi8_u",
    "ksc56011987": "cp949",
    "ksc56011989": "cp949",
    "logical": "iso8859_8",
    "macce": "mac_latin2",
    "maccentraleurroman": "mac_latin2",
    "macintosh": "mac_roman",
    "ms936": "gb18030",
    "sjis": "cp932",
    "sjiscp932": "cp932",
    "sjiswin": "cp932",
    "tis6202533": "cp874",
    "ucs2": "utf_16",
    "unicode11utf7": "utf_7",
    "unicode11utf8": "utf_8",
    "unicode20utf7": "utf_7",
    "utf8mb4": "utf_8",
    "utf8n": "utf_8",
    "visual": "iso8859_8",
    "windows31j": "cp932",
    "windows874": "cp874",
    "windows936": "gb18030",
    "windows949": "cp949",
    "windows950": "big5hkscs",
}
_WINDOWS: Final = re.compile(r"(?:win|windows|ms|mswin|cp|ibm|dos)(?=\d)")
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
SINGLE_OCTET: Final = frozenset(_SINGLE.split())


def codec_for(name: str | None) -> str | None:
    """The Python codec for a declared charset, widened to its common superset.

    Args:
        name: as declared, any case and punctuation; a language suffix (RFC 2231, 5) is dropped,
            and what stands behind a semicolon.

    Returns:
        A codec name that is safe to use, or `iso2022_cn`, which `iso2022` alone knows; None when
        the charset is unknown.
    """
    if not name or len(name) > _MAX_NAME:
        return None
    key = _NOT_NAME.sub("", name.partition("*")[0].partition(";")[0].lower())
    key = key.removeprefix("charset").removeprefix("cs")
    for one in (key, key.lstrip("x"), "cp" + _WINDOWS.sub("", key.lstrip("x"))):
        if one in _CODECS:
            return _CODECS[one]
    return None
