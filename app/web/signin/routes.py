"""Signing in and out."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from app.mailbox import Account, Credentials, MailboxError
from app.pop3 import Pop3Error
from app.sessions import NoSession, SessionError, Undeleted, new_token
from app.transport import TransportError
from app.web.site.cookies import browser_cookie, from_cookie, know_browser, session_cookie
from app.web.site.errors import WebError
from app.web.site.navigation import HOME, own_path, way_back
from app.web.site.problems import describe, say_when
from app.web.site.streaming import while_there
from app.web.site.views import ErrorView
from app.web.site.visit import AnyVisit, OpenVisit, Visit
from app.web.site.words import _

from .choose_server import located
from .errors import ConfirmServer, ServerNotFound
from .expired import ended_view, left_view, not_signed_in
from .forms import FilledIn, SignInForm
from .leaving import LEAVING
from .search_panel import found_view, idle, protection
from .views import EndedView, FoundView, SignInView

router = APIRouter()
Back = Annotated[str, Form()]


async def _ended(visit: Visit, *, undone: bool) -> EndedView | None:
    """What to say of the session that this browser's cookie was for, if it is over."""
    old = from_cookie(visit.request)
    if old is None:
        return not_signed_in() if undone else None
    return ended_view(await visit.services.sessions.ended(old), undone=undone)


def _as_found(form: SignInForm, found: FoundView) -> bool:
    place = (form.server, form.port, form.login, form.security or "tls")
    return place == (found.server, found.port, found.login, found.security)


def _still_sought(visit: Visit, form: SignInForm, sought: str) -> SignInForm:
    """The form without the server of another address: a page without scripts still holds that."""
    other = sought not in {"", form.username}
    known = visit.services.discovery.remembered(sought) if other else None
    if known and _as_found(form, found_view(visit.services.discovery, known, sought)):
        return SignInForm(form.username, form.password, auth=form.auth, stay=form.stay)
    return form


async def _page(
    visit: Visit,
    form: SignInForm,
    error: ErrorView | None = None,
    *,
    back: str = HOME,
    ended: EndedView | None = None,
    found: FoundView | None = None,
) -> Response:
    config = visit.config
    offered = form.choices(config)
    discovery = visit.services.discovery
    if found is None:
        known = discovery.remembered(form.username)
        found = found_view(discovery, known, form.username) if known else idle(discovery)
    place = (form.server, form.port, form.login, form.security or "tls")
    as_found = _as_found(form, found)
    named = f"{form.server}:{form.port}" if form.server and form.port else form.server
    server_fields = form.shown(config)
    focus = "ended" if ended else "username"
    if error is not None:
        focus = error.about({"username", "password", *server_fields})
    asked = error is not None and error.code in {"confirm-server", "server-not-found"}
    view = SignInView(
        username=form.username,
        server=form.server,
        port=form.port,
        security=form.security or "tls",
        login=form.login,
        found=found,
        idle=idle(discovery),
        sought=found.address if found.server and as_found else "",
        chosen=next((one.label for one in offered if one.selected), "" if as_found else named),
        chosen_protection="" if form.offered not in {"", "other"} else protection(form.security),
        open=asked
        or focus in server_fields
        or found.opens
        or not discovery.searches
        or not (as_found or place == ("", "", "", "tls")),
        focus=focus,
        offered=offered,
        fixed=config.fixed,
        demo=config.demo is not None,
        stay=form.stay,
        back=own_path(back),
        ended=ended,
        error=error,
    )
    status = error.status if error else 200
    page = await visit.page("signin/page", view, _("Open a mailbox"), status)
    return say_when(page, error)


async def _sign_in(
    visit: Visit, account: Account, credentials: Credentials, back: str, *, stay: bool = False
) -> Response:
    """A session, its cookie, which ends with the browser unless told otherwise, and the way on."""
    before = from_cookie(visit.request)
    if before is not None:
        with suppress(NoSession):
            mailbox = (await visit.services.sessions.find(before)).mailbox
            if mailbox.account.maildrop != account.maildrop and Undeleted.of(mailbox).asks:
                return RedirectResponse(f"{LEAVING}?other=1", status_code=303)
            await mailbox.tenancy.release()  # or this browser's own session would hold the lock
    opening = visit.services.sessions.sign_in(account, credentials, before=before)
    token, *_rest = await while_there(visit.request.receive, opening)
    if before is not None:
        await visit.services.sessions.sign_out(before)
    response = way_back(back)
    cookie = session_cookie(visit.request)
    response.set_cookie(
        cookie.name,
        token,
        max_age=visit.config.cookie_age if stay else None,
        secure=cookie.secure,
        httponly=True,
        samesite="strict",
        path=cookie.path,
    )
    return response


@router.get("/")
async def open_mailbox(
    visit: OpenVisit,
    back: Annotated[str, Query()] = HOME,
    undone: Annotated[str, Query()] = "",
    left: Annotated[str, Query()] = "",
) -> Response:
    """The sign-in page, or the mailbox where one is open."""
    if visit.guest is None:
        ended = left_view(left) or await _ended(visit, undone=undone == "1")
        return await _page(visit, SignInForm(), back=back, ended=ended)
    return way_back(back)


@router.post("/signin")
async def sign_in(
    visit: AnyVisit, filled: FilledIn, sought: Annotated[str, Form()] = "", back: Back = HOME
) -> Response:
    """Signs in; a failure comes back as the form, filled in as before but for the password.

    Without a server, the one that goes with the address is used, or shown to be confirmed.
    """
    form = _still_sought(visit, filled, sought)
    try:
        account, credentials = await located(visit.services, form)
        return await _sign_in(visit, account, credentials, back, stay=form.stay)
    except (ConfirmServer, ServerNotFound) as error:
        found = await _look(visit, form.username)
        form = SignInForm(
            form.username,
            server=found.server,
            port=found.port,
            security=found.security,
            offered="other" if visit.config.offered else "",
            login=found.login,
            stay=form.stay,
        )
        return await _page(visit, form, describe(error), back=back, found=found)
    except (MailboxError, TransportError, Pop3Error, SessionError, WebError) as error:
        return await _page(visit, form, describe(error), back=back)


@router.post("/discover")
async def discover(visit: AnyVisit, username: Annotated[str, Form()] = "") -> Response:
    """The server for an address that is being typed; the address is in no URL."""
    found = await _look(visit, username)
    return await visit.fragment("signin/server", found)


async def _look(visit: Visit, typed: str) -> FoundView:
    found = await visit.services.discovery.find(typed)
    return found_view(visit.services.discovery, found, typed)


@router.post("/demo")
async def open_demo(visit: OpenVisit, back: Back = HOME) -> Response:
    """Opens this browser's demo mailbox, or goes to it."""
    demo = visit.config.demo
    browser = browser_cookie(visit.request).value(visit.request.cookies) or new_token()
    if demo is None:
        return RedirectResponse("/", status_code=303)
    credentials = demo.of(browser)
    account = Account(credentials.username, demo.target)
    if visit.guest is not None and visit.mailbox.account == account:
        return way_back(back)  # another tab has it open already
    try:
        response = await _sign_in(visit, account, credentials, back)
    except (MailboxError, TransportError, Pop3Error, SessionError) as error:
        return await _page(visit, SignInForm(), describe(error), back=back)
    know_browser(visit.request, response, browser)
    return response
