"""Whose request it is: the session that it opens, and whether another site may have sent it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Request

from app.sessions import NoSession, Session

from .config import Services, services
from .cookies import from_cookie
from .security import check_site, own_origin

_API = "/api/v1/"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


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
            session = await services(request).sessions.find(token, using=using)
            request.state.session = session
            return session
    raise NoSession


async def current_session(request: Request) -> Session:
    """The session of a request.

    Raises:
        NoSession: there is none.
    """
    return await _opened(request)


async def changing_session(request: Request) -> Session:
    """The session of a request that marks or deletes: what it does can be kept, as things are.

    After a restart of the app, the maildrop is listed first, and marks are taken over.

    Raises:
        NoSession: there is none.
        StoreUnavailable: nothing can be kept now.
        MailboxError, TransportError, Pop3Error: it could not be listed.
    """
    session = await _opened(request)
    await services(request).sessions.check_kept(session)
    await session.reader.ensure_listed()
    return session


async def settled(request: Request) -> AsyncIterator[None]:
    """A dependency of every page and call: what was changed is kept before it is answered.

    Raises:
        StoreUnavailable: a mark that was just set is not kept yet.
    """
    yield
    session: Session | None = getattr(request.state, "session", None)
    if session is not None:
        strict = request.method not in _SAFE
        await services(request).sessions.settle(session.sid, strict=strict)


async def watched_session(request: Request) -> Session:
    """The session of a request that only looks on: it does not keep the session alive.

    Raises:
        NoSession: there is none.
    """
    request.state.looks_on = True
    return await _opened(request, using=False)


async def is_signed_in(request: Request) -> bool:
    """Whether a request opens a session, which does not count as using it."""
    try:
        await _opened(request, using=False)
    except NoSession:
        return False
    return True


def looks_on(request: Request) -> bool:
    """Whether a page asked by itself, and nobody clicked."""
    return getattr(request.state, "looks_on", False)


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


ChangingSession = Annotated[Session, Depends(changing_session)]
CurrentSession = Annotated[Session, Depends(current_session)]
WatchedSession = Annotated[Session, Depends(watched_session)]
AppServices = Annotated[Services, Depends(_services)]
