"""Passes on what is said on a connection, each line once, as it is said."""

from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from app.pop3 import Engine, Said


class Listener(Protocol):
    """Who wants to know. It is called within the connection's own turn, so it must be quick."""

    def connected(self, tls: str | None) -> None:
        """The line is there; called again when STLS has protected it, with its TLS version."""

    def said(self, lines: Sequence[Said]) -> None:
        """Lines in the order they were said, secrets masked."""

    def closed(self, error: Exception | None) -> None:
        """It is over: what ended it, or None where that was our own doing."""


class Relay:
    """What an engine says, for a listener, if there is one."""

    def __init__(self, engine: Engine, listener: Listener | None) -> None:
        self._engine = engine
        self._listener = listener
        self._told = 0

    def connected(self, tls: str | None) -> None:
        """See `Listener.connected`."""
        self.catch_up()
        if self._listener is not None:
            self._listener.connected(tls)

    def catch_up(self) -> None:
        """Passes on what was said since the last time."""
        new = self._engine.said_count - self._told
        if not new or self._listener is None:
            return
        self._told += new
        self._listener.said([*islice(reversed(self._engine.said), new)][::-1])

    def closed(self, error: Exception | None) -> None:
        """See `Listener.closed`; nothing is passed on after it."""
        self.catch_up()
        if self._listener is not None:
            self._listener.closed(error)
        self._listener = None
