"""Signing in and out."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.mailbox import Account, Credentials, MailboxError
from app.pop3 import Pop3Error
from app.sessions import NoSession, SessionError, new_token
from app.transport import TransportError
from app.web.site.errors import WebError
from app.web.site.navigation import HOME, own_path, way_back
from app.web.site.problems import describe
from app.web.site.shell import shell
from app.web.site.views import ErrorView
from app.web.site.visit import (
    AppServices,
    Services,
    browser_cookie,
    current_session,
    from_cookie,
    know_browser,
    session_cookie,
)
from app.web.site.words import _

from .choose_server import located, visitor
from .errors import ConfirmServer, ServerNotFound
from .expired import ended_view
from .forms import FilledIn, SignInForm, server_label
from .search_panel import found_view, idle
from .views import EndedView, FoundFragment, FoundView, ServerView, SignInView

router = APIRouter()
Back = Annotated[str, Form()]


def _ended(request: Request, services: Services, *, undone: bool) -> EndedView | None:
    """What to say of the session that this browser's cookie was for, if it is over."""
    old = from_cookie(request)
    return ended_view(services.sessions.ended(old), undone=undone) if old else None


def _as_found(form: SignInForm, found: FoundView) -> bool:
    place = (form.server, form.port, form.login, form.security or "tls")
    return place == (found.server, found.port, found.login, found.security)


def _still_sought(services: Services, form: SignInForm, sought: str) -> SignInForm:
    """The form without the server of another address: a page without scripts still holds that."""
    other = sought not in {"", form.username}
    known = services.discovery.remembered(sought) if other else None
    if known and _as_found(form, found_view(services.discovery, known, sought)):
        return SignInForm(form.username, form.password, auth=form.auth)
    return form


def _page(
    request: Request,
    services: Services,
    form: SignInForm,
    error: ErrorView | None = None,
    *,
    back: str = HOME,
    ended: EndedView | None = None,
    found: FoundView | None = None,
) -> Response:
    config = services.config
    offered = tuple(
        ServerView(one.label, server_label(one.target), one.label == form.offered)
        for one in config.offered
    )
    discovery = services.discovery
    if found is None:
        known = discovery.remembered(form.username)
        found = found_view(discovery, known, form.username) if known else idle(discovery)
    place = (form.server, form.port, form.login, form.security or "tls")
    as_found = _as_found(form, found)
    named = f"{form.server}:{form.port}" if form.server and form.port else form.server
    asked = error is not None and error.code in {"confirm-server", "server-not-found"}
    view = SignInView(
        shell=shell(request, services, _("Open a mailbox")),
        username=form.username,
        server=form.server,
        port=form.port,
        security=form.security or "tls",
        login=form.login,
        found=found,
        idle=idle(discovery),
        sought=found.address if found.server and as_found else "",
        chosen=next((one.label for one in offered if one.selected), "" if as_found else named),
        open=asked
        or found.opens
        or not discovery.searches
        or not (as_found or place == ("", "", "", "tls")),
        focus="username" if not form.username else "server" if found.opens else "password",
        offered=offered,
        fixed=config.fixed,
        demo=config.demo is not None,
        back=own_path(back),
        ended=ended,
        error=error,
    )
    return services.renderer.page("signin/page", view, status=error.status if error else 200)


async def _sign_in(
    request: Request, services: Services, account: Account, credentials: Credentials, back: str
) -> Response:
    """A session, its cookie, and the way to where one was."""
    before = from_cookie(request)
    if before is not None:
        with suppress(NoSession):  # or this browser's own session would hold the lock
            await (await services.sessions.find(before)).mailbox.tenancy.release()
    token, *_rest = await services.sessions.sign_in(account, credentials, before=before)
    if before is not None:
        await services.sessions.sign_out(before)
    response = way_back(back)
    cookie = session_cookie(request)
    response.set_cookie(
        cookie.name,
        token,
        max_age=services.config.cookie_age,
        secure=cookie.secure,
        httponly=True,
        samesite="strict",
        path="/",
    )
    return response


@router.get("/")
async def open_mailbox(
    request: Request,
    services: AppServices,
    back: Annotated[str, Query()] = HOME,
    undone: Annotated[str, Query()] = "",
) -> Response:
    """The sign-in page, or the mailbox where one is open."""
    try:
        await current_session(request)
    except NoSession:
        ended = _ended(request, services, undone=undone == "1")
        return _page(request, services, SignInForm(), back=back, ended=ended)
    return way_back(back)


@router.post("/signin")
async def sign_in(
    request: Request,
    services: AppServices,
    filled: FilledIn,
    sought: Annotated[str, Form()] = "",
    back: Back = HOME,
) -> Response:
    """Signs in; a failure comes back as the form, filled in as before but for the password.

    Without a server, the one that goes with the address is used, or shown to be confirmed.
    """
    form = _still_sought(services, filled, sought)
    try:
        account, credentials = await located(services, form, visitor(request))
        return await _sign_in(request, services, account, credentials, back)
    except (ConfirmServer, ServerNotFound) as error:
        found = await _look(request, services, form.username)
        form = SignInForm(
            form.username,
            server=found.server,
            port=found.port,
            security=found.security,
            offered="other" if services.config.offered else "",
            login=found.login,
        )
        return _page(request, services, form, describe(error), back=back, found=found)
    except (MailboxError, TransportError, Pop3Error, SessionError, WebError) as error:
        told = describe(error)
        response = _page(request, services, form, told, back=back)
        if told.retry_after is not None:
            response.headers["Retry-After"] = str(told.retry_after)
        return response


@router.post("/discover")
async def discover(
    request: Request, services: AppServices, username: Annotated[str, Form()] = ""
) -> Response:
    """The server for an address that is being typed; the address is in no URL."""
    found = await _look(request, services, username)
    return services.renderer.fragment("signin/server", FoundFragment(found))


async def _look(request: Request, services: Services, typed: str) -> FoundView:
    found = await services.discovery.find(typed, visitor=visitor(request))
    return found_view(services.discovery, found, typed)


@router.post("/demo")
async def open_demo(request: Request, services: AppServices, back: Back = HOME) -> Response:
    """Opens this browser's demo mailbox, or goes to it."""
    demo = services.config.demo
    browser = browser_cookie(request).value(request.cookies) or new_token()
    if demo is None:
        return RedirectResponse("/", status_code=303)
    credentials = demo.of(browser)
    account = Account(credentials.username, demo.target)
    with suppress(NoSession):  # another tab has it open already
        if (await current_session(request)).mailbox.account == account:
            return way_back(back)
    try:
        response = await _sign_in(request, services, account, credentials, back)
    except (MailboxError, TransportError, Pop3Error, SessionError) as error:
        return _page(request, services, SignInForm(), describe(error), back=back)
    know_browser(request, response, browser)
    return response


@router.post("/signout")
async def sign_out(request: Request, services: AppServices) -> Response:
    """Ends the session, or what is remembered of it; deletes nothing."""
    response = RedirectResponse("/", status_code=303)
    found = from_cookie(request)
    if found is None:
        return response
    await services.sessions.sign_out(found)
    cookie = session_cookie(request)
    response.delete_cookie(cookie.name, secure=cookie.secure, httponly=True, samesite="strict")
    return response
