"""What is wrong with a filter, in plain words."""

from typing import Final

from app.mailbox import BadQuery, QueryFault
from app.mailbox.query import Field

_SHOWN: Final = 60  # characters of what was typed
_WRONG: Final = {
    QueryFault.UNKNOWN_FIELD: "there is no such field",
    QueryFault.UNKNOWN_VALUE: "has: knows attachment, is: knows marked",
    QueryFault.EMPTY: "there is nothing to look for",
    QueryFault.BAD_SIZE: "this is no size; sizes look like 300K, 5M or 1.5G",
    QueryFault.BAD_AGE: "this is no age; ages look like 90d, 4w, 3m or 1y",
    QueryFault.BAD_DAY: "this is no day; days look like 2026-01-31",
    QueryFault.OPEN_QUOTE: "this quote is not closed",
    QueryFault.AFTER_QUOTE: "a space is missing behind the quote",
    QueryFault.TOO_LONG: "the filter is too long",
}
_FIELDS: Final = tuple(f"{field.value}:" for field in Field if field.value)
_KNOWN: Final = f"Fields are {', '.join(_FIELDS)}."
_QUOTES: Final = "To look for a word with a colon, put it in quotes."


def bad_query(error: BadQuery) -> tuple[str, str, tuple[str, ...]]:
    """Title, detail with the place counted from 1, and advice."""
    shown = error.text if len(error.text) <= _SHOWN else f"{error.text[:_SHOWN]}…"
    said = f", “{shown}”" if shown.strip() else ""
    detail = f"At character {error.place + 1}{said}: {_WRONG[error.fault]}."
    advice = (_KNOWN, _QUOTES) if error.fault is QueryFault.UNKNOWN_FIELD else ()
    return "This filter makes no sense.", detail, advice
