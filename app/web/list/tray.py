"""The tray: what is marked, what the last action did, and whether that can be undone."""

from app.mailbox import Change, Mailbox
from app.web.site import formats
from app.web.site.words import _, ngettext

from .views import TrayView


def tray(mailbox: Mailbox) -> TrayView:
    """What the foot of the page says of the marks; each thing once."""
    marks, change = mailbox.marks.totals, mailbox.marks.undoable
    if change is None:
        return TrayView(marks, _unmark(1))
    done = (_changed(change, marks.messages), _gone(change))
    return TrayView(
        marks,
        _("Mark again") if change.unmarked else _unmark(len(change.marked) or 1),
        done=" ".join(filter(None, done)),
        change=str(change.number),
        undoable=bool(change.marked or change.unmarked),
    )


def _changed(change: Change, marked: int) -> str:
    """What an action on many marks did, as far as the sum of the marks does not tell."""
    count = len(change.unmarked)
    if count:
        return ngettext(
            "%(n)s message, %(size)s, is not marked any more.",
            "%(n)s messages, %(size)s, are not marked any more.",
            count,
            n=formats.number(count),
            size=formats.size(change.octets),
        )
    count = len(change.marked)
    if not count:
        return _("Nothing new was marked.")
    if count >= marked:
        return ""
    return ngettext(
        "%(n)s of them just now.", "%(n)s of them just now.", count, n=formats.number(count)
    )


def _unmark(count: int) -> str:
    if count == 1:
        return _("Unmark the last one")
    return ngettext(
        "Unmark the last %(n)s", "Unmark the last %(n)s", count, n=formats.number(count)
    )


def _gone(change: Change) -> str:
    if not change.gone:
        return ""
    return ngettext(
        "%(n)s of the chosen messages is not in the mailbox any more.",
        "%(n)s of the chosen messages are not in the mailbox any more.",
        change.gone,
        n=formats.number(change.gone),
    )
