"""What of a header is compared, made ready once: orders and filters look at it many times.

Attachments are judged by what was seen of the message, else by the top-level type, all that a
header tells: multipart/mixed and types that are no text, such as application/pdf, have one; text
and multipart/alternative have none (some mailers hide one in there); multipart/related, signed and
encrypted messages are undecided.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from app.mime import Address, Summary

_NO_ATTACHMENT: Final = frozenset({"multipart/alternative"})
_ATTACHED: Final = frozenset({"application", "audio", "font", "image", "model", "video"})
_WHOLE_MESSAGE: Final = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp",
     "application/pgp-encrypted", "application/ms-tnef"}
)  # fmt: skip

_MAX_FOUND: Final = 8  # places of a needle in a text that are told
_MAX_KEY: Final = 320  # characters: an address is never longer, and a quoted key fits into a query


@dataclass(frozen=True, slots=True)
class SearchText:
    """A header's texts with case, white space and Unicode's forms made one.

    Attributes:
        sender: the name, else the address; None where there is no sender.
        address: the address, else the name, cut where it never ends; "" where there is no sender.
        from_, to: names and addresses, a line each.
        subject: "" where there is none.
        sent: seconds since the epoch, or None where there is no date.
        attached: whether the message has an attachment, or None where its type does not tell.
    """

    sender: str | None
    address: str
    from_: str
    to: str
    subject: str
    sent: float | None
    attached: bool | None

    @classmethod
    def of(cls, summary: Summary, attached: bool | None = None) -> "SearchText":
        """The same of a header's summary; `attached` where the message itself has told."""
        sender = summary.sender
        return cls(
            sender=fold(sender.name or sender.email) if sender is not None else None,
            address=key(sender.email or sender.name) if sender is not None else "",
            from_=_lines((sender,)) if sender is not None else "",
            to=_lines(summary.to),
            subject=fold(summary.subject),
            sent=summary.date.timestamp() if summary.date is not None else None,
            attached=_attached(summary.content_type) if attached is None else attached,
        )

    @property
    def domain(self) -> str:
        """What follows the last @ of the address, or ""."""
        return self.address.rpartition("@")[2].strip() if "@" in self.address else ""

    def month(self, zone: tzinfo | None) -> tuple[int, int] | None:
        """Year and month in a time zone, or None where there is no date."""
        if self.sent is None:
            return None
        local = datetime.fromtimestamp(self.sent, zone or UTC)
        return local.year, local.month


UNREAD: Final = SearchText(None, "", "", "", "", None, None)
"""Stands for a header that is not known, or not made ready yet."""


def fold(text: str) -> str:
    """A text as it is compared; it has no line ends."""
    text = " ".join(text.casefold().split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def found_at(text: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    """Where texts are found in another one, as it is compared: from and to, the first few of them.

    A letter that is only found in part, such as half of a ligature, is found as a whole.
    """
    whole = fold(text)
    wanted = [one for needle in needles if (one := fold(needle)) and one in whole]
    if not wanted:
        return []
    letters = _letters(text)
    if "".join(folded for folded, _, _ in letters) != whole:
        return []  # letters that are written otherwise beside each other: rather nowhere than wrong
    starts = [start for folded, start, _ in letters for _ in folded]
    ends = [end for folded, _, end in letters for _ in folded]
    found: list[tuple[int, int]] = []
    for needle in wanted:
        at = whole.find(needle)
        for _ in range(_MAX_FOUND):
            if at < 0:
                break
            found.append((starts[at], ends[at + len(needle) - 1]))
            at = whole.find(needle, at + len(needle))
    return _merged(found)


def _letters(text: str) -> list[tuple[str, int, int]]:
    """Each letter with its marks folded, and where it stands; white space is one, none outside."""
    found: list[tuple[str, int, int]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _kept_together(text[end - 1], text[end]):
            continue
        one = text[start:end]
        folded = " " if one.isspace() else unicodedata.normalize("NFC", one.casefold())
        found.append((folded, start, end))
        start = end
    first = 1 if found and found[0][0] == " " else 0
    last = len(found) - 1 if found and found[-1][0] == " " else len(found)
    return found[first:last]


def _kept_together(one: str, following: str) -> bool:
    """White space, or a letter and its mark, which may be written as one (Hangul's parts too)."""
    if one.isspace() or following.isspace():
        return one.isspace() and following.isspace()
    return unicodedata.category(following)[0] == "M" or "\u1160" <= following <= "\u11ff"


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that overlap or touch made one, in their order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def key(text: str) -> str:
    """A text as it is compared as a whole."""
    return fold(text)[:_MAX_KEY].strip()


def _lines(addresses: Iterable[Address]) -> str:
    return "\n".join(fold(text) for one in addresses for text in (one.name, one.email))


def _attached(kind: str) -> bool | None:
    top = kind.partition("/")[0]
    if kind == "multipart/mixed" or (top in _ATTACHED and kind not in _WHOLE_MESSAGE):
        return True
    return False if top == "text" or kind in _NO_ATTACHMENT else None
