"""Builds the reader: one message, what it cost to see it, and what can be done next."""

from dataclasses import replace
from typing import TypeVar

from app.mailbox import DeletedInConsole, Download, Mailbox, Message, Peeked
from app.mime import Address, Block, Contents, SafeHtml, split_path
from app.pop3 import CommandRejected, RemoteProtocolError
from app.web.list.list_url import ListState
from app.web.list.rows import Rows, date_title
from app.web.site import formats
from app.web.site.problems import describe
from app.web.site.words import N_, _, ngettext

from .attachments import part_href
from .defects import defect_words
from .delivery_route import route_view
from .tabs import SOURCE_OCTETS, Asked, TabContents
from .views import (
    FetchView,
    HtmlView,
    InnerView,
    MarkView,
    MessageView,
    PartView,
    RungView,
    SourceView,
    Tab,
    TabView,
)

_Part = TypeVar("_Part", PartView, MarkView)
_LABELS = {
    Tab.TEXT: N_("Text"),
    Tab.HTML: N_("HTML"),
    Tab.ATTACHMENTS: N_("Attachments"),
    Tab.HEADERS: N_("Headers"),
    Tab.ROUTE: N_("Route"),
    Tab.SOURCE: N_("Source"),
}
_MORE = (80, 320)  # lines
_DECODED = frozenset({Tab.TEXT, Tab.HTML, Tab.ATTACHMENTS})  # of a file they show no lines
_MANY = 8  # recipients that are named
_LINKS = 200  # links that are listed
_REFUSED = {
    "too-large": N_("Its HTML is larger than 1 MiB, so it is shown as text only."),
    "too-deep": N_("Its HTML is nested unusually deep, so it is shown as text only."),
}


def _recipients(to: tuple[Address, ...]) -> str:
    named = ", ".join(one.name or one.email for one in to[:_MANY])
    more = len(to) - _MANY
    if more <= 0:
        return named
    return ngettext(
        "%(names)s and %(n)s more",
        "%(names)s and %(n)s more",
        more,
        names=named,
        n=formats.number(more),
    )


def _lines(more: int) -> str:
    return ngettext("+%(n)s line", "+%(n)s lines", more, n=formats.number(more))


def _query(asked: Asked) -> dict[str, object]:
    """What is not as usual, None for what is."""
    return {
        "tab": asked.tab.value if asked.tab is not Tab.TEXT else None,
        "lines": asked.lines,
        "remote": 1 if asked.remote else None,
        "at": asked.page if asked.page > 1 else None,
        "within": asked.within or None,
    }


class ReaderPane:
    """Makes the reader of one message.

    Args:
        mailbox: where the message is.
        state: the list it was opened from.
        message: which message.
        asked: what of it.

    Attributes:
        path: of the message's page.
        octets: of the whole message, by LIST's estimate.
    """

    def __init__(self, mailbox: Mailbox, state: ListState, message: Message, asked: Asked) -> None:
        self._mailbox = mailbox
        self._state = state
        self._message = message
        self._asked = asked
        self.path = f"/mailbox/messages/{message.id}"
        self.octets = message.octets

    def shown(self, peeked: Peeked, shown: TabContents) -> MessageView:
        """The reader with what came and what its tab shows of it."""
        contents = shown.contents
        return replace(
            self._empty(peeked, shown),
            transferred=peeked.transferred,
            share=formats.percent(peeked.transferred, self._message.counted),
            complete=peeked.complete,
            rungs=self._rungs(peeked, contents),
            whole="" if peeked.lines is None or peeked.complete else self._own("whole"),
            fetched_header=self._message.header.refused,
            inner=self._inner(shown),
            blocks=tuple(
                self._with_way(one) if isinstance(one, MarkView) else one for one in shown.blocks
            ),
            texts=any(isinstance(one, Block) for one in shown.blocks),
            inside=tuple(map(self._with_way, shown.inside)),
            signed=contents.signed > 0,
            stripped=contents.text.kind == "html",
            attachment_first=contents.attachment_first,
            html=self._html(shown.html) if shown.html else None,
            frame=self._frame() if shown.html and not shown.html.refused else "",
            parts=tuple(map(self._with_way, shown.parts)),
            more_calendars=shown.more_calendars,
            encoded=any(one.encoding == "base64" for one in contents.attachments),
            fields=shown.fields,
            raw=shown.raw_header,
            route=route_view(shown.trace) if shown.trace else None,
            source=self._source(shown) if self._asked.tab is Tab.SOURCE else None,
            wrong=self._wrong(peeked, shown),
        )

    def refused(
        self, error: CommandRejected | DeletedInConsole | RemoteProtocolError
    ) -> MessageView:
        """The reader where the server would not let us peek."""
        return replace(
            self._empty(),
            error=describe(error),
            headless=not self._message.headers_known and not isinstance(error, DeletedInConsole),
        )

    def waiting(self) -> MessageView:
        """The reader while the line is busy with a message that comes whole."""
        return replace(self._empty(), waiting=True)

    def _empty(self, peeked: Peeked | None = None, shown: TabContents | None = None) -> MessageView:
        summary = (shown and shown.summary) or self._message.summary
        sender = summary.sender if summary else None
        return MessageView(
            row=Rows(self._mailbox, self._state, self._message.id).row(self._message),
            sender_name=sender.name if sender else "",
            sender_address=sender.email if sender else "",
            recipients=_recipients(summary.to) if summary else "",
            tabs=self._tabs(peeked, shown),
            tab=self._asked.tab,
            transferred=0,
            share=0.0,
            complete=False,
            rungs=(),
            whole=self._own("whole"),
            save_all=ListState().href(
                f"{self.path}/attachments", within=self._asked.within or None
            ),
            save_href=f"{self.path}/eml",
            save_mark=f"{self.path}/save-mark",
            saved_href=self._state.href(f"{self.path}/saved"),
            back=self._state.href(),
            fetch=self._fetch(),
            saved=self._mailbox.saves.get(self._message.id),
        )

    def _href(self, asked: Asked, label: str = "") -> RungView:
        query = _query(asked)
        page = self._state.href(self.path, **query)
        return RungView(label, page, self._state.href(f"{self.path}/reader", **query))

    def _own(self, name: str) -> str:
        """A path below the message's, with the place in the list and the view."""
        return self._state.href(f"{self.path}/{name}", **_query(self._asked))

    def _inner(self, shown: TabContents) -> InnerView | None:
        """The message within that is open, and the one that it is in."""
        summary, outer = shown.summary, shown.outer
        if summary is None or outer is None:
            return None
        around, _own = split_path(self._asked.within)
        place = Asked(Tab.ATTACHMENTS, self._asked.lines, within=around)
        date = summary.date
        received = summary.date_from == "received"
        return InnerView(
            subject=summary.subject,
            date=date,
            date_title=date_title(date, received=received) if date else "",
            received=received,
            outer=self._href(place, outer.subject or _("(no subject)")),
            save_href=part_href(self.path, self._asked.within),
        )

    def _with_way(self, part: _Part) -> _Part:
        """The same with its way into the message that it is."""
        if not part.message:
            return part
        return replace(part, opens=self._href(Asked(lines=self._asked.lines, within=part.message)))

    def _wrong(self, peeked: Peeked, shown: TabContents) -> tuple[str, ...]:
        contents = shown.contents
        codes = [*contents.defects, *peeked.defects]
        if self._asked.tab is Tab.HTML:
            codes = [code for code in codes if code != "text-cut"]  # that is said of the text
            if contents.markup_cut:
                codes.append("text-cut")
        return defect_words(codes)

    def _rungs(self, peeked: Peeked, contents: Contents) -> tuple[RungView, ...]:
        """Ways to see some lines more, where they would show something."""
        if peeked.complete or peeked.cut or (self._asked.tab in _DECODED and contents.file_coming):
            return ()
        lines = peeked.lines or 0
        return tuple(
            self._href(replace(self._asked, lines=lines + more, page=1), _lines(more))
            for more in _MORE
        )

    def _tabs(self, peeked: Peeked | None, shown: TabContents | None) -> tuple[TabView, ...]:
        views = []
        for tab, label in _LABELS.items():
            bare = peeked and peeked.complete and shown and not shown.contents.has_html
            if tab is Tab.HTML and bare:
                continue
            place = self._href(Asked(tab, self._asked.lines, within=self._asked.within))
            count = len(shown.parts) if tab is Tab.ATTACHMENTS and shown else 0
            current = tab is self._asked.tab
            views.append(TabView(_(label), count, place.href, place.reader_href, current))
        return tuple(views)

    def _frame(self) -> str:
        query = _query(replace(self._asked, tab=Tab.TEXT, page=1))
        return ListState().href(f"{self.path}/html", **query)

    def _html(self, safe: SafeHtml) -> HtmlView:
        show = self._href(replace(self._asked, remote=True))
        return HtmlView(
            remote=safe.remote_images,
            shown=self._asked.remote,
            insecure="insecure-image" in safe.defects,
            show=None if self._asked.remote or not safe.remote_images else show,
            links=safe.links[:_LINKS],
            refused=_(_REFUSED[safe.refused]) if safe.refused else "",
        )

    def _source(self, shown: TabContents) -> SourceView:
        page, come = self._asked.page, shown.come
        first, last = (page - 1) * SOURCE_OCTETS, min(page * SOURCE_OCTETS, come)
        return SourceView(
            text=shown.source,
            first=min(first + 1, come),
            last=last,
            total=come,
            previous=self._href(replace(self._asked, page=page - 1)) if page > 1 else None,
            next=self._href(replace(self._asked, page=page + 1)) if last < come else None,
        )

    def _fetch(self) -> FetchView | None:
        own = self._mailbox.downloads.of(self._message)
        if own is not None and (own.running or own.error is not None):
            return self.fetch(own)
        other = self._mailbox.downloads.running()
        return self.fetch(other) if other is not None else None

    def fetch(self, download: Download) -> FetchView:
        """How far a download is, this message's or another one's."""
        foreign = download.id != self._message.id
        return FetchView(
            subject=self._subject(download) if foreign else "",
            got=len(download.spool),
            octets=download.expected,
            running=download.running,
            ask=self._own("fetching"),
            cancel=f"/mailbox/messages/{download.id}/cancel" if foreign else self._own("cancel"),
            error=describe(download.error) if download.error else None,
        )

    def _subject(self, download: Download) -> str:
        index = self._mailbox.index
        summary = index[download.id].summary if download.id in index else None
        return (summary and summary.subject) or _("another message")
