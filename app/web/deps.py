"""What routes are given: services, the session of a request, the token of its cookie or header."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.responses import Response

from app.discovery import Discovery
from app.mailbox import Credentials
from app.report import Reports
from app.sessions import NoSession, Session, Sessions, browser_name, csrf_token, new_token
from app.transport import Target

from .errors import ForbiddenOrigin
from .languages import FOR_HTTPS
from .render import Renderer
from .security import check_site, check_token, is_https, own_origin, unusual_port

_SIGNIN_COOKIE = "popscope-signin"
_SESSION_COOKIE = "popscope"
_API = "/api/v1/"


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
        """The account of the browser that has this sign-in cookie."""
        local, at, domain = self.credentials.username.partition("@")
        return replace(self.credentials, username=f"{local}-{browser_name(browser)}{at}{domain}")


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


def signin_cookie(request: Request) -> Cookie:
    """The cookie that ties the sign-in form to this browser."""
    return Cookie.of(request, _SIGNIN_COOKIE)


@dataclass(frozen=True, slots=True)
class Bearer:
    """How a request proves its session.

    Attributes:
        token: the session's token; in no `repr`.
        by_cookie: it came as a cookie, so cross-site rules apply.
    """

    token: str = field(repr=False)
    by_cookie: bool


def from_cookie(request: Request) -> Bearer | None:
    """The token of a browser: what its cookie holds, whether it opens a session or not."""
    token = session_cookie(request).value(request.cookies)
    return Bearer(token, by_cookie=True) if token else None


def _bearers(request: Request) -> Iterator[Bearer]:
    """What may open the session of a request, in this order.

    Pages go by the cookie alone: a proxy in front may send an `Authorization` of its own with every
    request. For the API the header comes first, and counts only if it opens a session of ours.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    for_api = str(request.scope["path"]).startswith(_API)
    if for_api and scheme.lower() == "bearer" and given.strip():
        yield Bearer(given.strip(), by_cookie=False)
    cookie = from_cookie(request)
    if cookie is not None:
        yield cookie


async def _opened(request: Request, *, using: bool = True) -> tuple[Session, Bearer]:
    """The session of a request and what opened it."""
    for found in _bearers(request):
        with suppress(NoSession):
            return await services(request).sessions.find(found.token, using=using), found
    raise NoSession


async def current_session(request: Request) -> Session:
    """The session of a request.

    Raises:
        NoSession: there is none.
    """
    session, _ = await _opened(request)
    return session


async def watched_session(request: Request) -> Session:
    """The session of a request that only looks on: it does not keep the session alive.

    Raises:
        NoSession: there is none.
    """
    request.state.looks_on = True
    session, _ = await _opened(request, using=False)
    return session


async def changing_session(request: Request) -> Session:
    """The session of a request that changes something, which must come from a page of ours.

    Raises:
        NoSession: there is none.
        ForbiddenOrigin: another site may have sent it.
    """
    session, found = await _opened(request)
    await check_own(request, found)
    return session


async def check_own(request: Request, found: Bearer) -> None:
    """The cross-site rules for what a cookie allows, whether its session still lives or not.

    Raises:
        ForbiddenOrigin: another site may have sent it.
    """
    if found.by_cookie:
        check_site(request.headers, own_origin(request, services(request).config.public_origin))
        check_token(csrf_token(found.token), await given_token(request))


async def given_token(request: Request) -> str | None:
    """The synchroniser token of a form or of the `X-CSRF-Token` header."""
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return None
    value = (await request.form()).get("_csrf")
    return value if isinstance(value, str) else None


def signin_token(request: Request) -> tuple[str, str]:
    """The sign-in page's cookie value, made if there is none, and its synchroniser token."""
    value = signin_cookie(request).value(request.cookies) or new_token()
    return value, csrf_token(value)


async def check_signin(request: Request) -> None:
    """The cross-site rules for the sign-in page's own forms.

    Raises:
        ForbiddenOrigin: another site may have sent it.
    """
    check_site(request.headers, own_origin(request, services(request).config.public_origin))
    value = signin_cookie(request).value(request.cookies)
    check_token(csrf_token(value) if value else new_token(), await given_token(request))


def page_token(request: Request) -> tuple[str, str | None]:
    """The synchroniser token of a page that needs no session, and its cookie's value to be set.

    The value is None where the page is seen in a session: its own token then goes with it.
    """
    token = session_cookie(request).value(request.cookies)
    if token:
        return csrf_token(token), None
    value, csrf = signin_token(request)
    return csrf, value


def keep_token(request: Request, response: Response, value: str | None) -> None:
    """Sets the cookie that goes with `page_token`."""
    if value is not None:
        cookie = signin_cookie(request)
        response.set_cookie(
            cookie.name, value, secure=cookie.secure, httponly=True, samesite="strict", path="/"
        )


async def check_page(request: Request) -> None:
    """The cross-site rules for forms that stand on every page, signed in or not.

    Raises:
        ForbiddenOrigin: another site may have sent it.
    """
    check_site(request.headers, own_origin(request, services(request).config.public_origin))
    given = await given_token(request)
    for cookie in (session_cookie(request), signin_cookie(request)):
        value = cookie.value(request.cookies)
        if value:
            with suppress(ForbiddenOrigin):
                check_token(csrf_token(value), given)
                return
    raise ForbiddenOrigin


CurrentSession = Annotated[Session, Depends(current_session)]
WatchedSession = Annotated[Session, Depends(watched_session)]
ChangingSession = Annotated[Session, Depends(changing_session)]
AppServices = Annotated[Services, Depends(services)]
