"""The rows of a list of messages, and its pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from app.mailbox import Mailbox, Message
from app.web.site import formats
from app.web.site.words import _

from .filter_words import present
from .hits import Hits
from .list_url import PER_PAGE, ListState
from .views import PagerView, RowView

_HEATS: Final = ((10_000_000, 5), (5_000_000, 4), (1_000_000, 3), (100_000, 2))


class Rows:
    """Makes rows of one list.

    Args:
        mailbox: whose messages.
        state: the list they stand in.
        current: the id of the open message, or "".
    """

    def __init__(self, mailbox: Mailbox, state: ListState, current: str = "") -> None:
        self._mailbox = mailbox
        self._state = state
        self._current = current
        self._largest = mailbox.index.largest
        self._query = state.href("")
        self._hits = Hits(present(state.q))

    def row(self, message: Message) -> RowView:
        """One row."""
        summary = message.summary
        sender = summary.sender if summary else None
        date = summary.date if summary else None
        received = summary is not None and summary.date_from == "received"
        path = f"/mailbox/messages/{message.id}"
        name = (sender.name or sender.email) if sender else ""
        both = (
            f"{sender.name} <{sender.email}>" if sender and sender.name and sender.email else name
        )
        return RowView(
            id=message.id,
            number=message.number,
            sender=name,
            sender_title=both,
            subject=summary.subject if summary else "",
            date=date,
            date_title=date_title(date, received=received) if date else "",
            received=received,
            octets=message.octets,
            share=formats.percent(message.counted, self._largest),
            heat=heat(message.counted),
            known=message.headers_known,
            fresh=message.id in self._mailbox.news.fresh,
            refused=self._mailbox.headers.withheld(message),
            marked=message.id in self._mailbox.marks,
            current=message.id == self._current,
            href=f"{path}{self._query}",
            reader_href=f"{path}/reader{self._query}",
            hits=self._hits.of(summary),
        )

    def all(self, messages: Iterable[Message]) -> tuple[RowView, ...]:
        """Several rows."""
        return tuple(map(self.row, messages))


def date_title(date: datetime, *, received: bool) -> str:
    """A date in full; says so where it is that of arrival."""
    when = formats.when(date)
    if not received:
        return when
    return _("received %(when)s; the message has no readable date of its own", when=when)


def subject_of(message: Message) -> str:
    """What a message is called in a sentence."""
    subject = message.summary.subject if message.summary else ""
    return subject or _("message %(n)s", n=message.number)


def pager(state: ListState, total: int) -> PagerView:
    """Which page of how many, and the addresses of its neighbours."""
    pages = max(1, -(-total // PER_PAGE))
    first = (state.page - 1) * PER_PAGE
    return PagerView(
        page=state.page,
        pages=pages,
        first=min(first + 1, total),
        last=min(first + PER_PAGE, total),
        total=total,
        previous=state.at(state.page - 1).href() if state.page > 1 else "",
        next=state.at(state.page + 1).href() if state.page < pages else "",
    )


def heat(octets: int) -> int:
    """How warm a size is shown, 1 to 5."""
    return next((heat for least, heat in _HEATS if octets >= least), 1)
