"""The route of a message, in words."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "bad", "unsure"]


@dataclass(frozen=True, slots=True)
class CheckView:
    """What is known of the sender.

    Attributes:
        text: one sentence, `SPF: …`.
        level: how it looks.
        mark: the level in a word.
    """

    text: str
    level: Level
    mark: str


@dataclass(frozen=True, slots=True)
class HopView:
    """One server the message passed.

    Attributes:
        title: from whom to whom.
        lines: what else is known.
        when, when_iso: by its own clock; "" where not known.
        delay: since the server before, or how far the clocks differ; "" where not known.
        clock: whether its clock is in doubt.
        encryption: whether what came in was encrypted, and how.
        level: how that looks.
    """

    title: str
    lines: tuple[str, ...]
    when: str
    when_iso: str
    delay: str
    clock: bool
    encryption: str
    level: Level


@dataclass(frozen=True, slots=True)
class RouteView:
    """The way of a message: a summary, what is known of the sender, and the hops, oldest first."""

    summary: str
    checks: tuple[CheckView, ...]
    hops: tuple[HopView, ...]
