"""A world of loopback for searches: names, web servers and a mail server, all real."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.discovery import Discovery, Fetcher, Lookups, NameServer, WebPorts
from app.gate import Gate
from app.transport import Dialer, TargetPolicy, Timeouts, trusting
from tests.support.certs import Authority
from tests.support.dnsmasq import Dnsmasq
from tests.support.webserver import Reply, WebServer

WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
PATH = "/mail/config-v1.1.xml"


@dataclass(frozen=True, slots=True)
class World:
    """A search, and what it asked."""

    discovery: Discovery
    names: Dnsmasq
    https: WebServer
    http: WebServer

    @property
    def fetched(self) -> list[str]:
        return [*self.https.requests, *self.http.requests]


def published(
    host: str, port: int = 995, security: str = "SSL", user: str = "%EMAILADDRESS%"
) -> Reply:
    """A file with one POP3 server."""
    return Reply(
        (
            '<clientConfig version="1.1"><emailProvider id="x"><incomingServer type="pop3">'
            f"<hostname>{host}</hostname><port>{port}</port><socketType>{security}</socketType>"
            f"<username>{user}</username></incomingServer></emailProvider></clientConfig>"
        ).encode()
    )


@asynccontextmanager
async def world(
    authority: Authority,
    ca_file: Path,
    *records: str,
    https: dict[str, Reply] | None = None,
    http: dict[str, Reply] | None = None,
    ports: tuple[int, int] = (1, 1),
    reach: dict[str, Any] | None = None,
    gate: Gate | None = None,
    **more: Any,
) -> AsyncIterator[World]:
    """A search with these records of the DNS and these pages.

    Args:
        authority: whose certificates count.
        ca_file: its certificate.
        records: see `Dnsmasq`.
        https, http: pages by name and path.
        ports: where POP3 servers are guessed.
        reach: of the policy.
        gate: what searches go through.
        more: for `Discovery`.
    """
    context: ssl.SSLContext = trusting(ca_file)
    hosts = {page.partition("/")[0] for page in https or {}} or {"nobody.test"}
    with Dnsmasq(records) as names:
        async with (
            WebServer(https or {}, leaf=authority.leaf(*hosts)) as safe,
            WebServer(http or {}) as plain,
        ):
            policy = TargetPolicy(
                **{
                    "loopback": True,
                    "ports": ((1, 65535),),
                    "web": frozenset({safe.port, plain.port}),
                    **(reach or {}),
                }
            )
            lookups = Lookups([NameServer(names.host, names.port)])
            web_ports = WebPorts(safe.port, plain.port)
            fetcher = Fetcher(policy, lookups.addresses, context, ports=web_ports)
            dialer = Dialer(
                policy,
                ca_file=ca_file,
                timeouts=Timeouts(connect=1.5, stall=1.5, reader=1),
                resolve=lookups.addresses,
                gate=gate,
            )
            given = {"lookups": lookups, "ports": ports, **more}
            discovery = Discovery(policy, fetcher=fetcher, dialer=dialer, **given)
            try:
                yield World(discovery, names, safe, plain)
            finally:
                await discovery.close()
