"""Builds the reader: the beginning of one message, and what it cost to see it."""

from app.mailbox import PEEK_LINES, Mailbox, Peeked
from app.mime import Address, PeekedPart
from app.pop3 import CommandRejected

from . import formats
from .errors import describe
from .present import ListState, Rows
from .views import ErrorView, FieldView, MessageView, PartView, RowView, RungView, TabView

TABS = {"text": "Text", "headers": "Headers"}
_RUNGS = (50, 500)
_MANY = 8  # recipients that are named


def _part(part: PeekedPart) -> PartView:
    if part.complete and part.octets is not None:
        note = formats.size(part.octets)
    elif part.octets is not None:
        note = f"about {formats.size(part.octets)}, not whole here"
    else:
        note = "begins here, size not known yet"
    return PartView(part.name or "unnamed part", part.content_type, note)


def _recipients(to: tuple[Address, ...]) -> str:
    named = ", ".join(one.name or one.email for one in to[:_MANY])
    more = len(to) - _MANY
    return f"{named} and {formats.number(more)} more" if more > 0 else named


class Reader:
    """Makes the reader of one message.

    Args:
        mailbox: where the message is.
        state: the list it was opened from.
        id: which message.
        tab: `text` or `headers`.
        lines: how many lines of the body were asked for.
    """

    def __init__(self, mailbox: Mailbox, state: ListState, id: str, tab: str, lines: int) -> None:
        self._mailbox = mailbox
        self._state = state
        self._message = mailbox.index[id]
        self._tab = tab
        self._lines = lines

    def peeked(self, peeked: Peeked) -> MessageView:
        """The reader with what TOP brought."""
        row = self._row()
        content = peeked.content
        rungs = () if peeked.complete else tuple(self._rung(lines) for lines in _RUNGS)
        return self._view(
            row,
            text=content.text,
            stripped=content.text_kind == "html",
            fields=tuple(FieldView(field.name, field.value) for field in peeked.fields),
            parts=tuple(map(_part, content.parts)),
            transferred=formats.size(peeked.transferred),
            share=formats.percent(peeked.transferred, self._message.octets),
            complete=peeked.complete,
            attachment_first=content.attachment_first,
            rungs=rungs,
        )

    def refused(self, error: CommandRejected) -> MessageView:
        """The reader where the server would not let us peek."""
        return self._view(self._row(), error=describe(error))

    def _view(
        self,
        row: RowView,
        *,
        text: str = "",
        stripped: bool = False,
        fields: tuple[FieldView, ...] = (),
        parts: tuple[PartView, ...] = (),
        transferred: str = "0 B",
        share: float = 0.0,
        complete: bool = False,
        attachment_first: bool = False,
        rungs: tuple[RungView, ...] = (),
        error: ErrorView | None = None,
    ) -> MessageView:
        summary = self._message.summary
        sender = summary.sender if summary else None
        return MessageView(
            row=row,
            sender_name=sender.name if sender else "",
            sender_address=sender.email if sender else "",
            recipients=_recipients(summary.to) if summary else "",
            tabs=tuple(self._tab_view(value, label) for value, label in TABS.items()),
            tab=self._tab,
            text=text,
            stripped=stripped,
            fields=fields,
            parts=parts,
            transferred=transferred,
            size=row.size,
            share=share,
            complete=complete,
            attachment_first=attachment_first,
            rungs=rungs,
            save_href=f"/mailbox/messages/{self._message.id}/eml",
            back=self._state.href(),
            error=error,
        )

    def _row(self) -> RowView:
        return Rows(self._mailbox, self._state, self._message.id).row(self._message)

    def _hrefs(self, tab: str, lines: int) -> tuple[str, str]:
        path = f"/mailbox/messages/{self._message.id}"
        query = {
            "tab": tab if tab != "text" else None,
            "lines": lines if lines != PEEK_LINES else None,
        }
        return self._state.href(path, **query), self._state.href(f"{path}/reader", **query)

    def _rung(self, more: int) -> RungView:
        href, reader = self._hrefs(self._tab, self._lines + more)
        return RungView(f"+{more} lines", href, reader)

    def _tab_view(self, tab: str, label: str) -> TabView:
        href, reader = self._hrefs(tab, self._lines)
        return TabView(label, href, reader, tab == self._tab)
