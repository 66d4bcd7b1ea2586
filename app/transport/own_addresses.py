"""The addresses of this machine itself, whatever its interfaces are called.

Only an address of one's own can a socket be bound to, and nothing leaves the machine for that. It
tells of a container its own addresses, not those of the machine that it runs on.
"""

import socket

# For documentation (RFC 5737, RFC 3849): nobody's own, unless the system binds to any at all.
_NOBODYS = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


def is_own_address(address: str) -> bool:
    """Whether an address is one of this machine's own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return _binds(family, address) and not _binds(family, _NOBODYS[family])


def _binds(family: socket.AddressFamily, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind((address, 0))
    except OSError:
        return False
    return True
