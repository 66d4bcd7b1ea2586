"""A session's papers as octets: whose it was, its marks, its receipts."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from app.mailbox import Known, MessageId, Outcome, Receipt, ReceiptItem, Totals, Unproven

_ACCOUNT: Final = "account"
_MARK: Final = "mark"
_RECEIPT: Final = "receipt"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as it is kept.

    Attributes:
        id: of its message, in a first listing.
        place: grows from one to the next.
        known: what was known of its message.
    """

    id: MessageId
    place: int
    known: Known


@dataclass(slots=True)
class Opened:
    """All papers of a session.

    Attributes:
        account: a digest of whose it was.
        marks: in the order they were set.
        known: what was known of each.
        receipts: by number.
    """

    account: bytes = field(default=b"", repr=False)
    marks: dict[MessageId, Mark] = field(default_factory=dict, repr=False)
    known: dict[MessageId, Known] = field(default_factory=dict, repr=False)
    receipts: dict[int, Receipt] = field(default_factory=dict, repr=False)

    @property
    def last_place(self) -> int:
        """That of the last mark, or 0."""
        return next((mark.place for mark in reversed(self.marks.values())), 0)


def name_of_mark(id: MessageId) -> str:
    """What a mark's paper is, before it is made a name that tells nothing."""
    return f"{_MARK} {id}"


def name_of_receipt(number: int) -> str:
    """The same of a receipt's."""
    return f"{_RECEIPT} {number}"


NAME_OF_ACCOUNT: Final = _ACCOUNT


def pack_account(digest: bytes) -> bytes:
    """Whose session it was."""
    return _packed([_ACCOUNT, digest.hex()])


def pack_mark(mark: Mark) -> bytes:
    """A mark."""
    known = mark.known
    return _packed([_MARK, mark.id, mark.place, known.octets, known.digest.hex(), int(known.blind)])


def pack_receipt(receipt: Receipt) -> bytes:
    """A receipt, with what it shows of each message."""
    fields: dict[str, Any] = {
        "at": receipt.at.isoformat(),
        "verified": receipt.verified,
        "why": receipt.why.name if isinstance(receipt.why, Unproven) else [receipt.why],
        "octets_freed": receipt.octets_freed,
        "before": asdict(receipt.before),
        "after": asdict(receipt.after) if receipt.after is not None else None,
        "number": receipt.number,
        "due": _moment(receipt.due),
        "quit_lost": receipt.quit_lost,
    }
    return _packed([_RECEIPT, fields, [_item(item) for item in receipt.items]])


def open_all(papers: Iterable[bytes]) -> Opened:
    """All papers of a session.

    Raises:
        ValueError, LookupError, TypeError: they are none of ours.
    """
    opened, marks = Opened(), []
    for paper in papers:
        match json.loads(paper):
            case ["account", digest]:
                opened.account = bytes.fromhex(digest)
            case ["mark", id, place, octets, digest, blind]:
                known = Known(octets, bytes.fromhex(digest), bool(blind))
                marks.append(Mark(MessageId(id), place, known))
            case ["receipt", fields, items]:
                receipt = _receipt(fields, items)
                opened.receipts[receipt.number] = receipt
    marks.sort(key=attrgetter("place"))
    opened.marks = {mark.id: mark for mark in marks}
    opened.known = {mark.id: mark.known for mark in marks}
    opened.receipts = dict(sorted(opened.receipts.items()))
    return opened


def _packed(paper: list[Any]) -> bytes:
    return json.dumps(paper, separators=(",", ":")).encode("ascii")


def _item(item: ReceiptItem) -> list[Any]:
    outcome, date = item.outcome.name, _moment(item.date)
    return [
        *(item.id, item.octets, item.sender, item.subject),
        *(outcome, item.reason, item.agreed, date),
    ]


def _receipt(fields: dict[str, Any], items: list[list[Any]]) -> Receipt:
    why, after = fields.pop("why"), fields.pop("after")
    bare = Receipt(
        at=datetime.fromisoformat(fields.pop("at")),
        items=tuple(map(_read_item, items)),
        why=Unproven[why] if isinstance(why, str) else why[0],
        before=Totals(**fields.pop("before")),
        after=Totals(**after) if after is not None else None,
        due=_read_moment(fields.pop("due")),
        verified=fields.pop("verified"),
        octets_freed=fields.pop("octets_freed"),
    )
    return replace(bare, **fields)


def _read_item(item: list[Any]) -> ReceiptItem:
    id, octets, sender, subject, outcome, reason, agreed, date = item
    moment = _read_moment(date)
    return ReceiptItem(id, octets, sender, subject, Outcome[outcome], reason, agreed, moment)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
