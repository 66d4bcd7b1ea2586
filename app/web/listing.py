"""The list of messages: where in it one is, its rows, its page."""

from collections.abc import Iterable

from fastapi import Request

from app.mailbox import Mailbox, Message, Sort, SortKey
from app.sessions import Session

from . import formats
from .deps import Services
from .forms import read_sort
from .liststate import PER_PAGE, ListState
from .notices import notice
from .present import account, shell, title, transcript
from .spacemap import bands, heat, stat
from .views import (
    MailboxView,
    MessageView,
    PagerView,
    ProgressView,
    RowView,
    SortView,
    TrayView,
)
from .words import N_, _

_SORTS = {
    "-size": N_("Largest first"),
    "size": N_("Smallest first"),
    "-date": N_("Newest first"),
    "date": N_("Oldest first"),
    "from": N_("Sender"),
    "subject": N_("Subject"),
    "number": N_("Server order"),
}
_BY_SIZE = Sort(SortKey.SIZE, descending=True)


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
        self._now = formats.now()
        self._largest = max((m.octets for m in mailbox.index), default=0)

    def row(self, message: Message) -> RowView:
        """One row."""
        summary = message.summary
        sender = summary.sender if summary else None
        date = summary.date if summary else None
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
            date=formats.day(date, self._now) if date else "",
            date_title=formats.when(date) if date else "",
            date_iso=date.isoformat() if date else "",
            size=formats.size(message.octets),
            share=formats.percent(message.octets, self._largest),
            heat=heat(message.octets),
            known=message.headers_known,
            refused=message.header.refused,
            marked=message.id in self._mailbox.marks,
            current=message.id == self._current,
            href=self._state.href(path),
            reader_href=self._state.href(f"{path}/reader"),
        )

    def all(self, messages: Iterable[Message]) -> tuple[RowView, ...]:
        """Several rows."""
        return tuple(map(self.row, messages))


def progress(mailbox: Mailbox) -> ProgressView:
    """How far the headers are."""
    now = mailbox.progress
    return ProgressView(
        known=now.known,
        total=now.total,
        known_text=formats.number(now.known),
        total_text=formats.number(now.total),
        size=formats.size(now.octets),
        running=now.running,
    )


def tray(mailbox: Mailbox) -> TrayView:
    """What is marked."""
    marked = mailbox.marked
    return TrayView(marked.messages, formats.number(marked.messages), formats.size(marked.octets))


def subject_of(message: Message) -> str:
    """What a message is called in a sentence."""
    subject = message.summary.subject if message.summary else ""
    return subject or _("message %(n)s", n=message.number)


def _pager(state: ListState, total: int) -> PagerView:
    pages = max(1, -(-total // PER_PAGE))
    first = (state.page - 1) * PER_PAGE
    return PagerView(
        page=state.page,
        pages=pages,
        first=formats.number(min(first + 1, total)),
        last=formats.number(min(first + PER_PAGE, total)),
        total=formats.number(total),
        previous=state.at(state.page - 1).href() if state.page > 1 else "",
        next=state.at(state.page + 1).href() if state.page < pages else "",
    )


async def read_shown(mailbox: Mailbox, state: ListState) -> None:
    """Parses aside the headers that this page of the list needs."""
    ordered = await mailbox.ordered(read_sort(state.sort))
    await mailbox.read_headers(ordered[(state.page - 1) * PER_PAGE : state.page * PER_PAGE])


def mailbox_page(
    request: Request,
    services: Services,
    session: Session,
    state: ListState,
    *,
    reader: MessageView | None = None,
) -> MailboxView:
    """The mailbox page; asks the loader for what it shows."""
    mailbox = session.mailbox
    ordered = mailbox.index.ordered(read_sort(state.sort))
    by_size = mailbox.index.ordered(_BY_SIZE)
    pager = _pager(state, len(ordered))
    shown = ordered[(state.page - 1) * PER_PAGE : state.page * PER_PAGE]
    mailbox.prefer(shown)
    marked = tray(mailbox)
    current = reader.row.id if reader else ""
    headers = progress(mailbox)
    rows = Rows(mailbox, state, current).all(shown)
    return MailboxView(
        shell=shell(request, services, title(mailbox, reader), session.csrf),
        account=account(mailbox, services),
        stat=stat(mailbox, by_size),
        bands=bands(mailbox, by_size),
        rows=rows,
        progress=headers,
        sorts=tuple(SortView(v, _(label), v == state.sort) for v, label in _SORTS.items()),
        pager=pager,
        tray=marked,
        notices=tuple(map(notice, mailbox.notices)),
        transcript=transcript(mailbox),
        received=formats.size(mailbox.received),
        filling=headers.running and not all(row.known or row.refused for row in rows),
        back=state.href(f"/mailbox/messages/{current}" if current else "/mailbox"),
        reader=reader,
    )
