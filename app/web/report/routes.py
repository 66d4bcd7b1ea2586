"""The server report: the form, the report while it is made, and to take away."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.report import ReportBusy, ReportError, ReportRun
from app.sessions import NoSession, Session, new_token
from app.web.signin.errors import ConfirmServer
from app.web.signin.forms import FilledIn, SignInForm, server_label
from app.web.signin.views import ServerView
from app.web.site.errors import WebError
from app.web.site.forms import read_number
from app.web.site.problems import describe
from app.web.site.shell import account
from app.web.site.shell import shell as page_shell
from app.web.site.views import ErrorView
from app.web.site.visit import (
    AppServices,
    Services,
    browser_cookie,
    current_session,
    know_browser,
    watched_session,
)
from app.web.site.words import _

from .page import MAX_WAIT, begin_on, begin_own, owner, owners, report_view
from .schemas import report_json
from .views import ReportFormView, ReportFragment, ReportPage
from .words import as_text

router = APIRouter(prefix="/report")
_NOT_FOUND = 404


async def _session(request: Request) -> Session | None:
    try:
        return await current_session(request)
    except NoSession:
        return None


async def _watching(request: Request) -> Session | None:
    """A page that asks again and again keeps no session alive."""
    try:
        return await watched_session(request)
    except NoSession:
        return None


Acting = Annotated[Session | None, Depends(_session)]
Watching = Annotated[Session | None, Depends(_watching)]


def _form(
    request: Request,
    services: Services,
    session: Session | None,
    form: SignInForm,
    error: Exception | None = None,
) -> Response:
    config = services.config
    told: ErrorView | None = describe(error) if error is not None else None
    view = ReportFormView(
        shell=page_shell(request, services, _("Test a server or an account")),
        account=account(session.mailbox, services) if session is not None else None,
        username=form.username,
        server=form.server,
        port=form.port,
        security=form.security,
        offered=tuple(
            ServerView(one.label, server_label(one.target), one.label == form.offered)
            for one in config.offered
        ),
        fixed=config.fixed,
        running=f"/report/{error.id}" if isinstance(error, ReportBusy) else "",
        error=told,
    )
    return services.renderer.page("report/form", view, told.status if told else 200)


@router.get("")
async def show_form(request: Request, services: AppServices, session: Acting) -> Response:
    """What to look at."""
    return _form(request, services, session, SignInForm())


@router.post("")
async def begin(
    request: Request,
    services: AppServices,
    session: Acting,
    form: FilledIn,
    own: Annotated[str, Form()] = "",
    wait: Annotated[str, Form()] = "",
) -> Response:
    """Begins a report; with `own`, on the account of the session."""
    browser = browser_cookie(request).value(request.cookies) or new_token()
    try:
        silent = read_number("wait", wait or "0", 0, MAX_WAIT)
        if own and session is not None:
            run = await begin_own(services, session, silent)
        else:
            run = await begin_on(request, services, owner(session, browser), form, silent)
    except ConfirmServer as error:
        form = replace(form, server=error.host, port=str(error.port), security=error.security)
        return _form(request, services, session, form, error)
    except (ReportError, WebError) as error:
        return _form(request, services, session, form, error)
    response = RedirectResponse(f"/report/{run.id}", status_code=303)
    if session is None:
        know_browser(request, response, browser)
    return response


def _run(request: Request, services: Services, session: Session | None, id: str) -> ReportRun:
    run = services.reports.find(id, owners(request, session))
    if run is None:
        raise HTTPException(_NOT_FOUND)
    return run


@router.get("/{id}")
async def show(request: Request, services: AppServices, session: Watching, id: str) -> Response:
    """A report as far as it is made."""
    run = _run(request, services, session, id)
    title = _("Report on %(server)s", server=run.report.target.shown)
    view = ReportPage(
        shell=page_shell(request, services, title),
        account=account(session.mailbox, services) if session is not None else None,
        report=report_view(run),
    )
    return services.renderer.page("report/page", view)


@router.get("/{id}/live")
async def live(request: Request, services: AppServices, session: Watching, id: str) -> Response:
    """The same without the page around it, for htmx."""
    run = _run(request, services, session, id)
    view = ReportFragment(page_shell(request, services, ""), report_view(run))
    return services.renderer.fragment("report/report", view)


@router.post("/{id}/stop")
async def stop(request: Request, services: AppServices, session: Acting, id: str) -> Response:
    """Calls it off; what was found stays."""
    run = _run(request, services, session, id)
    run.call_off()
    return RedirectResponse(f"/report/{id}", status_code=303)


@router.get("/{id}/report.json")
async def as_json(request: Request, services: AppServices, session: Watching, id: str) -> Response:
    """To save as JSON."""
    run = _run(request, services, session, id)
    headers = {"Content-Disposition": 'attachment; filename="server-report.json"'}
    return JSONResponse(report_json(run.report), headers=headers)


@router.get("/{id}/report.txt")
async def as_plain_text(
    request: Request,
    services: AppServices,
    session: Watching,
    id: str,
    mask: Annotated[str, Query()] = "1",
) -> Response:
    """To save as text; the account's name is masked unless asked otherwise."""
    run = _run(request, services, session, id)
    headers = {"Content-Disposition": 'attachment; filename="server-report.txt"'}
    text = as_text(run.report, masked=mask != "0")
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)
