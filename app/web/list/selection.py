"""Which messages a request means: those it names, or those its filter matches."""

from collections.abc import Iterable

from app.mailbox import Mailbox, Message, Selection, Sort, SortKey, parse_query
from app.web.site import formats

MOST_NAMED = 10_000  # that a page is told, to name them itself
BY_NUMBER = Sort(SortKey.NUMBER, descending=False)


async def chosen(mailbox: Mailbox, q: str, sort: Sort = BY_NUMBER) -> Selection:
    """The messages of the maildrop that a filter means; an empty one matches all.

    Raises:
        BadQuery: it makes no sense.
    """
    query = parse_query(q)
    return await mailbox.listing.selected(query, sort, mailbox.marks, formats.now())


def ids_in(fields: Iterable[str] | None) -> list[str]:
    """The ids in a form's fields: one in each, as boxes send them, or many with spaces between."""
    return [id for field in fields or () for id in field.split()]


def named(mailbox: Mailbox, ids: Iterable[str]) -> tuple[Message, ...]:
    """The messages with these ids, each once; those that have vanished are passed over."""
    index = mailbox.index
    return tuple(index[id] for id in dict.fromkeys(ids) if id in index)
