"""The list of keys as a page, for those without JavaScript."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.deps import AppServices
from app.web.present import shell
from app.web.views import KeysView
from app.web.words import _

router = APIRouter()


@router.get("/keys")
async def show_keys(request: Request, services: AppServices) -> Response:
    """What each key does; says nothing of any mailbox."""
    view = KeysView(shell(request, services, _("Shortcuts")))
    return services.renderer.page("keys", view)
