"""What a connection counts."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Traffic:
    """What went over the wire, in octets before TLS, and how often each verb was sent."""

    received: int = 0
    sent: int = 0
    verbs: Counter[str] = field(default_factory=Counter)
