"""Records in this process."""

from collections.abc import Collection
from dataclasses import replace

from .store import Record


class MemoryStore:
    """Records in this process; gone when it ends.

    Attributes:
        records: by sid.
        papers: none: a live mailbox has all that they would tell.
    """

    papers: None = None

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    async def unfit(self) -> str | None:
        """It always can be used."""
        return None

    async def check(self) -> None:
        """It always takes more."""

    async def get(self, sid: str) -> Record | None:
        """The record, or None."""
        return self.records.get(sid)

    async def some(self, sids: Collection[str]) -> dict[str, Record]:
        """The records that there are of many."""
        return {sid: self.records[sid] for sid in sids if sid in self.records}

    async def put(self, sid: str, record: Record) -> None:
        """Keeps a record, in place of an older one."""
        self.records[sid] = record

    async def touch(self, sid: str, seen: float) -> None:
        """Notes that a session was just used."""
        if sid in self.records:
            self.records[sid] = replace(self.records[sid], seen=seen)

    async def delete(self, sid: str, *, papers: bool = True) -> None:  # noqa: ARG002 -- none here
        """Forgets a record; one that is not there is no error."""
        self.records.pop(sid, None)

    async def close(self) -> None:
        """Nothing is to be done."""
