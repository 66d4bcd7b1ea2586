"""Attachment names that are harmless as a file name on any system, and on a page."""

import re
from typing import Final

from .charsets import clean_line

_MAX_OCTETS: Final = 200
_MAX_SUFFIX: Final = 16
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\ufffd]')
_BROKEN: Final = re.compile(r"\ufffd|\?\?")  # programs that lack a character write `?`
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)
_INVISIBLE: Final = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff]")


def safe_filename(name: str) -> str | None:
    """The last component of `name` without what misleads people or file systems; None if nothing.

    Directories, control, bidirectional and invisible characters go; characters that Windows
    forbids become `_`, device names get one in front; leading dots and trailing dots and spaces
    go; what is left keeps its suffix and at most 200 octets of UTF-8 (RFC 2183, 2.3 asks for it).
    """
    name = _INVISIBLE.sub("", clean_line(name))
    name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = _FORBIDDEN.sub("_", name).lstrip(". ").rstrip(". ")
    if _DEVICE.match(name):
        name = "_" + name
    return _shorten(name) or None


def best_filename(*names: str | None) -> str | None:
    """The first of the names that is safe and whole; else one with broken characters; else None."""
    safe = [(made, name) for name in names if name and (made := safe_filename(name))]
    whole = (made for made, name in safe if not _BROKEN.search(name))
    return next(whole, safe[0][0] if safe else None)


def _shorten(name: str) -> str:
    if len(name.encode()) <= _MAX_OCTETS:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > _MAX_SUFFIX:
        stem, dot, suffix = name, "", ""
    room = _MAX_OCTETS - len((dot + suffix).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + suffix
