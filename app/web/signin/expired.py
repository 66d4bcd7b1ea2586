"""Why a session is over, and what became of the marks, in plain words."""

from typing import Final

from app.sessions import Cause, EndedSession
from app.web.site import formats
from app.web.site.words import _, ngettext

from .views import EndedView

STILL_DELETING: Final = "unknown"
"""In place of a number, where a deletion was under way at sign-out."""
_DIGITS: Final = 9  # no maildrop counts further


def left_view(left: str) -> EndedView | None:
    """What the sign-in page says after a sign-out that left marked messages undeleted.

    Args:
        left: how many, or `STILL_DELETING`.
    """
    title = _("You are signed out.")
    if left == STILL_DELETING:
        line = _(
            "A deletion that you confirmed is still under way. Sign in again to see what is gone."
        )
        return EndedView(title, (line,))
    if not (left.isascii() and left.isdecimal() and len(left) <= _DIGITS and int(left)):
        return None
    count = int(left)
    line = ngettext(
        "%(n)s message was marked for deletion and was not deleted: it stays in the mailbox. Its "
        "mark is forgotten.",
        "%(n)s messages were marked for deletion and were not deleted: they stay in the mailbox. "
        "Their marks are forgotten.",
        count,
        n=formats.number(count),
    )
    return EndedView(title, (line,))


def not_signed_in() -> EndedView:
    """What it says to a click of a browser that has been signed out, perhaps in another tab."""
    return EndedView(_("You are signed out."), (_("Your last click was not carried out."),))


def ended_view(ended: EndedSession | None, *, undone: bool = False) -> EndedView:
    """What the sign-in page says to a browser whose session is over.

    Args:
        ended: what is remembered of it; None where this Popscope does not know it (any more).
        undone: the click that met the end was to change something.
    """
    lost = (_("Your last click was not carried out."),) if undone else ()
    unknown = _("Your session is over: this Popscope does not know it any more.")
    if ended is None:
        return EndedView(
            unknown,
            (
                *lost,
                _(
                    "It may have been restarted. What you had not confirmed was not deleted; marks "
                    "are forgotten."
                ),
            ),
        )
    time = formats.span(ended.after)
    if ended.cause is Cause.LOST:
        title = unknown
    elif ended.cause is Cause.IDLE:
        title = _("Your session ended after %(time)s without a click.", time=time)
    else:
        title = _("Your session ended: none lasts longer than %(time)s.", time=time)
    count = len(ended.marks)
    if not count:
        return EndedView(title, (*lost, _("No message was marked for deletion.")))
    kept = ngettext(
        "Nothing was deleted. Your mark is kept: sign in to the same mailbox to go on.",
        "Nothing was deleted. Your %(n)s marks are kept: sign in to the same mailbox to go on.",
        count,
        n=formats.number(count),
    )
    return EndedView(title, (*lost, kept))
