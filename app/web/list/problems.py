"""What is wrong with a filter, or with an address of a message, in plain words."""

from typing import Final

from app.mailbox import BadQuery, NoSuchMessage, QueryFault
from app.mailbox.terms import Field
from app.web.site.problems import Words, always, problem
from app.web.site.words import N_, _

_SHOWN: Final = 60  # characters of what was typed
_WRONG: Final = {
    QueryFault.UNKNOWN_FIELD: N_("there is no such field"),
    QueryFault.UNKNOWN_VALUE: N_(
        "has: takes attachment, date, domain, header or sender; is: takes marked"
    ),
    QueryFault.EMPTY: N_("there is nothing to look for"),
    QueryFault.BAD_SIZE: N_("this is not a size; write one like 300 KB, 5 MB or 1.5 GB"),
    QueryFault.BAD_AGE: N_("this is not an age; write one like 90 days, 4w, 3m or 1y"),
    QueryFault.BAD_DAY: N_("this is not a day; write one like 2026-01-31"),
    QueryFault.BAD_MONTH: N_("this is not a month; write one like 2026-01 or January 2026"),
    QueryFault.RANGE: N_("for a range, write two terms, such as larger:1M smaller:5M"),
    QueryFault.TWO_WAYS: N_(
        "this can be read in two ways; write it without a point or comma, such as 1500K or 1.5M"
    ),
    QueryFault.NO_UNIT: N_("the unit is missing; write 5M, 5K, or 5B if these are bytes"),
    QueryFault.LONE_OR: N_("“or” stands between two terms; in quotes it is a word to look for"),
    QueryFault.OPEN_BRACKET: N_(
        "this parenthesis is not closed; in quotes it is something to look for"
    ),
    QueryFault.AFTER_BRACKET: N_("a space is missing behind the parenthesis"),
    QueryFault.TOO_DEEP: N_("too many parentheses stand within each other"),
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
