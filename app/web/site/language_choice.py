"""Choosing the language."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from .cookies import Cookie
from .errors import InvalidRequest
from .languages import LANGUAGE_COOKIE, NAMES
from .root_path import unrooted
from .words import _

router = APIRouter()
_A_YEAR = 365 * 24 * 3600
_OWN = ("/mailbox", "/report", "/keys", "/api/docs")


@router.post("/language")
async def choose(
    request: Request,
    language: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Keeps the language in a cookie, and goes back to where one was."""
    if language not in NAMES:
        raise InvalidRequest(_("This language is not known here."))
    response = RedirectResponse(_own(back), status_code=303)
    # Lax: it should hold as well where somebody follows a link from elsewhere.
    cookie = Cookie.shared(request, LANGUAGE_COOKIE)
    response.set_cookie(
        cookie.name,
        language,
        max_age=_A_YEAR,
        secure=cookie.secure,
        httponly=True,
        samesite="lax",
        path=cookie.path,
    )
    return response


def _own(back: str) -> str:
    """The page, if it is one of ours that can be gone to; else the first one."""
    back = unrooted(back)
    try:
        parts = urlsplit(back)
    except ValueError:  # such as an open bracket
        return "/"
    # The sign-in page's own address holds the way back to where one was.
    known = parts.path == "/" or parts.path.startswith(_OWN)
    ours = not parts.scheme and not parts.netloc and known
    return back if ours else "/"
