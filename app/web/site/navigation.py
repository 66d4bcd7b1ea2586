"""The way back: to the page a form stood on, to where one was when a session ended.

Only paths of ours are ever led to, so that no link to the sign-in page leads anywhere else.
"""

import re
from http import HTTPStatus
from urllib.parse import urldefrag, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from .access import looks_on
from .root_path import unrooted

HOME = "/mailbox"
_SAFE = frozenset({"GET", "HEAD"})
_LONGEST = 8192  # characters of an address
_ODD = re.compile(r"[\\\x00-\x20\x7f]")  # browsers read a backslash as a slash, and drop tabs


def own_path(back: str) -> str:
    """An address, if it is a path of the mailbox's pages; else the list."""
    try:
        parts = urlsplit(unrooted(back))
    except ValueError:  # such as an open bracket
        return HOME
    ours = parts.path == HOME or parts.path.startswith(f"{HOME}/")
    if parts.scheme or parts.netloc or not ours or _ODD.search(back) or len(back) > _LONGEST:
        return HOME
    return unrooted(back)


def way_back(back: str, at: str = "") -> RedirectResponse:
    """Back to the page a form stood on, if that is one of ours, and to a place in it."""
    path = own_path(back)
    if at:
        path = f"{urldefrag(path).url}#{at}"
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def from_htmx(request: Request) -> str | None:
    """The page an htmx request came from, or None where a browser asks for a page."""
    if request.headers.get("hx-request") != "true":
        return None
    return _within(request.headers.get("hx-current-url", HOME))


def _within(url: str) -> str:
    """The address of a page, as it is within the app."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(path=unrooted(parts.path)).geturl()


def is_navigation(request: Request) -> bool:
    """Whether the answer becomes the page, as far as the browser says (Fetch Metadata)."""
    return request.headers.get("sec-fetch-dest", "document") == "document"


def _was_at(request: Request) -> str:
    """The page a click was made on, or the page that was asked for."""
    url = from_htmx(request)
    if url is None:  # a form's own address is no page, but it came from one
        asked = request.method in _SAFE
        url = str(request.url) if asked else _within(request.headers.get("referer", ""))
    try:
        parts = urlsplit(url)
    except ValueError:
        return HOME
    return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def to_sign_in(request: Request) -> Response:
    """To the sign-in page, which knows the way back; what was to be changed is not done later.

    A page that asks by itself what has changed stays where it is: nobody has clicked.
    """
    if from_htmx(request) is not None and looks_on(request):
        answer = Response(status_code=HTTPStatus.UNAUTHORIZED, media_type="text/html")
        answer.headers["HX-Reswap"] = "none"
        return answer
    asked = {"back": _was_at(request)}
    if request.method not in _SAFE:
        asked["undone"] = "1"
    path = f"/?{urlencode(asked)}"
    if from_htmx(request) is not None:
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def unswapped(response: HTMLResponse) -> HTMLResponse:
    """An answer to htmx of which only the out-of-band parts are put in."""
    response.headers["HX-Reswap"] = "none"
    return response
