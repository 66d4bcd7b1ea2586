"""Where in the list one is, as the URL says it: every state of the list has an address."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Depends, Query

from app.web.site.errors import InvalidRequest
from app.web.site.forms import read_page, read_sort

PER_PAGE = 100
MOST_ROWS = 10 * PER_PAGE  # that a page may name in one request
DEFAULT_SORT = "-size"


@dataclass(frozen=True, slots=True)
class ListState:
    """Where in the list one is.

    Attributes:
        sort: one of the API's orders.
        page: counted from 1.
        q: the filter as it was typed; "" matches all.
    """

    sort: str = DEFAULT_SORT
    page: int = 1
    q: str = ""

    def href(self, path: str = "/mailbox", **more: object) -> str:
        """A path with this state; what is as by default is left out."""
        query = {
            "q": self.q or None,
            "sort": self.sort if self.sort != DEFAULT_SORT else None,
            "page": self.page if self.page != 1 else None,
            **more,
        }
        kept = urlencode({name: value for name, value in query.items() if value is not None})
        return f"{path}?{kept}" if kept else path

    def at(self, page: int) -> "ListState":
        """The same list, another page."""
        return replace(self, page=page)


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
    return ListState(sort, page, query.get("q", "")), "" if before else id


def back_to(state: ListState, current: str) -> str:
    """The address of a list with a message open, or with none where `current` is ""."""
    return state.href(f"/mailbox/messages/{current}" if current else "/mailbox")


async def list_state(
    sort: Annotated[str, Query()] = DEFAULT_SORT,
    page: Annotated[str, Query()] = "1",
    q: Annotated[str, Query()] = "",
) -> ListState:
    """Where in the list one is.

    Raises:
        InvalidRequest: there is no such order or page.
    """
    read_sort(sort)
    return ListState(sort, read_page(page), q)


State = Annotated[ListState, Depends(list_state)]
