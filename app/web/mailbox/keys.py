"""The list of keys as a page, for those without JavaScript."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.web.site.visit import OpenWatchingVisit
from app.web.site.words import _

router = APIRouter()


@router.get("/keys")
async def show_keys(visit: OpenWatchingVisit) -> Response:
    """What each key does; says nothing of any mailbox."""
    return await visit.page("mailbox/keys", None, _("Shortcuts"))
