"""Where Popscope may connect to: the rule against server-side request forgery.

A name is resolved once, every address is judged, and the connection goes to a judged address.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from .errors import TargetForbidden

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
    )
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Tunnels, tests, documentation, and what clouds answer their own machines on; some Python versions
# call a few of them global. In the local NAT64 prefix one cannot tell where the IPv4 address is.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        [
            "0.0.0.0/8",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "240.0.0.0/4",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/32",
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
            "fd00:ec2::254/128",
            "fec0::/10",
        ],
    )
)


class Reach(Enum):
    """How far sign-ins may reach (`POPSCOPE_TARGETS`)."""

    FIXED = "fixed"
    LAN = "lan"
    PUBLIC = "public"


def unwrap(address: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv4-mapped, 6to4 or NAT64 one; any other as it is.

    Sources: RFC 4291, section 2.5.5.2; RFC 3056, section 2; RFC 6052, section 2.1.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(address.packed[2:6])
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[12:])
    return address


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """What the operator allows.

    Attributes:
        reach: `FIXED`: only the servers in `offered`; `LAN`: private and public addresses;
            `PUBLIC`: public ones only.
        ports: allowed port ranges, ends included; `offered` servers are allowed theirs.
        loopback: whether this machine itself may be a target.
        offered: the operator's own servers as (host in lower case, port); any private address
            is allowed for them.
        own: servers of this very process as (host, port), which are always allowed.
        web: ports where a domain's own settings may be read.
    """

    reach: Reach = Reach.LAN
    ports: Sequence[tuple[int, int]] = ((110, 110), (995, 995))
    loopback: bool = False
    offered: frozenset[tuple[str, int]] = frozenset()
    own: frozenset[tuple[str, int]] = frozenset()
    web: frozenset[int] = frozenset({80, 443})

    def check(self, host: str, port: int) -> None:
        """Judges what can be judged before the name is looked up.

        Raises:
            TargetForbidden: the port or the host is not allowed.
        """
        if self._is_offered(host, port) or (host, port) in self.own:
            return
        if self.reach is Reach.FIXED or not any(low <= port <= high for low, high in self.ports):
            raise TargetForbidden(host, port)

    def check_web(self, host: str, port: int) -> None:
        """Judges where a domain's own settings are to be read, before the name is looked up.

        Raises:
            TargetForbidden: only the operator's servers may be reached, or it is no such port.
        """
        if self.reach is Reach.FIXED or port not in self.web:
            raise TargetForbidden(host, port)

    def judged(self, addresses: Iterable[str], host: str, port: int) -> list[str]:
        """Those of the addresses that may be connected to, each once, in their order.

        Raises:
            TargetForbidden: none may.
        """
        found = [a for a in dict.fromkeys(addresses) if self.allows(a, host, port)]
        if not found:
            raise TargetForbidden(host, port)
        return found

    def allows(self, address: str, host: str, port: int) -> bool:
        """Whether `address`, one that `host` resolved to, may be connected to."""
        try:
            ip = unwrap(ipaddress.ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        if ip.is_loopback:
            return self.loopback or (host, port) in self.own
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            return False
        if any(ip in network for network in _NEVER if network.version == ip.version):
            return False
        if any(ip in network for network in _PRIVATE if network.version == ip.version):
            return self.reach is Reach.LAN or self._is_offered(host, port)
        return ip.is_global and not ip.is_reserved

    def _is_offered(self, host: str, port: int) -> bool:
        return (host.lower().rstrip("."), port) in self.offered
