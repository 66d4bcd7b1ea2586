"""Whether lines that begin with a dot are byte-stuffed (RFC 1939, section 3). Pure rules."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.transport import Fetched

from .checks import Check, Finding, Topic, found, skipped


@dataclass(slots=True)
class Dots:
    """What RETR and TOP made of such lines.

    Attributes:
        stuffed, bare: the verbs that sent them with a second dot, and those that did not.
        known: the server broke a message off at a lone dot before this report.
    """

    known: bool = False
    stuffed: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)

    def saw(self, verb: str, got: Fetched) -> bool:
        """Takes down what an answer shows; True where it has such a line."""
        if got.cut or got.unstuffed:
            self.bare.add(verb)
        elif _dotted(got.data):
            self.stuffed.add(verb)
        else:
            return False
        return True

    def checks(self) -> Iterator[Check]:
        """What was found."""
        match sorted(self.bare):
            case ["RETR", "TOP"]:
                yield found(Finding.DOTS_NEVER)
            case ["RETR"]:
                yield found(Finding.DOTS_RETR)
            case ["TOP"]:
                yield found(Finding.DOTS_TOP)
            case _ if self.known:
                yield found(Finding.DOTS_SEEN)
            case _ if self.stuffed:
                yield found(Finding.DOTS_STUFFED)
            case _:
                yield skipped(Topic.DOTS, Finding.NO_DOTS)


def _dotted(data: bytes) -> bool:
    return data.startswith(b".") or b"\n." in data
