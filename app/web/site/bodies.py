"""The bodies of requests: how much of one is taken in, counted before anybody reads in it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import is_signed_in
from .words import _

_PLAIN = 16 * 1024
_FORM = 64 * 1024
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_IDS = 2 * 1024 * 1024  # 100,000 ids are 1.5 MB
_LARGE = 16  # bodies of ids at once, where they are larger than a form
_SIGNS = b"&[{:"  # each may begin something that costs a hundred times as much
_MOST_SIGNS = 2000
_lists: set[Callable[..., Any]] = set()
Route = TypeVar("Route", bound=Callable[..., Any])


def takes_ids(route: Route) -> Route:
    """A route to which any number of ids may be sent, by who is signed in."""
    _lists.add(route)
    return route


class BodyLimits:
    """ASGI middleware: cuts bodies off where they are too large; the app answers as it does.

    Args:
        app: what reads them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.large = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(self, Request(scope), receive)
        try:
            await self._app(scope, body.receive, send)
        finally:
            self.large -= body.is_large


class _Body:
    """The body of one request, as it arrives."""

    def __init__(self, all_of_them: BodyLimits, request: Request, receive: Receive) -> None:
        self._all = all_of_them
        self._request = request
        self._receive = receive
        kind, declared = (request.headers.get(f"content-{name}", "") for name in ("type", "length"))
        self._most = _FORM if kind.lower().startswith(_FORMS) else _PLAIN
        self._declared = int(declared[:20]) if declared.isdecimal() else 0
        self._octets = self._signs = 0
        self.is_large = False

    async def receive(self) -> Message:
        """The next piece.

        Raises:
            HTTPException: it is one too many; FastAPI lets nothing else through.
        """
        await self._allow(self._declared)
        message = await self._receive()
        if message["type"] == "http.request":
            piece = message.get("body", b"")
            self._octets += len(piece)
            self._signs += sum(piece.count(sign) for sign in _SIGNS)
            if self._signs > _MOST_SIGNS:
                raise HTTPException(
                    HTTPStatus.UNPROCESSABLE_ENTITY, _("What was sent has too many fields.")
                )
            await self._allow(self._octets)
        return message

    async def _allow(self, octets: int) -> None:
        if octets <= self._most:
            return
        if octets > _IDS or self._request.scope.get("endpoint") not in _lists:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not await is_signed_in(self._request):
            raise HTTPException(HTTPStatus.UNAUTHORIZED)
        if self._all.large >= _LARGE:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE)
        self._all.large += 1
        self.is_large, self._most = True, _IDS
