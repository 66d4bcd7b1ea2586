"""The list of messages: where in it one is, its rows, its page."""

from collections.abc import Iterable
from datetime import datetime

from fastapi import Request

from app.mailbox import Change, Mailbox, Message, Sort, SortKey, aside
from app.sessions import Session

from . import formats
from .deps import Services
from .dialogue import transcript
from .finding import Listed, filter_view, matching_view, order_view
from .liststate import PER_PAGE, ListState
from .notices import notices
from .present import account, live, shell, title
from .spacemap import MOST_UNREAD, heat, space_map, stat
from .views import (
    ErrorView,
    ListFragment,
    MailboxView,
    MessageView,
    PagerView,
    ProgressView,
    RowView,
    ToastView,
    TrayView,
)
from .words import _, ngettext

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
        self._largest = mailbox.index.largest
        self._query = state.href("")

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
            date=formats.day(date, self._now) if date else "",
            date_title=date_title(date, received=received) if date else "",
            date_iso=date.isoformat() if date else "",
            received=received,
            size=formats.size(message.octets),
            share=formats.percent(message.counted, self._largest),
            heat=heat(message.counted),
            known=message.headers_known,
            fresh=message.id in self._mailbox.news.fresh,
            refused=self._mailbox.headers.withheld(message),
            marked=message.id in self._mailbox.marks,
            current=message.id == self._current,
            href=f"{path}{self._query}",
            reader_href=f"{path}/reader{self._query}",
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


def progress(mailbox: Mailbox) -> ProgressView:
    """How far the headers are."""
    now = mailbox.headers.progress
    return ProgressView(
        known=now.known,
        total=now.total,
        known_text=formats.number(now.known),
        total_text=formats.number(now.total),
        size=formats.size(now.octets),
        running=now.running,
        paused=now.paused,
        stopped=now.stopped,
    )


def tray(mailbox: Mailbox) -> TrayView:
    """What is marked."""
    marked = mailbox.marks.totals
    return TrayView(
        marked.messages,
        formats.number(marked.messages),
        formats.size(marked.octets, marked.unsized),
    )


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


def back_to(state: ListState, current: str) -> str:
    """The address of a list with a message open, or with none where `current` is ""."""
    return state.href(f"/mailbox/messages/{current}" if current else "/mailbox")


def toast(mailbox: Mailbox) -> ToastView | None:
    """What was last done to many marks, as long as it can be undone."""
    change = mailbox.marks.undoable
    if change is None:
        return None
    gone = ngettext(
        "%(n)s of the chosen messages is not in the mailbox any more.",
        "%(n)s of the chosen messages are not in the mailbox any more.",
        change.gone,
        n=formats.number(change.gone),
    )
    said = [_changed(change), *([gone] if change.gone else [])]
    return ToastView(" ".join(said), change.number, bool(change.marked or change.unmarked))


def _changed(change: Change) -> str:
    size = formats.size(change.octets)
    if change.unmarked:
        count = len(change.unmarked)
        return ngettext(
            "%(n)s message, %(size)s, is not marked any more.",
            "%(n)s messages, %(size)s, are not marked any more.",
            count,
            n=formats.number(count),
            size=size,
        )
    count = len(change.marked)
    if not count:
        return _("Nothing new was marked.")
    return ngettext(
        "%(n)s message, %(size)s, is marked for deletion.",
        "%(n)s messages, %(size)s, are marked for deletion.",
        count,
        n=formats.number(count),
        size=size,
    )


def list_fragment(
    request: Request, services: Services, session: Session, found: Listed, current: str
) -> ListFragment:
    """The list alone, for htmx; `current` is the id of the open message, or ""."""
    mailbox = session.mailbox
    return ListFragment(
        shell=shell(request, services, mailbox.account.username),
        rows=Rows(mailbox, found.state, current).all(found.shown),
        progress=progress(mailbox),
        matching=matching_view(found),
        order=order_view(mailbox, found, None),
        pager=_pager(found.state, len(found.selection.matched)),
        filter=filter_view(found),
        back=back_to(found.state, current),
    )


async def mailbox_page(
    request: Request,
    services: Services,
    session: Session,
    found: Listed,
    *,
    reader: MessageView | None = None,
    error: ErrorView | None = None,
) -> MailboxView:
    """The mailbox page."""
    mailbox = session.mailbox
    by_size = await mailbox.listing.ordered(_BY_SIZE)
    await mailbox.listing.survey(formats.own_zone(), MOST_UNREAD)
    current = reader.row.id if reader else ""
    fragment = await aside(list_fragment, request, services, session, found, current)
    return MailboxView(
        shell=shell(request, services, title(mailbox, reader)),
        account=account(mailbox, services),
        stat=await aside(stat, mailbox, by_size),
        map=await aside(space_map, mailbox, found.state),
        rows=fragment.rows,
        progress=fragment.progress,
        filter=fragment.filter,
        matching=fragment.matching,
        order=fragment.order,
        pager=fragment.pager,
        tray=tray(mailbox),
        toast=toast(mailbox),
        notices=notices(mailbox),
        transcript=transcript(mailbox),
        live=live(session),
        received=formats.size(mailbox.lease.received),
        filling=fragment.progress.running
        and not all(row.known or row.refused for row in fragment.rows),
        back=fragment.back,
        reader=reader,
        error=error,
    )
