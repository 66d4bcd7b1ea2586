"""Who somebody is, taken out of a transcript that goes to others.

Mailbox names and mail addresses become `user1@host1` and so on, the same name the same each time.
The mail server's own name stays: without it nobody could help.
"""

import re
from collections.abc import Iterator

from app.mailbox import TranscriptLine
from app.pop3 import Side

_ADDRESS = re.compile(r"([^\s<>()\[\]\",;:@]{1,64})@([^\s<>()\[\]\",;:@]{1,255})")
_NAMING = frozenset({"USER", "APOP"})  # what follows is a mailbox's name (RFC 1939, 7)
_LEAST = 3  # characters; a shorter name could be a part of any sentence


class Masker:
    """Masks lines; keeps track of whom it has met.

    Args:
        username: the mailbox's own name.
    """

    def __init__(self, username: str) -> None:
        self._users: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._own = username
        names = {username, username.partition("@")[0]}
        words = sorted((name for name in names if len(name) >= _LEAST), key=len, reverse=True)
        found = "|".join(map(re.escape, words))
        self._names = re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE) if words else None
        self.name(username)

    def name(self, name: str) -> str:
        """The mask of a mailbox's name, with or without a host."""
        user, at, host = name.partition("@")
        masked = self._users.setdefault(user.casefold(), f"user{len(self._users) + 1}")
        if not at:
            return masked
        return f"{masked}@{self._hosts.setdefault(host.casefold(), f'host{len(self._hosts) + 1}')}"

    def text(self, text: str) -> str:
        """A text with the addresses in it masked, and the mailbox's own name."""
        return "".join(self._pieces(text))

    def line(self, line: TranscriptLine) -> str:
        """The text of a line, masked."""
        if line.side is not Side.CLIENT:
            status, space, rest = line.text.partition(" ")
            return f"{status}{space}{self.text(rest)}" if line.side is Side.SERVER else line.text
        verb, space, rest = line.text.partition(" ")
        if verb not in _NAMING or not rest:
            return f"{verb}{space}{_ADDRESS.sub(self._address, rest)}"
        name, hidden, digest = rest.rpartition(" ") if verb == "APOP" else (rest, "", "")
        return f"{verb} {self.name(name)}{hidden}{digest}"

    def _pieces(self, text: str) -> Iterator[str]:
        """Addresses are masked first, so that a name within one is not met twice."""
        at = 0
        for found in _ADDRESS.finditer(text):
            yield self._own_name(text[at : found.start()])
            yield self._address(found)
            at = found.end()
        yield self._own_name(text[at:])

    def _address(self, found: re.Match[str]) -> str:
        return self.name(found[0])

    def _own_name(self, text: str) -> str:
        if self._names is None:
            return text
        return self._names.sub(lambda found: self.name(found[0]), text)
