"""Who may ask for how much of what costs others something.

Owns: the client's address as it is counted, places for what is under way.
Must not know: sockets, HTTP, maildrops.
"""

from .client import client, network
from .places import Places, Turns

__all__ = ["Places", "Turns", "client", "network"]
