"""Where the space goes: the facets beside the list, the treemap, and what would have to go."""

import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from app.mailbox import Order, in_thread, proposed
from app.web.list.filter_words import present, read_filter
from app.web.list.list_url import current_list
from app.web.list.selection import chosen
from app.web.site import formats
from app.web.site.errors import InvalidRequest
from app.web.site.visit import CurrentVisit, Visit, WatchingVisit
from app.web.site.words import _

from . import shrink
from .page import space_page
from .sidebar import facets
from .views import UnderView
from .within import grouped_within

router = APIRouter(prefix="/mailbox/space")


async def _page(visit: Visit, q: str, form: UnderView | None = None, status: int = 200) -> Response:
    mailbox = visit.mailbox
    query = read_filter(q).query
    found = await chosen(visit.mailbox, query)
    form = form or shrink.form(mailbox.index.totals.octets)
    title = f"{_('Where the space goes')} · {mailbox.account.username}"
    view = await in_thread(space_page, found, query, form)
    return await visit.page("space/page", view, title, status)


@router.get("")
async def show_space(visit: CurrentVisit, q: str = "") -> Response:
    """The treemap of all messages, or of those that a filter matches."""
    await visit.session.reader.ensure_listed()
    return await _page(visit, q)


@router.get("/facets")
async def show_facets(visit: WatchingVisit) -> Response:
    """The facets that need headers, for the list that asks by itself as headers come in."""
    if (unknown := visit.unknown) is not None:
        return unknown
    state, _ = current_list(visit.from_htmx or "")
    within = await grouped_within(visit.mailbox, present(state.q))
    view = await in_thread(facets, state, within)
    answers = re.search(r"[?&](?:keep|free)=", visit.from_htmx or "") is not None
    return await visit.fragment("space/facets", replace(view, answers=answers))


@router.get("/under")
async def show_what_has_to_go(
    visit: CurrentVisit,
    to: Annotated[str, Query()] = "",
    way: Annotated[str, Query()] = "keep",
    order: Annotated[str, Query()] = Order.LARGEST.value,
) -> Response:
    """The list with the messages whose removal would make room: by what is freed, or is kept.

    Raises:
        InvalidRequest: there is no such order or way.
    """
    if way not in {"keep", "free"}:
        raise InvalidRequest("way: keep or free.")
    try:
        first = Order(order)
    except ValueError:
        raise InvalidRequest("order: largest or oldest.") from None
    await visit.session.reader.ensure_listed()
    size, free = shrink.read_size(to), way == "free"
    total = visit.mailbox.index.totals.octets
    octets = shrink.left_under(size, total, free=free) if size is not None else None
    messages = list(visit.mailbox.index)
    progress = visit.mailbox.headers.progress
    coming = (
        sum(not (message.headers_known or message.header.refused) for message in messages)
        if progress.running or progress.paused or visit.mailbox.lease.held_seconds is None
        else 0
    )
    found = (
        await in_thread(proposed, messages, octets, first, formats.own_zone())
        if octets is not None
        else None
    )
    form = shrink.refusal(to, octets, first, found, coming, free=free)
    if form is None and found is not None:
        return RedirectResponse(shrink.way(found, first, to, free=free), status_code=303)
    status = 422 if form is not None and form.wrong else 200
    return await _page(visit, "", form, status)
