"""Who comes to the app from elsewhere, and what they ask for."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from tests.support.scripted import ScriptedServer

STRANGER, FRIEND = "198.51.100.7", "192.0.2.20"
HTTPS = "https://popscope.example"


def at(server: str | ScriptedServer, /, **more: object) -> dict[str, object]:
    """A sign-in, as the API and the forms have it."""
    host, port = (server, 995) if isinstance(server, str) else (server.host, server.port)
    security = "tls" if isinstance(server, str) else "none"
    named = {"username": "anna", "password": "secret", "server": host, "port": port}
    return {**named, "security": security, **more}


def reporting(app: FastAPI) -> bool:
    """Whether a report is being made."""
    return any(run.running for run in app.state.services.reports._runs.values())


async def stop(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Ends what is under way."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
