"""Names for what is taken out, made from what the mail says of itself."""

import mimetypes
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from app.mime import Attachment, Kind

from .models import Message

_KEPT = frozenset(".,()+@-_")
_LONGEST = 200  # octets; file systems end at 255
_TYPES = mimetypes.MimeTypes()  # the standard library's own table, not this machine's


def message_name(message: Message) -> str:
    """A file name from the subject: letters, digits and little else, `.eml` behind."""
    subject = message.summary.subject if message.summary else ""
    # Letters, their marks (vowels, in many scripts) and digits; the rest becomes a space.
    name = "".join(
        one if one in _KEPT or unicodedata.category(one)[0] in "LMN" else " "
        for one in unicodedata.normalize("NFC", subject)
    )
    name = " ".join(name.split()).encode()[:_LONGEST].decode(errors="ignore").strip(" .")
    return f"{name or f'message-{message.number}'}.eml"


def part_name(part: Attachment) -> str:
    """A part's own name, else one from its place and type."""
    if part.name is not None:
        return part.name
    if part.kind is Kind.MESSAGE:
        return f"message-{part.path}.eml"
    return f"part-{part.path}{_TYPES.guess_extension(part.content_type) or '.bin'}"


def unique(names: Iterable[str]) -> Iterator[str]:
    """The same names, numbered where one would take another's place on some file system."""
    taken: set[str] = set()
    last: Counter[str] = Counter()
    for name in names:
        made, own = name, _same(name)
        while _same(made) in taken:
            last[own] += 1
            stem, dot, suffix = name.rpartition(".")
            number = f" ({last[own] + 1})"
            made = f"{stem}{number}{dot}{suffix}" if stem else f"{name}{number}"
        taken.add(_same(made))
        yield made


def _same(name: str) -> str:
    """Two names are one on some file system where this is the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
