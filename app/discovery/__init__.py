"""Finding the POP3 server that goes with an address.

Owns: reading an address, the table of well-known providers, DNS look-ups (SRV, MX, addresses), the
settings a domain publishes, careful guesses, and what is remembered of all that. Of an address
only the domain leaves this machine.
Must not know: maildrops, passwords, HTTP requests to us, words for people.
"""

from .addresses import read_address
from .discovery import Budget, Discovery
from .fetcher import Fetcher, WebPorts
from .lookups import Lookups, NameServer
from .models import Answer, Found, NotFound, Quirk, Reason, Source, TypedAddress

__all__ = [
    "Answer",
    "Budget",
    "Discovery",
    "Fetcher",
    "Found",
    "Lookups",
    "NameServer",
    "NotFound",
    "Quirk",
    "Reason",
    "Source",
    "TypedAddress",
    "WebPorts",
    "read_address",
]
