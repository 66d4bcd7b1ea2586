"""The server report by the API: made while the caller waits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, SecretStr

from app.gate import client
from app.report import ReportRun
from app.transport import Security
from app.web.api.routes import conflict
from app.web.api.routes import router as api
from app.web.report.page import MAX_WAIT, begin_on, begin_own, owner
from app.web.report.schemas import ServerReport, server_report
from app.web.signin.forms import SignInForm
from app.web.site.access import AppServices, CurrentSession, check_own_site
from app.web.site.schemas import RequestBody
from app.web.site.streaming import while_there
from app.web.site.visit import OpenVisit

router = APIRouter(prefix="/api/v1", tags=["POP3"], responses=api.responses)
Wait = Annotated[
    float, Query(ge=0, le=MAX_WAIT, description="seconds to see when a silent client is dropped")
]


class ReportOn(RequestBody):
    """What to look at; without `username` from outside, without `server` where it is found."""

    server: str | None = Field(None, max_length=255)
    port: int | None = Field(None, ge=1, le=65535)
    security: Security | None = Field(None, strict=False)  # JSON has no enums
    username: str = Field("", max_length=255)
    password: SecretStr = Field(SecretStr(""), max_length=255)
    wait: float = Field(0, ge=0, le=MAX_WAIT)


async def _made(request: Request, run: ReportRun) -> ServerReport:
    try:
        await while_there(request.receive, run.end())
    finally:
        if run.running:  # the caller has gone
            run.call_off()
    return server_report(run.report)


@router.get("/report", dependencies=[Depends(check_own_site)], responses=conflict("report-running"))
async def report_own(
    request: Request, services: AppServices, session: CurrentSession, wait: Wait = 0
) -> ServerReport:
    """What the session's server and maildrop are like, looked at now; reads only.

    The maildrop lock is given back first; signs in up to three times. Takes seconds, with `wait`
    or a LOGIN-DELAY longer; one report at a time.
    """
    return await _made(request, await begin_own(services, session, wait))


@router.post(
    "/report",
    responses=conflict("report-running", "confirm-server"),
)
async def report_on(visit: OpenVisit, body: ReportOn) -> ServerReport:
    """The same for any server this Popscope may connect to, with or without an account.

    Needs no session, but to `wait`. A server that is not allowed is told in the report, the same
    for every reason.
    """
    form = SignInForm(
        username=body.username,
        password=body.password.get_secret_value(),
        server=body.server or "",
        port=str(body.port) if body.port is not None else "",
        security=body.security.value if body.security else "",
    )
    mine = owner(visit.guest, "") if visit.guest is not None else f"client:{client.get()}"
    run = await begin_on(visit, mine, form, body.wait)
    return await _made(visit.request, run)
