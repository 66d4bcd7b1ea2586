"""Under which names this Popscope is asked for, where plain HTTP is for more than this machine.

A foreign site can let a name of its own lead to an address of ours (DNS rebinding), and its pages
then act as ours. It cannot do that with an address, nor with a name that nobody can register.
"""

import ipaddress
import socket
from collections.abc import Iterable

_INNER = ("local", "lan", "internal", "home.arpa")  # no such names are given to anybody


def own_names(public_origin: str | None, named: Iterable[str] = ()) -> frozenset[str]:
    """This machine's names in its network, and those that the operator has named.

    Args:
        public_origin: the origin that browsers use, where the operator named it.
        named: further names.
    """
    machine = socket.gethostname().lower()
    first = machine.partition(".")[0]
    inner = (f"{first}.{suffix}" for suffix in _INNER)
    _, _, host = (public_origin or "").partition("://")
    return frozenset({machine, first, *inner, host.partition(":")[0], *named} - {""})


def is_loopback_name(name: str) -> bool:
    """Whether a name or an address means this machine itself."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def is_own_name(name: str, names: frozenset[str]) -> bool:
    """Whether no foreign site can have made a browser ask for this name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return is_loopback_name(name) or name.rstrip(".") in names
    return True
