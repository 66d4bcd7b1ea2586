"""Builds the views of `views.py` from a session; reads, never acts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request

from app import __version__
from app.mailbox import Mailbox, Message, Outcome, Receipt, Sort, SortKey
from app.sessions import Session
from app.transport import Security

from . import formats
from .deps import Services
from .errors import InvalidRequest
from .forms import read_page, read_sort
from .notices import notice
from .security import host_name, is_https, is_loopback_name
from .views import (
    AccountView,
    BandView,
    BlockView,
    MailboxView,
    MessageView,
    PagerView,
    ProgressView,
    ReceiptRow,
    ReceiptView,
    ReviewView,
    RowView,
    SaidView,
    Shell,
    SortView,
    StatView,
    TrayView,
)

PER_PAGE = 100
DEFAULT_SORT = "-size"
_LARGEST = 5
_TRANSCRIPT = 60
_SORTS = {
    "-size": "Largest first",
    "size": "Smallest first",
    "-date": "Newest first",
    "date": "Oldest first",
    "from": "Sender",
    "subject": "Subject",
    "number": "Server order",
}
_BANDS = (
    ("over 10 MB", 10_000_000),
    ("1 to 10 MB", 1_000_000),
    ("100 KB to 1 MB", 100_000),
    ("under 100 KB", 0),
)
_HEATS = ((10_000_000, 5), (5_000_000, 4), (1_000_000, 3), (100_000, 2))
_BY_SIZE = Sort(SortKey.SIZE, descending=True)


@dataclass(frozen=True, slots=True)
class ListState:
    """Where in the list one is, as the URL says it."""

    sort: str = DEFAULT_SORT
    page: int = 1

    def href(self, path: str = "/mailbox", **more: object) -> str:
        """A path with this state; what is as by default is left out."""
        query = {
            "sort": self.sort if self.sort != DEFAULT_SORT else None,
            "page": self.page if self.page != 1 else None,
            **more,
        }
        kept = urlencode({name: value for name, value in query.items() if value is not None})
        return f"{path}?{kept}" if kept else path

    def at(self, page: int) -> "ListState":
        """The same list, another page."""
        return ListState(self.sort, page)


def current_list(url: str) -> tuple[ListState, str]:
    """The list, and the open message's id or "", of the page that an htmx request came from."""
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        sort, page = query.get("sort", DEFAULT_SORT), read_page(query.get("page", "1"))
        read_sort(sort)
    except (InvalidRequest, ValueError):  # ValueError: such as an open bracket
        return ListState(), ""
    before, _, id = parts.path.partition("/mailbox/messages/")
    return ListState(sort, page), "" if before else id


def shell(request: Request, services: Services, title: str, csrf: str) -> Shell:
    """What every page has."""
    config = services.config
    host = host_name(request)
    return Shell(
        title=title,
        csrf=csrf,
        insecure=not is_https(request, config.public_origin) and not is_loopback_name(host),
        version=__version__,
        host=host,
    )


def account(mailbox: Mailbox, services: Services) -> AccountView:
    """The top bar."""
    target = mailbox.account.target
    plaintext = target.security is Security.NONE
    tls = (mailbox.tls or "TLS").replace("TLSv", "TLS ")
    held = mailbox.held_seconds
    demo = services.config.demo
    return AccountView(
        name=mailbox.account.username,
        server=f"[{target.host}]:{target.port}"
        if ":" in target.host
        else f"{target.host}:{target.port}",
        protection="not encrypted"
        if plaintext
        else tls
        if target.verified
        else f"{tls}, unverified",
        plaintext=plaintext,
        held=int(held) if held is not None else None,
        demo=demo is not None and target == demo.target,
    )


def _heat(octets: int) -> int:
    return next((heat for least, heat in _HEATS if octets >= least), 1)


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
        self._now = datetime.now(UTC).astimezone()
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
            heat=_heat(message.octets),
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
    return subject or f"message {message.number}"


def _title(message: Message) -> str:
    summary = message.summary
    subject = f" · {summary.subject}" if summary and summary.subject else ""
    return formats.size(message.octets) + subject


def _stat(mailbox: Mailbox, by_size: Sequence[Message]) -> StatView:
    totals = mailbox.index.totals
    largest = by_size[:_LARGEST]
    blocks = []
    x = 0.0
    for message in largest:
        width = formats.percent(message.octets, totals.octets)
        href = ListState().href(f"/mailbox/messages/{message.id}")
        blocks.append(BlockView(x, width, _heat(message.octets), _title(message), href))
        x = round(x + width, 2)
    rest = by_size[_LARGEST:]
    if rest:
        title = f"{formats.size(sum(m.octets for m in rest))} in all other messages"
        blocks.append(BlockView(x, round(max(100 - x, 0), 2), 1, title, "/mailbox"))
    return StatView(
        messages=formats.number(totals.messages),
        size=formats.size(totals.octets),
        largest=len(largest),
        share=formats.share(sum(m.octets for m in largest), totals.octets),
        blocks=tuple(blocks),
    )


def _bands(mailbox: Mailbox, by_size: Sequence[Message]) -> tuple[BandView, ...]:
    views = []
    start = 0
    for label, least in _BANDS:
        stop = start
        while stop < len(by_size) and by_size[stop].octets >= least:
            stop += 1
        octets = sum(m.octets for m in by_size[start:stop])
        page = ListState().at(start // PER_PAGE + 1)
        views.append(
            BandView(
                label=label,
                messages=formats.number(stop - start),
                size=formats.size(octets),
                share=formats.percent(octets, mailbox.index.totals.octets),
                href=f"{page.href()}#m-{by_size[start].id}" if stop > start else "",
            )
        )
        start = stop
    return tuple(views)


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


def _transcript(mailbox: Mailbox) -> tuple[SaidView, ...]:
    return tuple(
        SaidView(
            said.side.value,
            said.text,
            f"({formats.number(said.octets)} octets)" if said.octets is not None else "",
        )
        for said in mailbox.transcript[-_TRANSCRIPT:]
    )


def title(mailbox: Mailbox, reader: MessageView | None) -> str:
    """`3 marked · Holiday video · user@example.net`."""
    marked = mailbox.marked.messages
    words = (
        f"{formats.number(marked)} marked" if marked else "",
        (reader.row.subject or "Message") if reader else "",
        mailbox.account.username,
    )
    return " · ".join(word for word in words if word)


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
        stat=_stat(mailbox, by_size),
        bands=_bands(mailbox, by_size),
        rows=rows,
        progress=headers,
        sorts=tuple(SortView(v, label, v == state.sort) for v, label in _SORTS.items()),
        pager=pager,
        tray=marked,
        notices=tuple(map(notice, mailbox.notices)),
        transcript=_transcript(mailbox),
        received=formats.size(mailbox.received),
        filling=headers.running and not all(row.known or row.refused for row in rows),
        back=state.href(f"/mailbox/messages/{current}" if current else "/mailbox"),
        reader=reader,
    )


def review_page(request: Request, services: Services, session: Session) -> ReviewView:
    """What is marked, largest first."""
    mailbox = session.mailbox
    index = mailbox.index
    chosen = sorted((index[id] for id in mailbox.marks), key=lambda m: -m.octets)
    left = index.totals.octets - mailbox.marked.octets
    return ReviewView(
        shell=shell(request, services, f"Review · {mailbox.account.username}", session.csrf),
        account=account(mailbox, services),
        rows=Rows(mailbox, ListState()).all(chosen),
        tray=tray(mailbox),
        size=formats.size(index.totals.octets),
        left=formats.size(left),
        share_left=formats.percent(left, index.totals.octets),
    )


def receipt_page(
    request: Request, services: Services, session: Session, receipt: Receipt
) -> ReceiptView:
    """The outcome of the last commit."""
    mailbox = session.mailbox
    after = receipt.after
    gone = receipt.count(Outcome.GONE)
    return ReceiptView(
        shell=shell(
            request,
            services,
            f"{gone} of {len(receipt.items)} gone · {mailbox.account.username}",
            session.csrf,
        ),
        account=account(mailbox, services),
        freed=formats.size(receipt.octets_freed),
        gone=gone,
        total=len(receipt.items),
        verified=receipt.verified,
        why=receipt.why,
        at=formats.when_exactly(receipt.at),
        at_iso=receipt.at.isoformat(),
        before=formats.size(receipt.before.octets),
        after=formats.size(after.octets) if after else "",
        share_after=formats.percent(after.octets, receipt.before.octets) if after else 0.0,
        rows=tuple(
            ReceiptRow(
                item.sender,
                item.subject,
                formats.size(item.octets),
                item.outcome.value,
                item.reason,
            )
            for item in receipt.items
        ),
        left_marked=mailbox.marked.messages,
    )
