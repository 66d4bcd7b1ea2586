"""Why a session is over, and what became of the marks, in plain words."""

from app.sessions import Cause, EndedSession
from app.web.site import formats
from app.web.site.words import _, ngettext

from .views import EndedView


def ended_view(ended: EndedSession | None, *, undone: bool = False) -> EndedView:
    """What the sign-in page says to a browser whose session is over.

    Args:
        ended: what is remembered of it; None where this Popscope does not know it (any more).
        undone: the click that met the end was to change something.
    """
    lost = (_("Your last click was not carried out."),) if undone else ()
    if ended is None:
        return EndedView(
            _("Your session is over: this Popscope does not know it any more."),
            (
                *lost,
                _("It may have been restarted. Nothing was deleted; marks are forgotten."),
            ),
        )
    time = formats.span(ended.after)
    if ended.cause is Cause.IDLE:
        title = _("Your session ended after %(time)s without a click.", time=time)
    else:
        title = _("Your session ended: none lasts longer than %(time)s.", time=time)
    count = len(ended.marks)
    if not count:
        return EndedView(title, (*lost, _("Nothing was deleted.")))
    kept = ngettext(
        "Nothing was deleted. Your mark is kept: sign in to the same mailbox to go on.",
        "Nothing was deleted. Your %(n)s marks are kept: sign in to the same mailbox to go on.",
        count,
        n=formats.number(count),
    )
    return EndedView(title, (*lost, kept))
