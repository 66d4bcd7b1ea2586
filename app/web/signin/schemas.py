"""What the JSON API takes and gives about signing in and finding a server."""

from typing import Any

from pydantic import BaseModel, Field, SecretStr

from app import mailbox as domain
from app.discovery import Found, Quirk, Source
from app.transport import Security
from app.web.site.schemas import RequestBody

from .found_servers import notes


class Discover(RequestBody):
    """An address whose server is looked for, or a domain alone."""

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
        hints=list(notes(found, found.username if alone else typed)),
    )


class SignIn(RequestBody):
    """Whom to sign in, and where.

    Without `server`, it is the one that is found for the address. Either `password`, or `token`
    with `auth` XOAUTH2 or OAUTHBEARER: an OAuth 2.0 access token. It is kept sealed like a
    password; once it has expired, calls that sign in anew answer 401 `login-rejected`.
    """

    username: str = Field(max_length=255)
    password: SecretStr = Field(SecretStr(""), max_length=255)
    token: SecretStr = Field(SecretStr(""), max_length=8192)
    server: str | None = Field(None, max_length=255)
    port: int | None = Field(None, ge=1, le=65535)
    security: Security | None = Field(None, strict=False)  # JSON has no enums
    auth: str | None = Field(
        None,
        max_length=20,
        description="the best there is, or "
        "SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, APOP, PLAIN, LOGIN, USER, XOAUTH2 or OAUTHBEARER",
    )


class About(BaseModel):
    """An account, its server and its maildrop; `signed_in_by` as `auth` names it.

    `means_refused` are others that the server refused for their form before.
    """

    account: str
    server: str
    port: int
    security: Security
    tls: str | None
    signed_in_by: str
    means_refused: list[str]
    capabilities: list[str]
    messages: int
    octets: int


class Opened(About):
    """A new session; `token` opens it."""

    token: str


def about(mailbox: domain.Mailbox) -> dict[str, Any]:
    """The fields of `About`."""
    target = mailbox.account.target
    return {
        "account": mailbox.account.username,
        "server": target.host,
        "port": target.port,
        "security": target.security,
        "tls": mailbox.listing.access.tls,
        "signed_in_by": mailbox.listing.access.means,
        "means_refused": list(mailbox.listing.access.refused),
        "capabilities": list(mailbox.listing.access.capabilities.lines),
        "messages": mailbox.index.totals.messages,
        "octets": mailbox.index.totals.octets,
    }
