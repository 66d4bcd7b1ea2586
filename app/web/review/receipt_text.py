"""A receipt in plain lines, to be copied and mailed to somebody."""

from collections.abc import Sequence

from app.mailbox import Account, Outcome, Receipt, ReceiptItem, Totals
from app.web.site import formats
from app.web.site.words import _, ngettext


def receipt_text(account: Account, receipt: Receipt, why: str, rows: Sequence[ReceiptItem]) -> str:
    """What the receipt's page says, without the page.

    Args:
        account: whose mailbox.
        receipt: which one.
        why: why it could not be checked, in words.
        rows: the messages to name.
    """
    checked = _("Checked: Popscope signed in again and looked at what is still there.")
    more = len(receipt.items) - len(rows)
    lines = [
        f"{account.username}, {account.target.shown}",
        f"{formats.when_exactly(receipt.at)} ({formats.offset(receipt.at)})",
        "",
        " ".join(verdict(receipt)),
        checked if receipt.verified else why,
        f"{_('Before')}: {_totals(receipt.before)}",
        f"{_('Now')}: {_totals(receipt.after) if receipt.after else _('not known')}",
        "",
        *map(_line, rows),
    ]
    if more:
        lines.append(
            ngettext("and %(n)s more", "and %(n)s more", more, n=formats.number(more)),
        )
    return "\n".join(lines)


def verdict(receipt: Receipt) -> tuple[str, str]:
    """What became of it, in a few words, and how many messages that is, in a sentence."""
    total, gone = len(receipt.items), receipt.gone
    n = formats.number(total)
    if not gone and not receipt.verified:
        asked = ngettext(
            "The server was asked to delete %(n)s message.",
            "The server was asked to delete %(n)s messages.",
            total,
            n=n,
        )
        return _("Not verified."), asked
    if not gone:
        there = ngettext(
            "The message is still there.", "All %(n)s messages are still there.", total, n=n
        )
        return _("Nothing was deleted."), there
    size = formats.size(receipt.octets_freed, receipt.unsized)
    if gone == total:
        said = ngettext("The message is gone.", "All %(n)s messages are gone.", total, n=n)
    else:
        said = ngettext(
            "%(n)s of %(total)s messages is gone.",
            "%(n)s of %(total)s messages are gone.",
            gone,
            n=formats.number(gone),
            total=n,
        )
    return _("%(size)s freed.", size=size), said


def outcome_words(outcome: Outcome) -> str:
    """One of three words."""
    match outcome:
        case Outcome.GONE:
            return _("gone")
        case Outcome.STILL_THERE:
            return _("still there")
    return _("not verified")


def _totals(totals: Totals) -> str:
    many = ngettext(
        "%(n)s message", "%(n)s messages", totals.messages, n=formats.number(totals.messages)
    )
    return f"{formats.size(totals.octets, totals.unsized)}, {many}"


def _line(item: ReceiptItem) -> str:
    """A message in one line, whatever is in its header."""
    reason = item.reason or (
        _("The server agreed to delete it and did not do it.") if item.agreed else ""
    )
    said = (
        outcome_words(item.outcome),
        formats.when_exactly(item.date) if item.date else "",
        formats.size(item.octets),
        item.sender or _("(no sender)"),
        item.subject or _("(no subject)"),
        reason,
    )
    return " | ".join(plain for words in said if (plain := " ".join(words.split())))
