"""What a payload is."""

from collections.abc import Iterable
from dataclasses import dataclass

JS = "console.log(/canary/);alert(/canary/);parent.canary=top.canary=1;parent.document.title=1"
LAN = "http://canary.lan"


@dataclass(frozen=True, slots=True)
class Payload:
    """A piece of markup, and one word on its kind."""

    kind: str
    markup: str


def payloads(kind: str, markups: Iterable[str]) -> tuple[Payload, ...]:
    """All of one kind; `JS` and `LAN` in them stand for what acts."""
    return tuple(Payload(kind, markup.replace("JS", JS).replace("LAN", LAN)) for markup in markups)
