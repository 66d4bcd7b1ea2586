"""Which messages a request means: those it names, or those its filter matches."""

from collections.abc import Iterable, Sequence

from app.mailbox import Message, Selection, Sort, SortKey, aside, parse_query, select
from app.sessions import Session

from . import formats

BY_NUMBER = Sort(SortKey.NUMBER, descending=False)


async def filtered(session: Session, q: str, messages: Sequence[Message]) -> Selection:
    """What a filter makes of messages; an empty one matches all.

    Raises:
        BadQuery: it makes no sense.
    """
    query = parse_query(q)
    if not query.terms:
        return Selection(tuple(messages), ())
    marks = frozenset(session.mailbox.marks)
    return await aside(select, query, messages, marks, formats.now())


async def chosen(session: Session, q: str) -> Selection:
    """The messages of the maildrop that a filter means, in server order.

    Raises:
        BadQuery: it makes no sense.
    """
    return await filtered(session, q, session.mailbox.index.ordered(BY_NUMBER))


def named(session: Session, ids: Iterable[str]) -> tuple[Message, ...]:
    """The messages with these ids, each once; those that have vanished are passed over."""
    index = session.mailbox.index
    return tuple(index[id] for id in dict.fromkeys(ids) if id in index)
