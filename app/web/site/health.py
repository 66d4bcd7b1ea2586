"""Is it running, is it ready: for proxies and container engines."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from .access import AppServices

router = APIRouter(include_in_schema=False)


@router.get("/livez")
async def livez() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(services: AppServices) -> PlainTextResponse:
    """The app can serve: how many sessions are open."""
    return PlainTextResponse(f"ok, {len(services.sessions)} sessions\n")
