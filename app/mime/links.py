"""Where the links of a mail lead, and whether their text says so.

A link whose text is an address, but another host's than the one it leads to, is how people are
told one thing and taken to another.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import idna

MAX_HREF: Final = 4096  # characters; longer ones lead nowhere
MAX_TEXT: Final = 200
_MAX_HOST: Final = 253  # RFC 1035, section 2.3.4

# What browsers skip before and in an address (WHATWG URL, section 4.4).
_SKIPPED: Final = re.compile(r"[\t\n\r]|\A[\0- ]+|[\0- ]+\Z")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WEB: Final = re.compile(r"(https?):[/\\]*([^/\\?#]+)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_UNSAFE: Final = re.compile(r"[\0- \x7f\"<>\\^`{|}]")

_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST: Final = rf"{_LABEL}(?:\.{_LABEL})+"
# An address that says it is one, anywhere in the text.
_SAID: Final = re.compile(
    rf"(?:https?:/{{1,2}}|(?<![\w.@-])www\.)(?:[^\s/@]{{1,64}}@)?({_HOST})", re.IGNORECASE
)
# A text that is nothing but a host, with or without a path, or a mail address.
_BARE: Final = re.compile(rf"(?:[^\s/@]{{1,64}}@)?({_HOST})\.?(?::\d{{1,5}})?(?:[/?#]\S*)?")
_MAILBOX: Final = re.compile(rf"[^\s/@<]{{1,64}}@({_HOST})")
_FILE_ENDINGS: Final = frozenset(
    {
        "asp", "aspx", "bmp", "css", "csv", "doc", "docx", "eml", "exe", "gif", "gz", "htm", "html",
        "ics", "jpeg", "jpg", "js", "json", "md", "mp3", "mp4", "odt", "pdf", "php", "png",
        "ppt", "pptx", "py", "rar", "rtf", "svg", "tar", "txt", "wav", "webp", "xls", "xlsx",
        "xml", "zip",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a mail.

    Attributes:
        text: what is to be read, in one line; at most 200 characters of it.
        href: where it leads: http, https, mailto or tel.
        differs: the text is an address of another host than the one it leads to.
    """

    text: str
    href: str
    differs: bool


def clean_href(href: str) -> str | None:
    """An address that may be followed, as a browser would read it, or None.

    http and https with a host, mailto, tel; no others, and nothing relative.
    """
    address = _SKIPPED.sub("", href)
    scheme = _SCHEME.match(address)
    if scheme is None or len(address) > MAX_HREF:
        return None
    kind, rest = scheme[1].lower(), address[scheme.end() :]
    if kind in {"mailto", "tel"}:
        return f"{kind}:{_encoded(rest)}" if rest else None
    web = _WEB.fullmatch(address)
    if web is None:
        return None
    # Nobody links to a name and a password; `https://bank.example@evil.example/` is a disguise.
    place = web[2].rpartition("@")[2]
    if not _host(place):
        return None
    path = web[3].replace("\\", "/")
    return f"{web[1].lower()}://{_encoded(place + path + web[4])}"


def _encoded(address: str) -> str:
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", address)


def differs(text: str, href: str) -> bool:
    """Whether `text` looks like an address of another host than that of `href`.

    A host and what is below it are one: www.example.org is no other than example.org.

    Args:
        text: of the link, in one line.
        href: as `clean_href` gives it.
    """
    shown = set(_shown_hosts(text))
    if not shown:
        return False
    led = _led_host(href)
    return any(not _akin(host, led) for host in shown)


def _shown_hosts(text: str) -> Iterable[str]:
    text = text[:MAX_TEXT].strip(" \t()[]<>\u201c\u201d\"'.,;:!\u2026\u2192\u203a\u00bb")
    said = [_plain(found[1]) for found in _SAID.finditer(text)]
    if said:
        return said
    bare = _BARE.fullmatch(text)
    if bare is None:
        return [_plain(found[1]) for found in _MAILBOX.finditer(text)]
    ending = bare[1].rpartition(".")[2].lower()
    is_file = text == bare[1] and ending in _FILE_ENDINGS
    return [_plain(bare[1])] if ending.isalpha() and len(ending) > 1 and not is_file else []


def _led_host(href: str) -> str:
    kind, _, rest = href.partition(":")
    if kind == "tel":
        return ""
    if kind == "mailto":
        return _plain(rest.partition("?")[0].rpartition("@")[2])
    return _host(rest[2:].replace("?", "/").replace("#", "/").partition("/")[0])


def _host(authority: str) -> str:
    """The host of `host:port`, or "" where there is none that could be right."""
    try:
        return _plain(urlsplit("//" + authority).hostname or "")
    except ValueError:
        return ""


def _plain(host: str) -> str:
    """One spelling for a host: lower case, ASCII, no dot at its end; "" for what is none."""
    host = host.lower().rstrip(".")
    if len(host) > _MAX_HOST:
        return ""
    if host.isascii():
        return host
    for encode in (_as_browsers_do, _as_before):
        with suppress(UnicodeError):
            return encode(host).decode("ascii")
    return ""


def _as_browsers_do(host: str) -> bytes:
    """UTS 46 without transition: `faß` is not `fass`."""
    return idna.encode(host, uts46=True)


def _as_before(host: str) -> bytes:
    """IDNA 2003, which has signs and pictures as well."""
    return host.encode("idna")


def _akin(one: str, other: str) -> bool:
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
