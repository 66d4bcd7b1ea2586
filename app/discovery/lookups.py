"""Questions to name servers: who offers POP3 for a domain, who takes in its mail, which addresses.

No threads: a name server that does not answer holds nobody up but the one who asked.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import dns.asyncresolver
import dns.exception
import dns.inet
import dns.nameserver
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.rdtypes.IN.SRV import SRV

from app.transport import Security, Target

from .addresses import host_name

_MOST = 10  # records of one answer that are looked at
_MOST_SRV = 50  # that are put in order first; an answer may hold thousands
_PORT = 53


class NameServer(NamedTuple):
    """A name server to ask: its address and port."""

    address: str
    port: int = _PORT

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SrvServices:
    """What a domain says of itself (RFC 6186).

    Attributes:
        targets: its POP3 servers, in the order to try them.
        declined: it says that it offers none.
    """

    targets: tuple[Target, ...] = ()
    declined: bool = False


class DnsRecord(NamedTuple):
    """An SRV record (RFC 2782); the target is "." where there is no such service."""

    priority: int
    weight: int
    port: int
    target: str


class Lookups:
    """Asks name servers.

    Args:
        servers: whom to ask; by default the system's own.
        patience: seconds for one question, however many servers are asked.
        chance: for the choice by weight.
    """

    def __init__(
        self,
        servers: Sequence[NameServer] = (),
        *,
        patience: float = 1.5,
        chance: random.Random | None = None,
    ) -> None:
        self._servers = tuple(servers)
        self._patience = patience
        self._chance = chance or random.SystemRandom()
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def services(self, domain: str) -> SrvServices:
        """The POP3 servers a domain names: those with TLS from the start, else with STARTTLS."""
        found: list[Target] = []
        declined = False
        names = (f"_pop3s._tcp.{domain}", f"_pop3._tcp.{domain}")
        answers = await asyncio.gather(*map(self._records, names))
        for records, security in zip(answers, (Security.TLS, Security.STARTTLS), strict=True):
            declined = declined or [record.target for record in records] == ["."]
            for record in in_order(records, self._chance):
                host = host_name(record.target)
                if host is not None and record.port:
                    found.append(Target(host, record.port, security))
            if found:
                break
        return SrvServices(tuple(found[:_MOST]), declined and not found)

    async def exchangers(self, domain: str) -> list[str]:
        """The names of a domain's mail exchangers, the preferred ones first (RFC 5321, 5.1)."""
        answer = await self._ask(domain, "MX")
        found = sorted(
            (record.preference, str(record.exchange)) for record in answer if isinstance(record, MX)
        )
        return [host for host in (host_name(name) for _, name in found[:_MOST]) if host]

    async def addresses(self, host: str, port: int) -> list[str]:  # noqa: ARG002 -- a Resolve
        """The addresses of a host, as `app.transport.Resolve` has it.

        Raises:
            OSError: there is no such name, or nobody answers.
        """
        if dns.inet.is_address(host):
            return [host]
        name = host_name(host)
        found: list[str] = []
        if name is not None:
            for answer in await asyncio.gather(self._ask(name, "A"), self._ask(name, "AAAA")):
                found += [record.to_text() for record in answer if isinstance(record, A | AAAA)]
        if not found:
            raise OSError(f"no such name: {host!r}")
        return found[:_MOST]

    async def _records(self, name: str) -> list[DnsRecord]:
        return [
            DnsRecord(one.priority, one.weight, one.port, str(one.target).lower())
            for one in (await self._ask(name, "SRV"))[:_MOST_SRV]
            if isinstance(one, SRV)
        ]

    async def _ask(self, name: str, kind: str) -> list[dns.rdata.Rdata]:
        """The records of an answer; none where there is no answer, for whatever reason."""
        try:
            answer = await self._asking().resolve(
                f"{name}.", kind, lifetime=self._patience, search=False
            )
        except (dns.exception.DNSException, OSError):
            return []
        return list(answer)

    def _asking(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = [
                    dns.nameserver.Do53Nameserver(one.address, one.port) for one in self._servers
                ]
            resolver.timeout = self._patience / 2  # a server that is silent leaves time for another
            self._resolver = resolver
        return self._resolver


def in_order(records: Sequence[DnsRecord], chance: random.Random) -> list[DnsRecord]:
    """SRV records as a client tries them: by priority, and by chance as the weights have it.

    Source: RFC 2782, "Usage rules" and "Weight".
    """
    ordered: list[DnsRecord] = []
    for priority in sorted({record.priority for record in records}):
        # Those of weight 0 first, so that they have a small chance beside the others.
        left = sorted((r for r in records if r.priority == priority), key=lambda r: r.weight)
        while left:
            pick = chance.randint(0, sum(record.weight for record in left))
            for record in left:
                pick -= record.weight
                if pick <= 0:
                    break
            left.remove(record)
            ordered.append(record)
    return ordered
