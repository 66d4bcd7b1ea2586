"""The server report: the form, the report while it is made, and to take away."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.mailbox import MailboxError
from app.report import ReportBusy, ReportError, ReportRun
from app.sessions import new_token
from app.web.signin.errors import ConfirmServer
from app.web.signin.forms import FilledIn, SignInForm
from app.web.site.cookies import browser_cookie, know_browser
from app.web.site.errors import WebError
from app.web.site.forms import read_number
from app.web.site.problems import describe, say_when
from app.web.site.views import ErrorView
from app.web.site.visit import OpenVisit, OpenWatchingVisit, Visit
from app.web.site.words import _

from .page import MAX_WAIT, begin_on, begin_own, owner, owners, report_view
from .schemas import report_json
from .views import ReportFormView
from .words import as_text

router = APIRouter(prefix="/report")
_NOT_FOUND = 404


async def _form(
    visit: Visit, form: SignInForm, error: Exception | None = None, wait: str = "0"
) -> Response:
    config = visit.config
    told: ErrorView | None = describe(error) if error is not None else None
    shown = {"username", "password", *form.shown(config)} | ({"wait"} if visit.guest else set())
    view = ReportFormView(
        username=form.username,
        server=form.server,
        port=form.port,
        security=form.security,
        offered=form.choices(config),
        fixed=config.fixed,
        wait=wait,
        running=f"/report/{error.id}" if isinstance(error, ReportBusy) else "",
        focus=told.about(shown) if told else "",
        error=told,
    )
    title = _("Test a server or an account")
    page = await visit.page("report/form", view, title, told.status if told else 200)
    return say_when(page, told)


@router.get("")
async def show_form(visit: OpenVisit) -> Response:
    """What to look at."""
    return await _form(visit, SignInForm())


@router.post("")
async def begin(
    visit: OpenVisit,
    form: FilledIn,
    own: Annotated[str, Form()] = "",
    wait: Annotated[str, Form()] = "",
) -> Response:
    """Begins a report; with `own`, on the account of the session."""
    browser = browser_cookie(visit.request).value(visit.request.cookies) or new_token()
    try:
        silent = read_number("wait", wait or "0", 0, MAX_WAIT)
        if own and visit.guest is not None:
            run = await begin_own(visit.services, visit.guest, silent)
        else:
            run = await begin_on(visit, owner(visit.guest, browser), form, silent)
    except ConfirmServer as error:
        form = replace(form, server=error.host, port=str(error.port), security=error.security)
        return await _form(visit, form, error, wait)
    except (MailboxError, ReportError, WebError) as error:
        return await _form(visit, form, error, wait)
    response = RedirectResponse(f"/report/{run.id}", status_code=303)
    if visit.guest is None:
        know_browser(visit.request, response, browser)
    return response


def _run(visit: Visit, id: str) -> ReportRun:
    run = visit.services.reports.find(id, owners(visit))
    if run is None:
        raise HTTPException(_NOT_FOUND)
    return run


@router.get("/{id}")
async def show(visit: OpenWatchingVisit, id: str) -> Response:
    """A report as far as it is made."""
    run = _run(visit, id)
    title = _("Report on %(server)s", server=run.report.target.shown)
    return await visit.page("report/page", report_view(run), title)


@router.get("/{id}/live")
async def live(visit: OpenWatchingVisit, id: str) -> Response:
    """The same without the page around it, for htmx."""
    run = _run(visit, id)
    return await visit.fragment("report/report", report_view(run))


@router.post("/{id}/stop")
async def stop(visit: OpenVisit, id: str) -> Response:
    """Calls it off; what was found stays."""
    run = _run(visit, id)
    run.call_off()
    return RedirectResponse(f"/report/{id}", status_code=303)


@router.get("/{id}/report.json")
async def as_json(visit: OpenWatchingVisit, id: str) -> Response:
    """To save as JSON."""
    run = _run(visit, id)
    headers = {"Content-Disposition": 'attachment; filename="server-report.json"'}
    return JSONResponse(report_json(run.report), headers=headers)


@router.get("/{id}/report.txt")
async def as_plain_text(
    visit: OpenWatchingVisit, id: str, mask: Annotated[str, Query()] = "1"
) -> Response:
    """To save as text; the account's name is masked unless asked otherwise."""
    run = _run(visit, id)
    headers = {"Content-Disposition": 'attachment; filename="server-report.txt"'}
    text = as_text(run.report, masked=mask != "0")
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)
