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
