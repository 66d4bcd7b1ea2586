"""Signing out; where something is marked, it asks first."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from app.sessions import Undeleted
from app.web.site.cookies import forget_browsing, from_cookie, session_cookie
from app.web.site.navigation import HOME, way_back
from app.web.site.shell import titled
from app.web.site.visit import CurrentVisit, OpenVisit
from app.web.site.words import _

from .expired import STILL_DELETING
from .views import LeavingView

LEAVING = f"{HOME}/signout"
router = APIRouter()


@router.get(LEAVING)
async def ask(visit: CurrentVisit, other: Annotated[str, Query()] = "") -> Response:
    """What signing out would leave undone; the list, where that is nothing."""
    mailbox = visit.mailbox
    left = Undeleted.of(mailbox)
    if not left.asks:
        return way_back(HOME)
    view = LeavingView(left, mailbox.marks.totals, other=other == "1")
    return await visit.page("signin/leaving", view, titled(mailbox, _("Sign out")))


@router.post("/signout")
async def sign_out(visit: OpenVisit, anyway: Annotated[str, Form()] = "") -> Response:
    """Ends the session, or what is remembered of it; deletes nothing.

    Args:
        visit: whose.
        anyway: how many messages may be left undeleted, as the page that asked has shown.
    """
    if visit.guest is not None:
        left = Undeleted.of(visit.mailbox)
        if left.asks and anyway != str(left.count):  # another tab may have marked since
            return RedirectResponse(LEAVING, status_code=303)
    token = from_cookie(visit.request)
    if token is None:
        return RedirectResponse("/", status_code=303)
    left = await visit.services.sessions.sign_out(token)
    response = RedirectResponse(_after(left), status_code=303)
    cookie = session_cookie(visit.request)
    response.delete_cookie(
        cookie.name, cookie.path, secure=cookie.secure, httponly=True, samesite="strict"
    )
    forget_browsing(response)
    return response


def _after(left: Undeleted) -> str:
    """The sign-in page, which tells what was not done."""
    if left.deleting:
        return f"/?left={STILL_DELETING}"
    return f"/?left={left.count}" if left.count else "/"
