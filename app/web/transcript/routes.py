"""The transcript: as a text to send to somebody, and the newest lines of the drawer."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.mailbox import in_thread
from app.web.site.access import WatchedSession
from app.web.site.visit import WatchingVisit

from .lines import MOST, support_text, transcript

router = APIRouter(prefix="/mailbox/transcript")


@router.get("")
async def show_transcript(session: WatchedSession, mask: bool = False) -> Response:
    """The transcript as a text to send to somebody."""
    lines = session.mailbox.transcript.lines()
    text = await in_thread(support_text, session.mailbox, lines, masked=mask)
    headers = {"Content-Disposition": 'inline; filename="popscope-transcript.txt"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/lines")
async def show_lines(visit: WatchingVisit, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """The lines of the drawer after a number."""
    lines = visit.mailbox.transcript.lines(after, MOST)
    view = await in_thread(transcript, visit.mailbox, lines)
    return await visit.fragment("transcript/lines", view)
