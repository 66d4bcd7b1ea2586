"""What the app is made of, and what its operator decided about the web side."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from fastapi import Request

from app.discovery import Discovery
from app.mailbox import Credentials
from app.report import Reports
from app.sessions import Sessions, browser_id
from app.transport import Target

from .render import Renderer

_NAME = 10  # digits of a demo account


@dataclass(frozen=True, slots=True)
class OfferedTarget:
    """A server the operator offers, under the label people see."""

    label: str
    target: Target


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """The embedded demo mailbox, one for each browser: every name of its domain is an account.

    Attributes:
        target: its server.
        credentials: of one account; the password is everyone's.
    """

    target: Target
    credentials: Credentials

    @property
    def domains(self) -> Mapping[str, Target]:
        """Its server, by the domain of its addresses."""
        domain = self.credentials.username.partition("@")[2]
        return {domain: self.target} if domain else {}

    def of(self, browser: str) -> Credentials:
        """The account of the browser that has this cookie."""
        local, at, domain = self.credentials.username.partition("@")
        name = browser_id(browser)[:_NAME]
        return replace(self.credentials, username=f"{local}-{name}{at}{domain}")


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What the operator decided about the web side.

    Attributes:
        offered: servers to offer.
        fixed: whether only those may be used.
        demo: the demo mailbox, where there is one.
        public_origin: the origin that browsers use, where it was named.
        allow_insecure_http: whether plain HTTP from other machines is allowed.
        hosts: further names that this machine has, for plain HTTP.
        cookie_age: seconds after which the browser forgets the session.
        stream_limit: event streams at once of one session.
        root_path: below which all stands, such as `/mail`, or empty.
    """

    offered: tuple[OfferedTarget, ...] = ()
    fixed: bool = False
    demo: DemoAccount | None = None
    public_origin: str | None = None
    allow_insecure_http: bool = False
    hosts: tuple[str, ...] = ()
    cookie_age: int = 12 * 3600
    stream_limit: int = 8
    root_path: str = ""


@dataclass(frozen=True, slots=True)
class Services:
    """What the app is made of, as routes need it."""

    sessions: Sessions
    config: WebConfig
    renderer: Renderer
    discovery: Discovery
    reports: Reports


def services(request: Request) -> Services:
    """The app's services."""
    return cast("Services", request.app.state.services)
