"""Who asks, as far as it can be told: the network of an address."""

import ipaddress
from contextvars import ContextVar
from typing import Final

_OWN_NETWORK: Final = 64  # bits; a home or a server has at least such a one (RFC 6177)

client: ContextVar[str] = ContextVar("client", default="")
"""Whose work this task does, as `network` has it; "" where nobody from outside waits for it."""


def network(address: str) -> str:
    """What counts as one client: an IPv4 address, an IPv6 network of 64 bits, or "?"."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _OWN_NETWORK), strict=False))
