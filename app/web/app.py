"""All routes in one place, and how errors leave the app."""

from functools import cache
from http import HTTPStatus

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route
from starlette.types import Scope
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from app.mailbox import MailboxError
from app.pop3 import LocalProtocolError, Pop3Error
from app.report import ReportError
from app.sessions import NoSession, SessionError
from app.transport import TransportError

from .api import events, reference
from .api import report as api_report
from .api import routes as api
from .console import routes as console
from .export import routes as export
from .mailbox import bulk, keys, live, message, whole
from .mailbox import routes as mailbox
from .report import routes as report
from .review import routes as review
from .signin import leaving
from .signin import routes as signin
from .site import health, language_choice
from .site.access import check_unsafe, looks_on, settled
from .site.bodies import BodyLimits
from .site.config import Services, services
from .site.errors import Busy, WebError
from .site.hosts import own_names
from .site.languages import Languages
from .site.navigation import from_htmx, is_navigation, to_sign_in
from .site.problems import describe, problem_json, say_when
from .site.render import BUNDLES, in_language, shipped
from .site.root_path import RootPath
from .site.security import HEADERS, Guard, refuse_insecure
from .site.views import ErrorPage, ErrorView, ProblemFragment
from .site.visit import Visit
from .site.words import N_, _
from .space import routes as space
from .transcript import routes as transcript

_NO_SENSE = N_("This input is not valid.")
_REFUSED = {
    404: ("not-found", N_("There is no such page."), N_("Check the address.")),
    405: (
        "method-not-allowed",
        N_("That cannot be done here."),
        N_("This address serves another purpose."),
    ),
    413: (
        "too-large",
        N_("That is too large."),
        N_("What was sent has more octets than allowed."),
    ),
}
# Events must not wait in a buffer; what mail brings leaves octet for octet.
for _kind in ("text/event-stream", "image/bmp", "image/x-icon"):
    remove_compress_type(_kind)
add_compress_type("application/problem+json")
_MEANT: dict[int, type[Exception]] = {401: NoSession, 503: Busy}
_PLACES, _PLACE = 5, 80  # that an answer names of what is wrong, and the length of each
_FAMILIES = (Pop3Error, TransportError, MailboxError, SessionError, ReportError, WebError)
_PAGES = (
    signin,
    leaving,
    report,
    language_choice,
    mailbox,
    live,
    transcript,
    space,
    bulk,
    review,
    message,
    whole,
    export,
    console,
    keys,
    reference,
)
_CALLS = (api, api_report, events)


@cache
def _router(*, lasting: bool) -> APIRouter:
    """Every route. Made once, for all apps: what FastAPI works out of each is kept in it.

    Args:
        lasting: sessions outlive the process, so that what answers show is kept first.
    """
    router = APIRouter()
    router.include_router(health.router)
    guarded = [Depends(refuse_insecure), Depends(check_unsafe)]
    guarded += [Depends(settled, scope="function")] if lasting else []
    for module in _PAGES:
        router.include_router(module.router, dependencies=guarded, include_in_schema=False)
    for module in _CALLS:
        router.include_router(module.router, dependencies=guarded)
    router.add_api_route("/scripts/{name}", _script, include_in_schema=False)
    router.mount("/static", CachedStatic(directory=shipped("static")), name="static")
    return router


def install(app: FastAPI, with_services: Services) -> None:
    """Gives an app its routes, its guard and its error pages."""
    app.state.services = with_services
    config = with_services.config
    lasting = with_services.sessions.lasting
    app.router.routes.extend(_router(lasting=lasting).routes)
    for family in _FAMILIES:
        app.add_exception_handler(family, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(Exception, _bug)
    # Brotli makes our pages smaller than zstd does, and all that take zstd take it.
    app.add_middleware(CompressMiddleware, zstd=False, brotli_quality=5, gzip_level=6)
    app.add_middleware(BodyLimits)
    app.add_middleware(Languages)
    app.add_middleware(
        Guard,
        allow_insecure_http=config.allow_insecure_http,
        names=own_names(config.public_origin, config.hosts),
    )
    app.add_middleware(RootPath, path=config.root_path)


_FOR_A_YEAR = "public, max-age=31536000, immutable"  # their addresses carry a digest


async def _script(request: Request, name: str) -> Response:
    if name not in BUNDLES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    content = services(request).renderer.script(name)
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return Response(content, media_type=kind, headers={"Cache-Control": _FOR_A_YEAR})


class CachedStatic(StaticFiles):
    """Static files, for browsers to keep."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for a year."""
        response = await super().get_response(path, scope)
        if response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = _FOR_A_YEAR
        return response


def _for_api(request: Request) -> bool:
    return str(request.scope["path"]).startswith("/api/")


async def _answer(request: Request, view: ErrorView, confirm: str | None = None) -> Response:
    if _for_api(request):
        answer = in_language(
            JSONResponse(
                problem_json(view, confirm),
                status_code=view.status,
                media_type="application/problem+json",
            )
        )
        if view.status == HTTPStatus.UNAUTHORIZED:
            answer.headers["WWW-Authenticate"] = "Bearer"  # RFC 9110, section 15.5.2
        return answer
    visit = Visit(request, services(request))
    if from_htmx(request) is not None:
        response: Response = await visit.fragment(
            "site/problem", ProblemFragment(view, not looks_on(request)), status=view.status
        )
        response.headers["HX-Reswap"] = "none"  # only the out-of-band part
        return response
    signed_in = view.code != "no-session"
    page = ErrorPage(
        error=view,
        home="/mailbox" if signed_in else "/",
        home_label=_("Back to messages") if signed_in else _("Sign in"),
    )
    return await visit.page("site/error", page, view.title, view.status)


async def _known(request: Request, error: Exception) -> Response:
    """An error of ours, by the table."""
    clicked = from_htmx(request) is not None or is_navigation(request)
    if isinstance(error, NoSession) and clicked and not _for_api(request):
        return to_sign_in(request)
    view = describe(error)
    return say_when(await _answer(request, view, getattr(error, "confirm", None)), view)


async def _invalid(request: Request, error: Exception) -> Response:
    """A request that pydantic refused; what was sent is not repeated, it may hold a secret."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- for the type checker
    places = error.errors()
    said = "; ".join(
        f"{'.'.join(map(str, one['loc'][1:]))[:_PLACE] or one['loc'][0]}: {one['msg']}"
        for one in places[:_PLACES]
    )
    said += "; …" if len(places) > _PLACES else ""
    return await _answer(request, ErrorView("invalid-request", _(_NO_SENSE), said, status=422))


async def _http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such page, no such method, too large a body."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- for the type checker
    if kind := _MEANT.get(error.status_code):
        return await _known(request, kind())
    code, title, detail = _REFUSED.get(error.status_code, ("invalid-request", _NO_SENSE, ""))
    detail = _(detail) if detail else str(error.detail)
    response = await _answer(request, ErrorView(code, _(title), detail, status=error.status_code))
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = _allowed(request)
    return response


def _allowed(request: Request) -> str:
    """All methods of an address (RFC 9110, section 15.5.6); each of its routes knows its own."""
    found = {
        method
        for module in (health, *_PAGES, *_CALLS)
        for route in module.router.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return ", ".join(sorted(found))


async def _left(_request: Request, _error: Exception) -> Response:
    """A browser that has gone inside of what it sent; nobody reads this."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _bug(request: Request, _error: Exception) -> Response:
    """What nobody foresaw; the server logs it, the page does not repeat it."""
    words = describe(LocalProtocolError("unforeseen"))
    response = await _answer(request, words)
    response.headers.update(HEADERS)  # this answer does not pass the guard
    return response
