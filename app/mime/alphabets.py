"""Whether text reads like words of some alphabet, and which charset makes words of octets.

A wrong alphabet betrays itself inside words: signs, box drawing, capitals behind small letters, two
alphabets in one word, Latin words of nothing but accents.
"""

import codecs
import re
from typing import Final

import cchardet

from .charset_names import codec_for
from .likelihood import likeliest

_GUESS_OCTETS: Final = 64 * 1024
_WORDS: Final = 2 * 1024  # octets or characters that are enough to tell words from none
_SELDOM: Final = 10  # one oddity to so many characters beyond ASCII does not matter
_BALTIC: Final = 3
_FEW: Final = 40  # octets beyond ASCII that a detector of frequencies makes little of


def _letters(start: int, stop: int, *, capital: bool) -> str:
    chosen = str.isupper if capital else str.islower
    return "".join(
        char for char in map(chr, range(start, stop)) if chosen(char) and char not in "ªº"
    )


_CAPITALS: Final = _letters(0xC0, 0x530, capital=True)
_SMALL: Final = _letters(0xC0, 0x530, capital=False)
_LATIN: Final = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_OTHERS: Final = "\u0370-\u052f\u0590-\u06ff\u0e00-\u0e7f"
_WORD: Final = f"A-Za-z{_LATIN}{_OTHERS}"
_SIGNS: Final = (
    "\u00a1-\u00a6\u00a8-\u00aa\u00ac\u00ae-\u00b6\u00b8-\u00bf\u00d7\u00f7\u0192\u201a\u2020\u2021"
    "\u02c6\u2030\u2039\u203a\u20ac\u2122\u2022\u02dc"
)
_ODD: Final = re.compile(
    "[\x80-\x9f\ufffd\ue000-\uf8ff\u2500-\u259f]"
    f"|(?<=[{_WORD}])[{_SIGNS}](?=[{_WORD}])|[¤¦©¬®¶¹²³¼½¾](?=[{_WORD}])|[¨\u00b8ˇ˘˙\u02db˝]"
    f"|(?<=[a-z{_SMALL}])[{_CAPITALS}](?=[a-z{_SMALL}])|(?<=[{_SMALL}])[A-Z{_CAPITALS}]"
    f"|(?<=[A-Za-z{_LATIN}])[{_OTHERS}]|[{_OTHERS}](?=[A-Za-z{_LATIN}])"
    "|(?<=[A-Za-z])[\u2e80-\uffdc](?=[a-z])"
    "|[ךםןףץ](?=[א-ת])|[\u0629\u0649](?=[\u0621-\u064a])"  # they end words
    "|(?<![\u0621-\u06ff])[\u0621-\u0647\u0649\u064a](?![\u0621-\u06ff])"
)
_ACCENTS_ONLY: Final = re.compile(
    rf"[{_LATIN}]{{5,}}|(?<![A-Za-z{_LATIN}])[{_LATIN}]{{2,4}}(?![A-Za-z{_LATIN}])"
)
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_NOT_EAST_ASIAN: Final = re.compile("[^\u3000-\u9fff\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]")
_KANA: Final = re.compile("[\u3041-\u30fe]")
_ASCII: Final = bytes(range(0x80))
_PAIRS: Final = re.compile(rb"[\x80-\xff]{2}")
_NOT_LATIN: Final = re.compile(f"[{_OTHERS}]")
# What Windows-1252 makes of č, ř, ě, ń, ę and ś where it has no such letter, and of ğ, ş and İ.
_SLAVIC: Final = re.compile(
    "[èÈ](?=[aeiouáéíóúùûìê])|ø(?=[áéíì])|ì(?=[a-z])|(?<=[a-z])ñ(?![aeiouáéíóú])|iê(?!n)|bêd"
    "|[Œœ](?=[wlcnpmkt])|(?<=[a-z])œ(?![a-zA-Z])"
)
_TURKISH: Final = re.compile("[ðþ]|Ý(?=[a-z])|[dyrs]ýn")
_ICELANDIC: Final = re.compile("[áéíóúæÁÉÍÓÚÆ]|[Þþ]að")
_WESTERN: Final = re.compile("ê(?=[a-z])|cê|Ê|[ãõ][eo]")  # no words of Central Europe
_LEVEL_ONE: Final = range(0xB0, 0xD8)  # rows of the ideographs in use (GB 2312)
_CYRILLIC: Final = re.compile(rb"[\x00-\x7f\xc0-\xdf]*")  # small letters of KOI8-R
_SOME: Final = 2  # characters; one alone tells nothing
_MOSTLY: Final = 0.7

# A detector names these for short samples of anything; nobody sends mail in them undeclared.
_UNLIKELY: Final = re.compile(r"(?:cp(?!874)[478]\d\d|mac_|utf_|koi8_t|ptcp|kz|johab|hz)")
_MULTI: Final = frozenset({"gb18030", "cp932", "cp949", "big5hkscs", "euc_jp"})
# In the order in which they are thought of where several make words.
_CANDIDATES: Final = (
    *("cp1252", "cp1254", "cp1250", "iso8859_2", "cp1251", "koi8_r", "koi8_u", "cp1253", "cp1255"),
    *("cp1256", "cp1257", "cp874"),
)


def oddities(text: str) -> int:
    """How many characters of `text` stand where no word of any alphabet has them."""
    accents = sum(len(run) for run in _ACCENTS_ONLY.findall(text))
    return accents + sum(1 for _ in _ODD.finditer(text))


def reads_well(text: str) -> bool:
    """Whether what is beyond ASCII makes words, by and large, at the beginning of a text."""
    text = text[:_WORDS]
    foreign = len(_BEYOND_ASCII.findall(text))
    return oddities(text) * _SELDOM <= foreign


def guess(data: bytes) -> str | None:
    """The charset that makes words of undeclared octets, or None."""
    detected = codec_for(cchardet.detect(data[:_GUESS_OCTETS]).get("encoding"))
    words = (word for word in data[:_GUESS_OCTETS].split() if not word.isascii())
    sample = b" ".join(words)[:_WORDS]
    few = _high(sample) <= _FEW
    if few and (likely := likeliest(sample)) is not None:
        return likely
    if detected is None or _UNLIKELY.match(detected) or not _well(sample, detected):
        detected = None
    east_asian = None if few else _east_asian(sample)
    if few and detected in _MULTI:
        detected = None
    if east_asian == "euc_jp" or detected in _MULTI:
        return east_asian if east_asian == "euc_jp" else detected
    if detected is not None and _NOT_LATIN.search(_strict(sample, detected) or ""):
        return detected
    if east_asian is not None:
        return east_asian
    return detected if detected is not None and _is_likely(sample, detected) else _by_words(sample)


def _is_likely(sample: bytes, detected: str) -> bool:
    """Whether a Latin charset can be told: by many octets, or by a few of a common one."""
    high = _high(sample)
    western = sample.decode("cp1252", "replace")
    if high > _FEW:
        return True
    if detected == "cp1252":
        turkish = _TURKISH.search(western) is not None and _ICELANDIC.search(western) is None
        return not turkish and _SLAVIC.search(western) is None
    if detected == "iso8859_13":
        return high > _BALTIC and _TURKISH.search(western) is None
    common = detected in {"cp1250", "cp1254", "cp1257", "iso8859_2"}
    return common and not oddities(sample.decode(detected)) and not _WESTERN.search(western)


def _high(octets: bytes) -> int:
    return len(octets.translate(None, _ASCII))


def _strict(sample: bytes, codec: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return None


def _well(sample: bytes, codec: str) -> bool:
    text = _strict(sample, codec)
    return text is not None and reads_well(text)


def _east_asian(sample: bytes) -> str | None:
    """Short Japanese and Chinese, which detectors take for DOS code pages.

    It is Japanese if it has kana, Chinese if it has little but ideographs in use, and nothing else.
    """
    for codec in ("euc_jp", "cp932", "gb18030"):
        text = _strict(sample, codec) or ""
        foreign = "".join(_BEYOND_ASCII.findall(text))
        if len(foreign) < _SOME or _NOT_EAST_ASIAN.search(foreign) or not reads_well(text):
            continue
        if codec != "gb18030":
            if len(_KANA.findall(foreign)) * 2 >= len(foreign):
                return codec
        elif _in_use(sample) and not _CYRILLIC.fullmatch(sample):
            return codec
    return None


def _in_use(sample: bytes) -> bool:
    leads = [pair[0] for pair in _PAIRS.findall(sample) if pair[0] >= _LEVEL_ONE.start]
    return sum(lead in _LEVEL_ONE for lead in leads) > len(leads) * _MOSTLY


def _by_words(sample: bytes) -> str | None:
    """The charset with the fewest oddities."""
    best, fewest = None, len(sample)
    for codec in _CANDIDATES:
        text = _strict(sample, codec)
        if text is None:
            continue
        odd = oddities(text)
        if codec in {"cp1252", "cp1254"}:
            odd += len(_SLAVIC.findall(text))
        if codec == "cp1252" and _TURKISH.search(text) and not _ICELANDIC.search(text):
            odd += 1
        if odd < fewest:
            best, fewest = codec, odd
    high = _high(sample)
    return best if fewest * _SELDOM <= high else None
