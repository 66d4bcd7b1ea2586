"""Who may ask for how much: rates of what costs others something, and how much may be under way.

Owns: the client's address as it is counted, the buckets of `limits`, places.
Must not know: sockets, HTTP, maildrops.
"""

from .buckets import Brake, Gate, Hold, Rates
from .client import client, network
from .places import Places, Turns
from .rates import Bucket, read_rates

__all__ = [
    "Brake",
    "Bucket",
    "Gate",
    "Hold",
    "Places",
    "Rates",
    "Turns",
    "client",
    "network",
    "read_rates",
]
