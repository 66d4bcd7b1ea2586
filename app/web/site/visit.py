"""A visit: a request for a page, who made it, and the way to answer it."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response

from app.mailbox import Mailbox, in_thread
from app.sessions import NoSession, Session

from .access import changing_session, current_session, watched_session
from .config import Services, WebConfig, services
from .navigation import from_htmx
from .shell import account, shell


@dataclass(frozen=True, slots=True)
class Visit:
    """What a route of a page is given, and answers through.

    Attributes:
        request: as it came.
        services: of the app.
        guest: the session of whoever asks, or None.
    """

    request: Request
    services: Services
    guest: Session | None = None

    @property
    def session(self) -> Session:
        """The session.

        Raises:
            NoSession: nobody is signed in.
        """
        if self.guest is None:
            raise NoSession
        return self.guest

    @property
    def mailbox(self) -> Mailbox:
        """The session's mailbox."""
        return self.session.mailbox

    @property
    def unknown(self) -> Response | None:
        """The answer to a page that looks on where its mailbox was not listed since a restart.

        What it shows is more than is known here, until somebody clicks: so it is left as it is.
        """
        return None if self.mailbox.listing.listed else Response(status_code=204)

    @property
    def config(self) -> WebConfig:
        """What the operator decided."""
        return self.services.config

    @property
    def from_htmx(self) -> str | None:
        """The page that asked by htmx, or None where a browser asks for a page."""
        return from_htmx(self.request)

    async def page(self, name: str, view: object, title: str, status: int = 200) -> HTMLResponse:
        """A whole page, rendered aside.

        Args:
            name: `templates/NAME.html`.
            view: what is in it.
            title: of the browser tab, without the product's name.
            status: of the answer.
        """
        config = self.config
        top = shell(self.request, title)
        who = account(self.guest.mailbox, config) if self.guest is not None else None
        html = self.services.renderer.html
        return await in_thread(lambda: html(name, view, status, shell=top, account=who))

    async def fragment(
        self, name: str, view: object, title: str = "", status: int = 200
    ) -> HTMLResponse:
        """What htmx puts into a page; where it has a title, that becomes the page's."""
        return await self.page(name, view, title, status)


async def _anybody(request: Request) -> Visit:
    return Visit(request, services(request))


async def _signed_in(request: Request) -> Visit:
    return Visit(request, services(request), await current_session(request))


async def _changing(request: Request) -> Visit:
    return Visit(request, services(request), await changing_session(request))


async def _looking_on(request: Request) -> Visit:
    return Visit(request, services(request), await watched_session(request))


async def _perhaps_signed_in(request: Request) -> Visit:
    with suppress(NoSession):
        return await _signed_in(request)
    return await _anybody(request)


async def _perhaps_looking_on(request: Request) -> Visit:
    with suppress(NoSession):
        return await _looking_on(request)
    return await _anybody(request)


AnyVisit = Annotated[Visit, Depends(_anybody)]
"""Of whoever comes."""
CurrentVisit = Annotated[Visit, Depends(_signed_in)]
"""Of somebody who is signed in; raises NoSession."""
ChangingVisit = Annotated[Visit, Depends(_changing)]
"""The same, where it marks or deletes: refused where that cannot be kept."""
WatchingVisit = Annotated[Visit, Depends(_looking_on)]
"""The same, where a page only looks on: it does not keep the session alive."""
OpenVisit = Annotated[Visit, Depends(_perhaps_signed_in)]
"""Of whoever comes, with their session where there is one."""
OpenWatchingVisit = Annotated[Visit, Depends(_perhaps_looking_on)]
"""The same, where a page only looks on."""
