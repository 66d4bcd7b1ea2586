"""Where Popscope may connect to: the rule against server-side request forgery.

A name is resolved once, every address is judged, and the connection goes to a judged address.
"""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from .errors import TargetForbidden
from .own_addresses import is_own_address

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*written: str) -> tuple[Network, ...]:
    return tuple(map(ipaddress.ip_network, written))


# By the registries of IANA, and by nothing that Python's own properties say: `is_global`,
# `is_private` and `is_reserved` differ between its versions.
_LOOPBACK = _networks("127.0.0.0/8", "::1/128")
_PRIVATE = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
_UNICAST = _networks("0.0.0.0/0", "2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Link-local, multicast, tunnels, tests, documentation, what was never given out, and what clouds
# answer their own machines on. In the local NAT64 prefix (64:ff9b:1::) one cannot tell where the
# IPv4 address is; like all that lies outside of 2000::/3, it is not among the unicast ones.
_NEVER = _networks(
    "0.0.0.0/8",
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "fd00:ec2::254/128",
)


class Reach(Enum):
    """How far sign-ins may reach (`POPSCOPE_TARGETS`)."""

    FIXED = "fixed"
    LAN = "lan"
    PUBLIC = "public"


def _within(ip: IPAddress, networks: Iterable[Network]) -> bool:
    return any(ip in network for network in networks)  # one of another version is in none


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
        is_own: whether an address is one of this machine's, which count as loopback does, but for
            `offered` servers: the operator knows where these are.
    """

    reach: Reach = Reach.LAN
    ports: Sequence[tuple[int, int]] = ((110, 110), (995, 995))
    loopback: bool = False
    offered: frozenset[tuple[str, int]] = frozenset()
    own: frozenset[tuple[str, int]] = frozenset()
    web: frozenset[int] = frozenset({80, 443})
    is_own: Callable[[str], bool] = is_own_address

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
        if _within(ip, _LOOPBACK):
            return self.loopback or (host, port) in self.own
        if _within(ip, _NEVER) or not _within(ip, (*_UNICAST, *_PRIVATE)):
            return False
        offered = self._is_offered(host, port)
        if self.is_own(str(ip)) and not (offered or self.loopback):
            return False
        return self.reach is Reach.LAN or offered or not _within(ip, _PRIVATE)

    def _is_offered(self, host: str, port: int) -> bool:
        return (host.lower().rstrip("."), port) in self.offered
