"""Before and after a commit."""

from dataclasses import dataclass

from app.mailbox import Receipt, ReceiptItem, Totals
from app.web.list.views import RowView
from app.web.site.views import ErrorView, KeptView


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What is marked, before the commit.

    Attributes:
        rows: the largest ones; the others are at `more_href`.
        marked: all that is marked; `seen` names it, for the confirmation.
        now, left: the maildrop now and afterwards.
        warnings: what makes it less certain than usual what goes, a sentence each.
        kept: where the provider keeps what goes, or None.
    """

    rows: tuple[RowView, ...]
    marked: Totals
    seen: str
    now: Totals
    left: Totals
    more_href: str
    warnings: tuple[str, ...] = ()
    kept: KeptView | None = None
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class ReviewFragment:
    """The review after a mark was taken back; `said` tells it."""

    review: ReviewView
    said: str


@dataclass(frozen=True, slots=True)
class ReceiptsView:
    """The receipts of a session that are kept, the newest first."""

    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt of a commit.

    Attributes:
        receipt: what is shown.
        others: the others of this session that are kept, the newest first.
        verdict: what became of it: in a few words, and how many messages that is.
        why: why the second sign-in could not tell, in words.
        rows: what is not gone first; the files have them all.
        left_marked: how many are still marked, to try again.
        text: the same in plain lines, to be sent to somebody.
        kept: where the provider keeps what is gone, or None.
        error: why checking it has just failed.
    """

    receipt: Receipt
    others: tuple[Receipt, ...]
    verdict: tuple[str, str]
    why: str
    rows: tuple[ReceiptItem, ...]
    left_marked: int
    text: str = ""
    kept: KeptView | None = None
    error: ErrorView | None = None
