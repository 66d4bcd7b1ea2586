"""The review before a commit, and its receipt."""

from fastapi import Request

from app.mailbox import Outcome, Receipt
from app.sessions import Session

from . import formats
from .deps import Services
from .listing import Rows, tray
from .liststate import ListState
from .present import account, shell
from .views import ReceiptRow, ReceiptView, ReviewView
from .words import _, ngettext


def review_page(request: Request, services: Services, session: Session) -> ReviewView:
    """What is marked, largest first."""
    mailbox = session.mailbox
    index = mailbox.index
    chosen = sorted((index[id] for id in mailbox.marks), key=lambda m: -m.octets)
    left = index.totals.octets - mailbox.marked.octets
    return ReviewView(
        shell=shell(
            request,
            services,
            _("Review · %(account)s", account=mailbox.account.username),
            session.csrf,
        ),
        account=account(mailbox, services),
        rows=Rows(mailbox, ListState()).all(chosen),
        tray=tray(mailbox),
        size=formats.size(index.totals.octets),
        left=formats.size(left),
        share_left=formats.percent(left, index.totals.octets),
    )


def receipt_page(
    request: Request, services: Services, session: Session, receipt: Receipt
) -> ReceiptView:
    """The outcome of the last commit."""
    mailbox = session.mailbox
    after = receipt.after
    gone = receipt.count(Outcome.GONE)
    return ReceiptView(
        shell=shell(
            request,
            services,
            ngettext(
                "%(n)s of %(total)s gone · %(account)s",
                "%(n)s of %(total)s gone · %(account)s",
                gone,
                n=formats.number(gone),
                total=formats.number(len(receipt.items)),
                account=mailbox.account.username,
            ),
            session.csrf,
        ),
        account=account(mailbox, services),
        freed=formats.size(receipt.octets_freed),
        gone=gone,
        total=len(receipt.items),
        verified=receipt.verified,
        why=receipt.why,
        at=formats.when_exactly(receipt.at),
        at_iso=receipt.at.isoformat(),
        before=formats.size(receipt.before.octets),
        after=formats.size(after.octets) if after else "",
        share_after=formats.percent(after.octets, receipt.before.octets) if after else 0.0,
        rows=tuple(
            ReceiptRow(
                item.sender,
                item.subject,
                formats.size(item.octets),
                item.outcome.value,
                item.reason,
            )
            for item in receipt.items
        ),
        left_marked=mailbox.marked.messages,
    )
