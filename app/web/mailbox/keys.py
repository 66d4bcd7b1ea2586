"""The list of keys as a page, for those without JavaScript."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.site.shell import shell
from app.web.site.visit import AppServices
from app.web.site.words import _

from .views import KeysView

router = APIRouter()


@router.get("/keys")
async def show_keys(request: Request, services: AppServices) -> Response:
    """What each key does; says nothing of any mailbox."""
    view = KeysView(shell(request, services, _("Shortcuts")))
    return services.renderer.page("mailbox/keys", view)
