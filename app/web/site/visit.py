"""What routes are given: services, the session of a request, the cookies of a browser."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.responses import Response

from app.discovery import Discovery
from app.mailbox import Credentials
from app.report import Reports
from app.sessions import NoSession, Session, Sessions, browser_id
from app.transport import Target

from .languages import FOR_HTTPS
from .render import Renderer
from .security import check_site, is_https, own_origin, unusual_port

_BROWSER_COOKIE = "popscope-browser"
_SESSION_COOKIE = "popscope"
_API = "/api/v1/"
_NAME = 10  # digits of a demo account
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class OfferedTarget:
    """A server the operator offers, under the label people see."""

    label: str
    target: Target


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """The embedded demo mailbox, one for each browser: every name of its domain is an account.

    Attributes:
        target: its server.
        credentials: of one account; the password is everyone's.
    """

    target: Target
    credentials: Credentials

    @property
    def domains(self) -> Mapping[str, Target]:
        """Its server, by the domain of its addresses."""
        domain = self.credentials.username.partition("@")[2]
        return {domain: self.target} if domain else {}

    def of(self, browser: str) -> Credentials:
        """The account of the browser that has this cookie."""
        local, at, domain = self.credentials.username.partition("@")
        name = browser_id(browser)[:_NAME]
        return replace(self.credentials, username=f"{local}-{name}{at}{domain}")


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What the operator decided about the web side.

    Attributes:
        offered: servers to offer.
        fixed: whether only those may be used.
        demo: the demo mailbox, where there is one.
        public_origin: the origin that browsers use, where it was named.
        allow_insecure_http: whether plain HTTP from other machines is allowed.
        cookie_age: seconds after which the browser forgets the session.
    """

    offered: tuple[OfferedTarget, ...] = ()
    fixed: bool = False
    demo: DemoAccount | None = None
    public_origin: str | None = None
    allow_insecure_http: bool = False
    cookie_age: int = 12 * 3600


@dataclass(frozen=True, slots=True)
class Services:
    """What the app is made of, as routes need it."""

    sessions: Sessions
    config: WebConfig
    renderer: Renderer
    discovery: Discovery
    reports: Reports


def services(request: Request) -> Services:
    """The app's services."""
    return cast("Services", request.app.state.services)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as this connection allows it.

    Browsers send cookies to all ports of a host, so that another Popscope there would end our
    sessions (RFC 6265, section 8.5): the port stands in the name, unless it is the usual one.

    Attributes:
        name: with the `__Host-` prefix on HTTPS; Chromium drops such cookies on plain HTTP, and
            keeps a page of plain HTTP from changing one that is for HTTPS.
        secure: whether it is for HTTPS only.
    """

    name: str
    secure: bool

    @classmethod
    def of(cls, request: Request, name: str) -> "Cookie":
        """The cookie of that name, of this Popscope alone."""
        port = unusual_port(request, services(request).config.public_origin)
        return cls.shared(request, f"{name}-{port}" if port else name)

    @classmethod
    def shared(cls, request: Request, name: str) -> "Cookie":
        """The cookie of that name, the same one for all of this host."""
        secure = is_https(request, services(request).config.public_origin)
        return cls(f"{FOR_HTTPS}{name}" if secure else name, secure)

    def value(self, cookies: Mapping[str, str]) -> str | None:
        """What the browser sent."""
        return cookies.get(self.name)


def session_cookie(request: Request) -> Cookie:
    """The cookie that holds the session's token."""
    return Cookie.of(request, _SESSION_COOKIE)


def browser_cookie(request: Request) -> Cookie:
    """The cookie that knows a browser again which has no session: by its reports, its demo."""
    return Cookie.of(request, _BROWSER_COOKIE)


def know_browser(request: Request, response: Response, value: str) -> None:
    """Sets that cookie, for as long as the browser runs."""
    cookie = browser_cookie(request)
    response.set_cookie(
        cookie.name, value, secure=cookie.secure, httponly=True, samesite="strict", path="/"
    )


def from_cookie(request: Request) -> str | None:
    """The token of a browser: what its cookie holds, whether it opens a session or not."""
    return session_cookie(request).value(request.cookies)


def _for_api(request: Request) -> bool:
    return str(request.scope["path"]).startswith(_API)


def _bearer(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _tokens(request: Request) -> Iterator[str]:
    """What may open the session of a request, in this order.

    Pages go by the cookie alone: a proxy in front may send an `Authorization` of its own with every
    request. For the API the header comes first, and counts only if it opens a session of ours.
    """
    if _for_api(request) and (given := _bearer(request)):
        yield given
    if cookie := from_cookie(request):
        yield cookie


async def _opened(request: Request, *, using: bool = True) -> Session:
    for token in _tokens(request):
        with suppress(NoSession):
            return await services(request).sessions.find(token, using=using)
    raise NoSession


async def current_session(request: Request) -> Session:
    """The session of a request.

    Raises:
        NoSession: there is none.
    """
    return await _opened(request)


async def watched_session(request: Request) -> Session:
    """The session of a request that only looks on: it does not keep the session alive.

    Raises:
        NoSession: there is none.
    """
    request.state.looks_on = True
    return await _opened(request, using=False)


def check_own_site(request: Request) -> None:
    """Refuses what another site may have made a browser send.

    A script that sends no cookie is no browser that somebody could have misled: for the API, a
    bearer header is enough, and where none is needed, that nothing speaks against it.

    Raises:
        ForbiddenOrigin: another site may have sent it.
    """
    script = _for_api(request) and "cookie" not in request.headers
    if script and _bearer(request):
        return
    ours = own_origin(request, services(request).config.public_origin)
    check_site(request.headers, ours, browser=not script)


async def check_unsafe(request: Request) -> None:
    """A dependency of every page and call: what changes something comes from a page of ours.

    Raises:
        ForbiddenOrigin: another site may have sent it.
    """
    if request.method not in _SAFE:
        check_own_site(request)


async def _services(request: Request) -> Services:
    """The same for routes: what they depend on is `async`, or it would go through a thread."""
    return services(request)


CurrentSession = Annotated[Session, Depends(current_session)]
WatchedSession = Annotated[Session, Depends(watched_session)]
AppServices = Annotated[Services, Depends(_services)]
