"""Before and after a commit."""

from dataclasses import dataclass

from .maildrop import TrayView
from .shell import AccountView, ErrorView, RowView, Shell


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What is marked, before the commit; `left` is the maildrop's size afterwards."""

    shell: Shell
    account: AccountView
    rows: tuple[RowView, ...]
    tray: TrayView
    size: str
    left: str
    share_left: float
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A message of the receipt; `outcome` is `gone`, `still there` or `not verified`."""

    sender: str
    subject: str
    size: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt of a commit.

    Attributes:
        freed: octets of what is gone, formatted.
        gone, total: how many of how many.
        verified: whether the second sign-in could tell; `why` where it could not.
        at: when, long; at_iso for `<time>`.
        before, after: the maildrop's size; `after` is "" where it was not seen again.
        share_after: `after` of `before`, in percent.
        left_marked: how many are still marked, to try again.
    """

    shell: Shell
    account: AccountView
    freed: str
    gone: int
    total: int
    verified: bool
    why: str
    at: str
    at_iso: str
    before: str
    after: str
    share_after: float
    rows: tuple[ReceiptRow, ...]
    left_marked: int
