"""The part of the API that looks on: events, the transcript; and pausing the headers."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel

from app.mailbox import FeedTopic, Mailbox, Watch, in_thread
from app.web.site.access import AppServices, CurrentSession, WatchedSession
from app.web.site.errors import StreamLimit
from app.web.site.streaming import EventStream, event_of
from app.web.transcript.masking import Masker

from . import event_schemas
from .routes import router as api_router

router = APIRouter(prefix=api_router.prefix, tags=api_router.tags, responses=api_router.responses)
_PAUSE: Final = 0.2  # seconds between two rounds of events: what happens meanwhile is told at once
_RETRY: Final = 3000  # milliseconds before a browser tries again
_QUIET: Final = 15.0  # seconds after which a comment shows proxies that somebody is there
_AT_ONCE: Final = 200  # lines of the transcript in one event
_WHAT: dict[FeedTopic, Callable[[Mailbox], BaseModel]] = {
    FeedTopic.PROGRESS: event_schemas.progress,
    FeedTopic.HELD: event_schemas.held,
    FeedTopic.MARKS: event_schemas.marks,
    FeedTopic.LISTED: event_schemas.listing,
}
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "events"}
}
After = Annotated[
    int | None, Query(ge=0, description="the number of the last line that is known already")
]


@router.get("/events", response_class=Response, responses=_STREAM)
async def events(
    services: AppServices,
    session: WatchedSession,
    after: After = None,
    lines: Annotated[
        bool, Query(description="whether transcript events carry lines, or only their number")
    ] = True,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """What changes, as server-sent events. To look on does not keep a session or the lock alive.

    Each event is the newest state, not a history: what changes often is told some times a second.

    - `progress`: `{known, total, octets, running, paused}`, headers read so far
    - `held`: `{held, held_seconds, revision}`, the maildrop lock; `revision` grows with each change
    - `marks`: `{messages, octets, revision}`, what is marked
    - `listed`: `{listing, messages, octets}`; `listing` counts up when other messages are there
    - `transcript`: `{newest, missed, lines}`, as in `GET /transcript`
    - `ended`: `{reconnect: false}`, the session is over; close the connection, it comes last

    A session has a few streams at a time; one more is a 429 `stream-limit`.

    The first four come once at the beginning. The id of an event is the number of the newest line
    of the transcript that was told; sent back as `Last-Event-ID`, or `after`, it resumes there.
    """
    known = _number(last_event_id)
    feed, newest = session.mailbox.feed, session.mailbox.transcript.newest
    cursor = known if known is not None else newest if after is None else after
    if feed.streams >= services.config.stream_limit:
        raise StreamLimit
    feed.streams += 1

    def over() -> None:
        feed.streams -= 1

    settle = partial(services.sessions.settle, session.sid)
    return EventStream(_told(session.mailbox, cursor, settle, lines=lines), over)


async def _told(
    mailbox: Mailbox, cursor: int, settle: Callable[[], Awaitable[None]], *, lines: bool
) -> AsyncGenerator[bytes, None]:
    watch = mailbox.feed.watch()
    yield f": Popscope\nretry: {_RETRY}\n\n".encode()
    topics = frozenset(
        {*_WHAT, FeedTopic.TRANSCRIPT} if cursor != mailbox.transcript.newest else _WHAT
    )
    async for quiet in _unlisted(mailbox, watch):
        yield quiet
    while topics and mailbox.listing.listed:
        if FeedTopic.MARKS in topics:
            await settle()  # a mark is kept before it is told, here as in any answer
        for topic in FeedTopic:
            if topic not in topics:
                continue
            data: BaseModel
            if topic is FeedTopic.TRANSCRIPT:
                newest = mailbox.transcript.newest
                found = mailbox.transcript.lines(cursor, _AT_ONCE) if lines else []
                data = event_schemas.lines(found, newest, cursor)
                cursor = newest
            else:
                data = _WHAT[topic](mailbox)
            yield event_of(topic.value, data, str(cursor))
        await asyncio.sleep(_PAUSE)
        while (changed := await _changes(watch)) is None:
            yield b": \n\n"
        topics = changed
    if mailbox.feed.over:
        yield event_of("ended", event_schemas.Ended(), str(cursor))


async def _unlisted(mailbox: Mailbox, watch: Watch) -> AsyncGenerator[bytes, None]:
    """Until the maildrop is listed: after a restart nothing is known before somebody clicks.

    What the page shows is more than that.
    """
    while not mailbox.listing.listed:
        changed = await _changes(watch)
        if changed is None:
            yield b": \n\n"
        elif not changed:  # it is over
            return


async def _changes(watch: Watch) -> frozenset[FeedTopic] | None:
    """What has changed; None where for a while nothing has."""
    try:
        async with asyncio.timeout(_QUIET):
            return await watch.changes()
    except TimeoutError:
        return None


def _number(given: str | None) -> int | None:
    """The number a browser sends back; nonsense is no number."""
    digits = given is not None and given.isascii() and given.isdecimal() and len(given) < 16  # noqa: PLR2004 -- a JavaScript integer
    return int(given) if given and digits else None


@router.get("/transcript")
async def transcript(
    session: WatchedSession,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 1000,
    mask: Annotated[
        bool, Query(description="whether mailbox names and mail addresses are masked")
    ] = False,
) -> event_schemas.Lines:
    """The dialogue over all connections, secrets masked, newest last; nothing on the wire."""
    log, known = session.mailbox.transcript, after or 0
    masker = Masker(session.mailbox.account.username) if mask else None
    return await in_thread(event_schemas.lines, log.lines(known, limit), log.newest, known, masker)


@router.post("/headers/pause")
async def pause(session: CurrentSession) -> event_schemas.Progress:
    """Loads no more headers by itself, on no connection; what is asked for still comes."""
    await session.mailbox.headers.pause()
    return event_schemas.progress(session.mailbox)


@router.post("/headers/resume")
async def resume(session: CurrentSession) -> event_schemas.Progress:
    """Loads headers again."""
    await session.mailbox.headers.resume(session.line)
    return event_schemas.progress(session.mailbox)
