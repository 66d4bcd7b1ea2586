"""The mailbox page: the list, what stands around it, and the message that is open."""

from dataclasses import replace

from fastapi.responses import Response

from app.mailbox import Mailbox, Sort, SortKey, in_thread
from app.web.list.filter_words import present
from app.web.list.list_url import back_to
from app.web.list.notices import notices
from app.web.list.results import ListPage, filter_view, matching_view, order_view
from app.web.list.rows import Rows, pager
from app.web.list.tray import tray
from app.web.list.views import ListFragment, RowView
from app.web.reader.views import MessageView
from app.web.site.shell import live, titled
from app.web.site.views import ErrorView
from app.web.site.visit import Visit
from app.web.site.words import _
from app.web.space.sidebar import MOST_UNREAD, space_map, stat
from app.web.space.views import UnderView
from app.web.space.within import grouped_within
from app.web.transcript.lines import transcript

from .views import MailboxView

_BY_SIZE = Sort(SortKey.SIZE, descending=True)


def title(mailbox: Mailbox, opened: RowView | None) -> str:
    """`3 marked · Holiday video · user@example.net`."""
    return titled(mailbox, (opened.subject or _("Message")) if opened else "")


def list_fragment(mailbox: Mailbox, found: ListPage, current: str) -> ListFragment:
    """The list alone, for htmx; `current` is the id of the open message, or ""."""
    return ListFragment(
        rows=Rows(mailbox, found.state, current).all(found.shown),
        progress=mailbox.headers.progress,
        matching=matching_view(found),
        order=order_view(mailbox, found, None),
        pager=pager(found.state, len(found.selection.matched)),
        filter=filter_view(found),
        back=back_to(found.state, current),
        typed=found.typed.strip(),
    )


async def mailbox_page(
    visit: Visit,
    found: ListPage,
    *,
    reader: MessageView | None = None,
    error: ErrorView | None = None,
    under: UnderView | None = None,
) -> Response:
    """The mailbox page, with a message open or without; `under` is what the list answers."""
    mailbox = visit.mailbox
    by_size = await mailbox.listing.ordered(_BY_SIZE)
    within = await grouped_within(mailbox, present(found.state.q), MOST_UNREAD)
    opened = reader.row if reader else None
    fragment = await in_thread(list_fragment, mailbox, found, opened.id if opened else "")
    view = MailboxView(
        stat=await in_thread(stat, mailbox, by_size),
        map=await in_thread(space_map, mailbox, found.state, within, under),
        list=replace(fragment, answer=under.said if under else ""),
        tray=tray(mailbox),
        notices=notices(mailbox),
        transcript=transcript(mailbox),
        live=live(visit.session),
        received=mailbox.lease.received,
        filling=fragment.progress.running
        and not all(row.known or row.refused for row in fragment.rows),
        back=fragment.back,
        reader=reader,
        error=error,
    )
    wrong = 422 if found.fault else 200
    status = error.status if error else wrong
    return await visit.page("mailbox/page", view, title(mailbox, opened), status)
