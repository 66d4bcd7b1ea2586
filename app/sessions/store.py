"""Where sealed records are kept."""

from dataclasses import dataclass, field, replace
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """A session as it is stored.

    Attributes:
        sealed: account and credentials, sealed with the browser's token.
        created, seen: seconds since the epoch.
    """

    sealed: bytes = field(repr=False)
    created: float
    seen: float


class Store(Protocol):
    """A keeper of records by sid."""

    async def get(self, sid: str) -> Record | None:
        """The record, or None."""
        ...

    async def put(self, sid: str, record: Record) -> None:
        """Keeps a record, in place of an older one."""
        ...

    async def touch(self, sid: str, seen: float) -> None:
        """Notes that a session was just used."""
        ...

    async def delete(self, sid: str) -> None:
        """Forgets a record; one that is not there is no error."""
        ...

    async def all(self) -> dict[str, Record]:
        """All records, for the reaper."""
        ...


class MemoryStore:
    """Records in this process; gone when it ends."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    async def get(self, sid: str) -> Record | None:
        """The record, or None."""
        return self._records.get(sid)

    async def put(self, sid: str, record: Record) -> None:
        """Keeps a record, in place of an older one."""
        self._records[sid] = record

    async def touch(self, sid: str, seen: float) -> None:
        """Notes that a session was just used."""
        if sid in self._records:
            self._records[sid] = replace(self._records[sid], seen=seen)

    async def delete(self, sid: str) -> None:
        """Forgets a record; one that is not there is no error."""
        self._records.pop(sid, None)

    async def all(self) -> dict[str, Record]:
        """All records, for the reaper."""
        return dict(self._records)
