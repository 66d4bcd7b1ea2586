"""Marks set or taken back many at a time, and undoing that."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import PlainTextResponse, Response

from app.mailbox import Selection, in_thread, parse_headers
from app.web.list.filter_words import read_filter
from app.web.list.list_url import MOST_ROWS, back_to, current_list
from app.web.list.results import listed, matching_view, order_view
from app.web.list.rows import Rows
from app.web.list.selection import MOST_NAMED, chosen, ids_in, named
from app.web.list.tray import tray
from app.web.list.views import CountedFragment
from app.web.site import formats
from app.web.site.bodies import takes_ids
from app.web.site.errors import InvalidRequest
from app.web.site.forms import Back
from app.web.site.navigation import unswapped, way_back
from app.web.site.views import ErrorView
from app.web.site.visit import ChangingVisit, CurrentVisit, Visit
from app.web.site.words import _, ngettext

from .page import mailbox_page, title
from .views import BulkFragment

router = APIRouter(prefix="/mailbox")
Ids = Annotated[list[str] | None, Form()]
Text = Annotated[str, Form()]


async def _done(visit: Visit, back: str, shown: list[str] | None) -> Response:
    """After a change: for htmx the rows on the screen and what hangs on them, else a page."""
    url = visit.from_htmx
    if url is None:
        return way_back(back)
    mailbox = visit.mailbox
    state, current = current_list(url)
    rows = Rows(mailbox, state, current)
    messages = named(mailbox, (shown or ())[:MOST_ROWS])
    open_one = named(mailbox, [current])
    await parse_headers([*messages, *open_one])
    foot = tray(mailbox)
    marks = foot.marks
    sum_of_marks = ngettext(
        "%(n)s message is marked, %(size)s.",
        "%(n)s messages are marked, %(size)s.",
        marks.messages,
        n=formats.number(marks.messages),
        size=formats.size(marks.octets, marks.unsized),
    )
    view = BulkFragment(
        rows=await in_thread(rows.all, messages),
        open=rows.row(open_one[0]) if open_one else None,
        tray=foot,
        back=back_to(state, current),
        said=f"{sum_of_marks if marks.messages or not foot.done else ''} {foot.done}".strip(),
    )
    return await visit.fragment("mailbox/bulk", view, title(mailbox, None))


async def _refused(visit: Visit, back: str, error: ErrorView) -> Response:
    """Nothing was done, and why: for htmx above the list, else on the page one came from."""
    found = await listed(visit.mailbox, current_list(visit.from_htmx or back)[0])
    if visit.from_htmx is not None:
        order = order_view(visit.mailbox, found, None)
        view = CountedFragment(matching_view(found), order, error)
        return unswapped(await visit.fragment("list/matches", view, status=error.status))
    if found.state.page > found.pages:
        found = await listed(visit.mailbox, found.state.at(found.pages))
    return await mailbox_page(visit, found, error=error)


@router.get("/matching")
async def tell_matching(visit: CurrentVisit, q: Annotated[str, Query()] = "") -> Response:
    """The ids of all that the filter means, with spaces between; none where they are too many."""
    await visit.session.reader.ensure_listed()
    found = await chosen(visit.mailbox, read_filter(q).query)
    if len(found.matched) > MOST_NAMED:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return PlainTextResponse(" ".join(message.id for message in found.matched))


@router.post("/mark")
@takes_ids
async def mark_selected(
    visit: ChangingVisit,
    id: Ids = None,
    shown: Ids = None,
    every: Text = "",
    q: Text = "",
    count: Text = "",
    back: Back = "/mailbox",
) -> Response:
    """Marks what is ticked; what has vanished meanwhile is passed over, and said so.

    With `every`, all that the filter means.
    """
    if every:
        return await mark_matching(visit, shown, q, count, back)
    ids = ids_in(id)
    if not ids:
        error = ErrorView(
            "invalid-request",
            _("Nothing is ticked."),
            _("Tick the messages to mark first."),
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
        return await _refused(visit, back, error)
    visit.mailbox.marks.mark_many(ids)
    return await _done(visit, back, shown)


@router.post("/mark-matching")
@takes_ids
async def mark_matching(
    visit: ChangingVisit, shown: Ids = None, q: Text = "", count: Text = "", back: Back = "/mailbox"
) -> Response:
    """Marks all that the filter means, if that is still as many as the page showed."""
    found = await chosen(visit.mailbox, read_filter(q).query)
    if count != str(len(found.matched)):
        return await _refused(visit, back, _others(found))
    visit.mailbox.marks.mark_many(message.id for message in found.matched)
    return await _done(visit, back, shown)


def _others(found: Selection) -> ErrorView:
    """Others match than the page had shown."""
    now = ngettext(
        "%(n)s message matches now. Look at the list, and mark again.",
        "%(n)s messages match now. Look at the list, and mark again.",
        len(found.matched),
        n=formats.number(len(found.matched)),
    )
    return ErrorView(
        "invalid-request",
        _(
            "The number of matching messages has changed since this page was loaded. "
            "Nothing was marked."
        ),
        now,
        status=HTTPStatus.CONFLICT,
    )


@router.post("/unmark-all")
async def unmark_all(visit: ChangingVisit, shown: Ids = None, back: Back = "/mailbox") -> Response:
    """Takes all marks back."""
    visit.mailbox.marks.unmark_all()
    return await _done(visit, back, shown)


def _number(change: str) -> int:
    if not (change.isascii() and change.isdecimal()):
        raise InvalidRequest(_("change: a whole number."))
    return int(change[:12])


@router.post("/undo")
async def undo(
    visit: ChangingVisit, change: Text = "", shown: Ids = None, back: Back = "/mailbox"
) -> Response:
    """Takes back the last action on many marks, unless another one came after it."""
    if visit.mailbox.marks.undo(_number(change)) is None:
        error = ErrorView(
            "invalid-request",
            _("It is too late for that."),
            _("Other messages were marked or unmarked since. Nothing was changed."),
            status=HTTPStatus.CONFLICT,
        )
        return await _refused(visit, back, error)
    return await _done(visit, back, shown)


@router.post("/dismiss")
async def dismiss(visit: ChangingVisit, change: Text = "", back: Back = "/mailbox") -> Response:
    """What was done to many marks stays done."""
    visit.mailbox.marks.dismiss(_number(change))
    return await _done(visit, back, None)
