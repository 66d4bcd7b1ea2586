"""Before and after a commit."""

from dataclasses import dataclass

from app.mailbox import Totals
from app.web.list.views import RowView
from app.web.site.views import ErrorView, KeptView


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What is marked, before the commit.

    Attributes:
        rows: the largest ones; `more` are not shown, and lead to `more_href`.
        seen: names what is marked, for the confirmation.
        warnings: what makes it less certain than usual what goes, a sentence each.
        size, left: the maildrop's size now and afterwards; share_left is that of it, in percent.
        kept: where the provider keeps what goes, or None.
    """

    rows: tuple[RowView, ...]
    tray: Totals
    seen: str
    size: str
    left: str
    share_left: float
    more: int
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
class ReceiptRow:
    """A message of the receipt; `outcome` is `gone`, `still there` or `not verified`.

    `agreed`: the server said +OK and did not do it.
    """

    sender: str
    subject: str
    size: str
    outcome: str
    reason: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class ReceiptLink:
    """Another receipt of this session: when it was made, and what that freed."""

    href: str
    at: str
    freed: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt of a commit.

    Attributes:
        number: which one of this session.
        others: the others that are kept, the newest first.
        freed: octets of what is gone, formatted.
        gone, total: how many of how many.
        verified: whether the second sign-in could tell; `why` where it could not.
        due: seconds until it is worth checking, None where there is nothing more to check.
        waits: the server wants a pause first; then it is checked by itself.
        error: why checking it has just failed.
        at: when, long; at_iso for `<time>`.
        before, after: the maildrop's size; `after` is "" where it was not seen again.
        messages_before, messages_after: how many it held.
        share_after: `after` of `before`, in percent.
        rows: what is not gone first; `more` are not shown, the files have them all.
        left_marked: how many are still marked, to try again.
        kept: where the provider keeps what is gone, or None.
    """

    number: int
    others: tuple[ReceiptLink, ...]
    freed: str
    gone: int
    total: int
    verified: bool
    why: str
    due: int | None
    waits: bool
    at: str
    at_iso: str
    before: str
    after: str
    messages_before: int
    messages_after: int
    share_after: float
    rows: tuple[ReceiptRow, ...]
    more: int
    left_marked: int
    kept: KeptView | None = None
    error: ErrorView | None = None
