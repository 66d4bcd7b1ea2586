"""What is wrong with a filter, or with an address of a message, in plain words."""

from typing import Final

from app.mailbox import BadQuery, NoSuchMessage, QueryFault
from app.mailbox.query import Field
from app.web.site.problems import Words, always, problem
from app.web.site.words import N_, _

_SHOWN: Final = 60  # characters of what was typed
_WRONG: Final = {
    QueryFault.UNKNOWN_FIELD: N_("there is no such field"),
    QueryFault.UNKNOWN_VALUE: N_(
        "has: takes attachment, date, domain, header or sender; is: takes marked"
    ),
    QueryFault.EMPTY: N_("there is nothing to look for"),
    QueryFault.BAD_SIZE: N_("this is not a size; write one like 300K, 5M or 1.5G"),
    QueryFault.BAD_AGE: N_("this is not an age; write one like 90d, 4w, 3m or 1y"),
    QueryFault.BAD_DAY: N_("this is not a day; write one like 2026-01-31"),
    QueryFault.BAD_MONTH: N_("this is not a month; write one like 2026-01"),
    QueryFault.OPEN_QUOTE: N_("this quote is not closed"),
    QueryFault.AFTER_QUOTE: N_("a space is missing behind the quote"),
    QueryFault.TOO_LONG: N_("the filter is too long"),
}
_FIELDS: Final = ", ".join(f"{field.value}:" for field in Field if field.value)


@problem(BadQuery, 422, "invalid-request")
def bad_query(error: BadQuery) -> Words:
    """What is wrong, and where: the place is counted from 1."""
    shown = error.text if len(error.text) <= _SHOWN else f"{error.text[:_SHOWN]}…"
    place, wrong = error.place + 1, _(_WRONG[error.fault])
    detail = (
        _("At character %(n)s, “%(text)s”: %(wrong)s.", n=place, text=shown, wrong=wrong)
        if shown.strip()
        else _("At character %(n)s: %(wrong)s.", n=place, wrong=wrong)
    )
    advice: tuple[str, ...] = ()
    if error.fault is QueryFault.UNKNOWN_FIELD:
        advice = (
            _("Fields are %(fields)s.", fields=_FIELDS),
            _("To look for a word with a colon, put it in quotes."),
        )
    return Words(_("This filter is not valid."), detail, advice)


problem(NoSuchMessage, 404, "no-such-message")(
    always(
        N_("This message is not in the mailbox."),
        N_("It may have been deleted or fetched by another program."),
        N_("Check again to see what is there now."),
    )
)
