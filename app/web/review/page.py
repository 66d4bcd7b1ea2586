"""The review before a commit, and its receipt."""

import hashlib
from collections.abc import Iterable, Sequence
from heapq import nlargest
from typing import Final

from app.mailbox import (
    Mailbox,
    Message,
    MessageId,
    Notice,
    Outcome,
    Receipt,
    Totals,
    Unproven,
    in_thread,
    parse_headers,
)
from app.web.list.list_url import ListState
from app.web.list.notices import notice
from app.web.list.rows import Rows
from app.web.site import formats
from app.web.site.keepers import kept
from app.web.site.shell import titled
from app.web.site.words import N_, _, ngettext

from .receipt_text import receipt_text, verdict
from .views import ReceiptView, ReviewView

_ROWS: Final = 500  # on one page; there may be 100,000
_WHY: Final = {
    Unproven.RENAMED: N_("The server gave every message a new UIDL."),
    Unproven.COPIES_RESIZED: N_("Copies with one UIDL have changed their sizes."),
    Unproven.NO_UIDLS: N_("The server has no UIDLs, and the sizes it lists now do not settle it."),
    Unproven.USELESS_UIDLS: N_(
        "The server's UIDLs tell nothing, and neither do the sizes it lists now."
    ),
    Unproven.AS_MANY_MISSING: N_(
        "As many messages that were not marked are missing as marked ones are still listed: the "
        "server may have given their UIDLs to other messages. Look at the list before you delete "
        "again."
    ),
    Unproven.REUSED: N_(
        "The server gave the UIDL of a marked message to another one, so nobody can tell what is "
        "gone. Look at the list before you delete again."
    ),
    Unproven.NO_SIZES: N_(
        "The server does not tell the sizes, and has no UIDLs that tell anything."
    ),
    Unproven.LEFT_OUT: N_(
        "The server has more messages than are listed, and what is missing may be among those."
    ),
    Unproven.NOT_ASKED: N_("The check was not asked for."),
    Unproven.UNANSWERED: N_(
        "The server still lists what was to go, and may still delete it: look again in a moment."
    ),
    Unproven.NO_CONNECTION: N_(
        "The server could not be asked: no connection came about, or it broke off."
    ),
}
_UNCERTAIN: Final = frozenset(
    {
        Notice.NO_UIDL,
        Notice.NUMBERED_UIDLS,
        Notice.REUSED_UIDLS,
        Notice.RESIZED,
        Notice.DUPLICATE_UIDLS,
    }
)


def fingerprint(marks: Iterable[MessageId]) -> str:
    """Tells one set of marks from another, also where they are as many."""
    return hashlib.blake2b("\0".join(sorted(marks)).encode(), digest_size=12).hexdigest()


def _largest(messages: Sequence[Message]) -> list[Message]:
    return nlargest(_ROWS, messages, key=lambda message: message.counted)


async def review_page(mailbox: Mailbox) -> ReviewView:
    """What is marked, largest first."""
    index, marks = mailbox.index, tuple(mailbox.marks)
    seen = await in_thread(fingerprint, marks)
    shown = await in_thread(_largest, [index[id] for id in marks])
    await parse_headers(shown)
    now, marked = mailbox.index.totals, mailbox.marks.totals
    return ReviewView(
        rows=Rows(mailbox, ListState()).all(shown),
        marked=marked,
        seen=seen,
        now=now,
        left=Totals(
            now.messages - marked.messages,
            now.octets - marked.octets,
            now.unsized - marked.unsized,
        ),
        more_href=ListState(q="is:marked").href(),
        warnings=_warnings(mailbox, shown),
        kept=kept(mailbox),
    )


def _warnings(mailbox: Mailbox, shown: Sequence[Message]) -> tuple[str, ...]:
    """What makes it less certain than usual what goes."""
    blind = sum(map(mailbox.headers.withheld, shown))
    unseen = ngettext(
        "The server does not show the header of %(n)s of these messages: only its "
        "number and size are known. Open it first to see what it is.",
        "The server does not show the headers of %(n)s of these messages: only their "
        "numbers and sizes are known. Open them first to see what they are.",
        blind,
        n=formats.number(blind),
    )
    told = (one for one in mailbox.standing if one.notice in _UNCERTAIN)
    return (*([unseen] if blind else []), *map(notice, told))


def why(receipt: Receipt) -> str:
    """Why the check of a commit could not be made, or the server's own words for that."""
    said = receipt.why
    shown = _(_WHY[said]) if isinstance(said, Unproven) else said
    return _("QUIT was not answered. %(why)s", why=shown) if receipt.quit_lost else shown


def receipt_title(mailbox: Mailbox, view: ReceiptView) -> str:
    """Of the browser tab."""
    said = ngettext(
        "%(n)s of %(total)s gone",
        "%(n)s of %(total)s gone",
        view.receipt.gone,
        n=formats.number(view.receipt.gone),
        total=formats.number(len(view.receipt.items)),
    )
    return titled(mailbox, said)


def receipt_page(mailbox: Mailbox, number: int) -> ReceiptView:
    """The outcome of a commit, by its number in this session."""
    receipt = mailbox.receipts[number]
    # What is not gone is what one wants to see.
    items = sorted(receipt.items, key=lambda item: item.outcome is Outcome.GONE)
    return ReceiptView(
        receipt=receipt,
        others=tuple(one for one in mailbox.receipts.values() if one is not receipt)[::-1],
        verdict=verdict(receipt),
        why=why(receipt),
        rows=tuple(items[:_ROWS]),
        text=receipt_text(mailbox.account, receipt, why(receipt), items[:_ROWS]),
        left_marked=mailbox.marks.totals.messages,
        kept=kept(mailbox) if receipt.gone else None,
    )
