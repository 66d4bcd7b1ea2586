"""Names for what is taken out, made from what the mail says of itself."""

import mimetypes
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from app.mime import Attachment, Kind, Summary

from .models import Message

_KEPT = frozenset(".,()+@-_")
_LONGEST = 200  # octets; file systems end at 255
_SENDER = 60  # octets of a sender's name, among others
_SUBJECT = 110  # and of a subject, so that Windows has room for the folders in front
_PART = 120
_SUFFIX = 16
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)
_TYPES = mimetypes.MimeTypes()  # the standard library's own table, not this machine's


def message_name(message: Message) -> str:
    """A file name from the subject: letters, digits and little else, `.eml` behind."""
    name = _plain(message.summary.subject if message.summary else "", _LONGEST)
    return _off_devices(f"{name or f'message-{message.number}'}.eml")


def _plain(words: str, longest: int) -> str:
    # Letters, their marks (vowels, in many scripts) and digits; the rest becomes a space.
    name = "".join(
        one if one in _KEPT or unicodedata.category(one)[0] in "LMN" else " "
        for one in unicodedata.normalize("NFC", words)
    )
    return " ".join(name.split()).encode()[:longest].decode(errors="ignore").strip(" .")


def _off_devices(name: str) -> str:
    """The same, if it is none of the names that mean a device on Windows, whatever is behind."""
    return f"_{name}" if _DEVICE.match(name) else name


def _origin(summary: Summary) -> str:
    """`2026-11-02 Uncle Bob`, as far as it is known; the day is that of the sender's clock."""
    sender = summary.sender
    day = summary.date.date().isoformat() if summary.date else ""
    return f"{day} {_plain((sender.name or sender.email) if sender else '', _SENDER)}".strip()


def dated_message_name(summary: Summary, number: int) -> str:
    """A message among others: `2026-11-02 Uncle Bob - Holiday video.eml`.

    Args:
        summary: of its header.
        number: what it is called by, where it has no subject.
    """
    subject = _plain(summary.subject, _SUBJECT) or f"message-{number}"
    return _off_devices(" - ".join(filter(None, (_origin(summary), f"{subject}.eml"))))


def dated_part_name(summary: Summary, part: Attachment) -> str:
    """A part among those of other messages: `2026-11-02 Uncle Bob - holiday.mp4`."""
    stem, dot, suffix = part_name(part).rpartition(".")
    if not dot or not stem or len(suffix.encode()) > _SUFFIX:
        stem, suffix = part_name(part), ""
    stem = stem.encode()[:_PART].decode(errors="ignore").strip(" .")
    name = f"{stem}.{suffix}" if suffix else stem
    return _off_devices(" - ".join(filter(None, (_origin(summary), name))))


def part_name(part: Attachment) -> str:
    """A part's own name, else one from its place and type."""
    if part.name is not None:
        return part.name
    if part.kind is Kind.MESSAGE:
        return f"message-{part.path}.eml"
    return f"part-{part.path}{_TYPES.guess_extension(part.content_type) or '.bin'}"


class Names:
    """Names that are taken, in one folder."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: Counter[str] = Counter()

    def own(self, name: str) -> str:
        """The same, numbered where it would take another's place on some file system."""
        made, same = name, _same(name)
        while _same(made) in self._taken:
            self._last[same] += 1
            stem, dot, suffix = name.rpartition(".")
            number = f" ({self._last[same] + 1})"
            made = f"{stem}{number}{dot}{suffix}" if stem else f"{name}{number}"
        self._taken.add(_same(made))
        return made


def unique(names: Iterable[str]) -> Iterator[str]:
    """The same names, each its own."""
    return map(Names().own, names)


def _same(name: str) -> str:
    """Two names are one on some file system where this is the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
