"""A text part's octets to the text that its writer saw: transfer encoding, charset, line flow."""

import html
import re
from typing import Final

from .charset_names import SINGLE_OCTET, codec_for
from .charsets import clean_body, decode_text
from .html import strip_tags
from .transfer import decode_transfer, split_base64

MAX_TEXT_OCTETS = 1024 * 1024

_META: Final = re.compile(
    rb"<meta\s[^<>]{0,200}?charset\s{0,8}=[\s\"']{0,8}([\w:.-]{2,40})", re.IGNORECASE
)
_META_OCTETS: Final = 4 * 1024


def decode_body(
    data: bytes,
    *,
    encoding: str,
    charset: str | None,
    complete: bool,
    flowed: bool = False,
    delsp: bool = False,
) -> str:
    """The text of a text/plain body, LF line ends, controls and override characters gone.

    Never raises. Words that were put behind base64 stand at the end. Where the body breaks off,
    what hangs over is dropped: a cut escape, a cut base64 group, a cut character.

    Args:
        data: the encoded body; only its first 1 MiB is read.
        encoding: Content-Transfer-Encoding in lower case.
        charset: as declared, or None.
        complete: False when the body goes on behind `data`.
        flowed: True for format=flowed; its soft line breaks are undone.
        delsp: True for DelSp=yes.
    """
    text, behind = _characters(data, encoding, charset, complete=complete)
    text = unflow(text, delsp=delsp) if flowed else text
    gap = "\n" if behind and not text.endswith("\n") else ""
    return text + gap + behind


def decode_markup(data: bytes, *, encoding: str, charset: str | None, complete: bool) -> str:
    """A text/html body as its writer wrote it, controls gone; the arguments of `decode_body`."""
    markup, behind = _characters(data, encoding, charset, complete=complete, markup=True)
    lines = html.escape(behind.strip("\n")).replace("\n", "<br>")
    return f"{markup}<p>{lines}</p>" if behind else markup


def decode_html_body(data: bytes, *, encoding: str, charset: str | None, complete: bool) -> str:
    """The words of a text/html body without markup; the arguments are those of `decode_body`."""
    text = decode_markup(data, encoding=encoding, charset=charset, complete=complete)
    # Cleaned again: character references can stand for any character.
    return clean_body(strip_tags(text, complete=complete))


def _characters(
    data: bytes, encoding: str, charset: str | None, *, complete: bool, markup: bool = False
) -> tuple[str, str]:
    """The text, and the words that were put behind its base64 on the way."""
    complete = complete and len(data) <= MAX_TEXT_OCTETS
    data, behind = data[:MAX_TEXT_OCTETS], b""
    if encoding == "base64":
        octets, behind = split_base64(data, complete=complete)
    else:
        octets = decode_transfer(data, encoding, complete=complete)
    if markup and codec_for(charset) in {None, "ascii"}:
        charset = _charset_within(octets) or charset
    # A byte order mark is no text (RFC 3629, 6).
    text = decode_text(octets, charset, complete=complete or bool(behind)).removeprefix("\ufeff")
    wide = (charset or "").lower().startswith(("utf-16", "utf-32"))  # which those words are not in
    words = clean_body(decode_text(behind, None if wide else charset, complete=complete))
    return clean_body(text), words if any(map(str.isalnum, words)) else ""


def _charset_within(markup: bytes) -> str | None:
    """The charset that markup names itself; one that reads ASCII as something else is none."""
    found = _META.search(markup[:_META_OCTETS])
    name = None if found is None else found[1].decode("ascii", "replace")
    codec = codec_for(name) or ""
    ascii_stays = codec in SINGLE_OCTET or codec.startswith(("cp", "gb", "big5", "euc", "utf_8"))
    return name if ascii_stays or codec.startswith("iso2022_jp") else None


def unflow(text: str, *, delsp: bool = False) -> str:
    """Undoes the soft line breaks of format=flowed (RFC 3676, 4).

    Lines that end in a space go on in the next line of the same quote depth; the signature
    separator `-- ` never does; stuffed spaces go.

    Args:
        text: lines that end in LF.
        delsp: True when the space before a soft break is no part of the text (DelSp=yes).
    """
    paragraphs: list[str] = []
    pending: list[str] = []
    pending_depth = 0
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        signature = words == "-- "
        if pending and (depth != pending_depth or signature):
            paragraphs.append(_quoted(pending, pending_depth))
            pending = []
        pending_depth = depth
        if words.endswith(" ") and not signature:
            pending.append(words[:-1] if delsp else words)
        else:
            paragraphs.append(_quoted([*pending, words], depth))
            pending = []
    if pending:
        paragraphs.append(_quoted(pending, pending_depth))
    return "\n".join(paragraphs)


def _quoted(pieces: list[str], depth: int) -> str:
    marks = ">" * depth + " " if depth else ""
    return marks + "".join(pieces)
