"""The cookies of a browser: one opens its session, one knows it again without a session."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from .config import services
from .root_path import cookie_name, root
from .security import is_https, unusual_port

_BROWSER_COOKIE = "popscope-browser"
_SESSION_COOKIE = "popscope"


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as this connection allows it.

    Browsers send cookies to all ports of a host, so that another Popscope there would end our
    sessions (RFC 6265, section 8.5): the port stands in the name, unless it is the usual one.

    Attributes:
        name: with the `__Host-` prefix on HTTPS, `__Secure-` below a path; Chromium drops such
            cookies on plain HTTP, and keeps a page of plain HTTP from changing one of HTTPS.
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
        secure = is_https(request)
        return cls(cookie_name(name, secure=secure), secure)

    @property
    def path(self) -> str:
        """Where it is sent to."""
        return root() or "/"

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
        cookie.name, value, secure=cookie.secure, httponly=True, samesite="strict", path=cookie.path
    )


def forget_browsing(response: Response) -> None:
    """Lets the browser throw away what it keeps of our pages; what it was asked to remember stays.

    Over plain HTTP, browsers heed that from this machine alone; but no page of ours is kept anyhow.
    """
    response.headers["Clear-Site-Data"] = '"cache"'


def from_cookie(request: Request) -> str | None:
    """The token of a browser: what its cookie holds, whether it opens a session or not."""
    return session_cookie(request).value(request.cookies)
