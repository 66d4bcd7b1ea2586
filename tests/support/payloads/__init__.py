"""Hostile HTML, one trick each, for tests of the sanitiser and of the frame behind it.

Where its kind allows, a payload acts in a way that can be seen: `JS` logs and alerts the canary and
marks the parent page; `LAN` is a host to which a request can be counted.
"""

from . import addresses, elements, events, parsing, styling
from .payload import JS, LAN, Payload

PAYLOADS: tuple[Payload, ...] = (
    *elements.PAYLOADS,
    *events.PAYLOADS,
    *addresses.PAYLOADS,
    *styling.PAYLOADS,
    *parsing.PAYLOADS,
)

__all__ = ["JS", "LAN", "PAYLOADS", "Payload"]
