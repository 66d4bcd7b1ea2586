"""Where sessions are kept, as an operator says it."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

_MEMORY: Final = "memory"
_SECRETS: Final = re.compile(r"(://[^:/?#@]*:)[^/?#]*(?=@)|([?&]password=)[^&]+")


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """`POPSCOPE_STORE`: `memory`, or the URL of a Redis, whose password is shown to nobody."""

    url: str = _MEMORY

    @classmethod
    def parse(cls, text: str) -> "StoreAddress":
        """Reads it.

        Raises:
            ValueError: it is no such thing; the words do not repeat it.
        """
        if text == _MEMORY:
            return cls(text)
        refusal = "it is memory, or redis://host[:port][/number], rediss://… or unix:///path"
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValueError(refusal) from None
        number = parts.path.removeprefix("/")
        if parts.scheme in {"redis", "rediss"}:
            right = bool(parts.hostname) and port != 0 and (not number or number.isdecimal())
        else:
            right = parts.scheme == "unix" and not parts.hostname and len(parts.path) > 1
        if not right:
            raise ValueError(refusal)
        if find_spec("redis") is None:
            raise ValueError("it needs redis-py: pip install 'popscope[redis]'")
        return cls(text)

    @property
    def lasting(self) -> bool:
        """Whether what is there outlives the process."""
        return self.url != _MEMORY

    def __repr__(self) -> str:
        return f"StoreAddress({self})"

    def __str__(self) -> str:
        """As it was given, without the password."""
        return _SECRETS.sub(r"\1\2***", self.url)
