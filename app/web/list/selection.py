"""Which messages a request means: those it names, or those its filter matches."""

from collections.abc import Iterable

from app.mailbox import Mailbox, Message, Query, Selection, Sort, SortKey
from app.web.site import formats

MOST_NAMED = 10_000  # that a page is told, to name them itself
BY_NUMBER = Sort(SortKey.NUMBER, descending=False)


async def chosen(mailbox: Mailbox, query: Query, sort: Sort = BY_NUMBER) -> Selection:
    """The messages of the maildrop that a filter means; an empty one matches all."""
    return await mailbox.listing.selected(query, sort, mailbox.marks, formats.now())


def ids_in(fields: Iterable[str] | None) -> list[str]:
    """The ids in a form's fields: one in each, as boxes send them, or many with spaces between."""
    return [id for field in fields or () for id in field.split()]


def named(mailbox: Mailbox, ids: Iterable[str]) -> tuple[Message, ...]:
    """The messages with these ids, each once; those that have vanished are passed over."""
    index = mailbox.index
    return tuple(index[id] for id in dict.fromkeys(ids) if id in index)
