"""Headers on every answer, who may reach us over plain HTTP, and requests from other sites.

A request that changes anything must come from a page of ours: by Sec-Fetch-Site where the browser
sends it, else by Origin. Chromium sends no Sec-Fetch-Site on plain-HTTP LAN names, but Origin with
every POST; both tell another port of this host, which SameSite does not keep out.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.audit import comes_from
from app.gate import client, network

from .errors import ForbiddenOrigin, InsecureHttp, UnknownName, WebError
from .hosts import is_loopback_name, is_own_name

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
# no-referrer would make a form without JavaScript send Origin: null.
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000"
_HEALTH = frozenset({"/livez", "/readyz"})
_MAX_PORT = 65535
_MOST_FIELDS = 100  # of a request's head; each of them is looked at many times
_MEDIA_TYPE = 256  # octets; the frameworks read its parameters in quadratic time
# RFC 9112, section 3.2; browsers send nothing else.
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?", re.ASCII)
# What a proxy adds, or gives itself away by: browsers and curl speak HTTP/1.1.
_OF_PROXIES = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "via")
_USUAL_PORTS = {"http": 80, "https": 443}


def is_https(connection: HTTPConnection) -> bool:
    """Whether the browser speaks HTTPS: to the proxy in front, which was named and says so."""
    return bool(connection.scope.get("scheme") == "https")


def own_origin(request: HTTPConnection, public_origin: str | None) -> str:
    """Our origin as the browser knows it; the one that was named holds for its scheme alone."""
    scheme, host = request.scope.get("scheme", "http"), request.headers.get("host", "")
    if public_origin is not None and public_origin.startswith(f"{scheme}:"):
        return public_origin
    return f"{scheme}://{host}".lower()


def host_name(connection: HTTPConnection) -> str:
    """Our name as the browser knows it, without the port; empty where it sent nonsense."""
    found = _HOST.fullmatch(connection.headers.get("host", ""))
    return (found[1] or found[2]).lower() if found else ""


def unusual_port(connection: HTTPConnection, public_origin: str | None) -> int | None:
    """Our port as the browser knows it; None where it is the scheme's usual one, or nonsense.

    A browser sends it in `Host`; where a proxy takes it away, the operator's word tells.
    """
    scheme, _, host = own_origin(connection, public_origin).partition("://")
    found = _HOST.fullmatch(host)
    port = int(found[3] or 0) if found else 0
    return port if 0 < port <= _MAX_PORT and port != _USUAL_PORTS.get(scheme) else None


class Guard:
    """ASGI middleware: security headers on every answer, and the rule for plain HTTP.

    What a request makes happen is counted for the `client` it comes from, and that is noted here.

    Over plain HTTP only this machine is served, under a loopback name, unless the operator allows
    more, and then under names of ours: one that was made to lead here would let a foreign site act
    as ours. A proxy that was not named makes nobody this machine.

    Args:
        app: what is guarded.
        allow_insecure_http: whether plain HTTP from other machines is allowed.
        names: of ours, for that.
    """

    def __init__(
        self, app: ASGIApp, *, allow_insecure_http: bool, names: frozenset[str] = frozenset()
    ) -> None:
        self._app = app
        self._allow_insecure = allow_insecure_http
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on with headers added to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields = scope["headers"]
        if len(fields) > _MOST_FIELDS or any(
            name == b"content-type" and len(value) > _MEDIA_TYPE for name, value in fields
        ):
            await PlainTextResponse("Request Header Fields Too Large", 431)(scope, receive, send)
            return
        # Ours have no backslash, and Python 3.11 needs quadratic time to read quoted ones.
        scope["headers"] = [
            (name, value.replace(b"\\", b"") if name == b"cookie" else value)
            for name, value in fields
        ]
        connection = HTTPConnection(scope)
        address = connection.client.host if connection.client else ""
        client.set(network(address))
        comes_from(address)
        https = is_https(connection)
        if not https and scope["path"] not in _HEALTH:
            scope["popscope.refused"] = self._refusal(connection)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if https:
                    headers.setdefault("Strict-Transport-Security", _HSTS)
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, connection: HTTPConnection) -> WebError | None:
        """Why a request over plain HTTP is refused, or None."""
        name, peer = host_name(connection), connection.client
        if self._allow_insecure:
            return None if is_own_name(name, self._names) else UnknownName(name)
        proxied = connection.scope.get("http_version") == "1.0" or any(
            header in connection.headers for header in _OF_PROXIES
        )
        local = peer is not None and is_loopback_name(peer.host) and is_loopback_name(name)
        return InsecureHttp(proxied=proxied) if proxied or not local else None


async def refuse_insecure(request: Request) -> None:
    """A dependency of every page and call.

    Raises:
        InsecureHttp: plain HTTP from another machine, which the operator has not allowed.
        UnknownName: plain HTTP under a name that is none of ours.
    """
    refusal: WebError | None = request.scope.get("popscope.refused")
    if refusal is not None:
        raise refusal


def check_site(headers: Headers, origin: str, *, browser: bool = True) -> None:
    """Refuses what another site made the browser send.

    Args:
        headers: of the request.
        origin: our own.
        browser: whether a request that tells nothing about its site is refused as well.

    Raises:
        ForbiddenOrigin: it comes from elsewhere.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForbiddenOrigin
        return
    given = headers.get("origin")
    if given is not None and given != "null":
        if given.lower() != origin:
            raise ForbiddenOrigin
        return
    if browser or given == "null":
        raise ForbiddenOrigin
