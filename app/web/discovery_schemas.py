"""What the JSON API takes and gives about finding a server."""

from pydantic import BaseModel, ConfigDict, Field

from app.discovery import Found, Quirk, Source
from app.transport import Security

from . import server_words


class Discover(BaseModel):
    """An address whose server is looked for, or a domain alone."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    address: str = Field(max_length=400, description="anna@example.net, or example.net")


class Discovered(BaseModel):
    """A server, as `POST /session` takes it.

    `username` is the name to sign in with, null where only a domain was given. `foreign` says that
    the server lies outside the address's domain; only where `sure` is true does a sign-in without
    `server` use it unasked. `hints` say in words what `quirks` mean.
    """

    server: str
    port: int
    security: Security
    username: str | None
    source: Source
    domain: str
    foreign: bool
    sure: bool
    quirks: list[str]
    hints: list[str]


_QUIRKS = {
    Quirk.FOR_APPS: "app-password",
    Quirk.SWITCH_ON: "switch-on",
    Quirk.OAUTH_ONLY: "oauth-only",
    Quirk.SEPARATE: "separate-password",
    Quirk.MAY_REFUSE: "may-refuse",
    Quirk.PAID: "paid",
    Quirk.RECENT_ONLY: "recent-only",
}


def discovered(found: Found, typed: str) -> Discovered:
    """An answer of the search."""
    alone = not typed.rpartition("@")[0]
    return Discovered(
        server=found.target.host,
        port=found.target.port,
        security=found.target.security,
        username=None if alone else found.username,
        source=found.source,
        domain=found.domain,
        foreign=found.foreign,
        sure=found.sure,
        quirks=[_QUIRKS[quirk] for quirk in found.quirks],
        hints=list(server_words.notes(found, found.username if alone else typed)),
    )
