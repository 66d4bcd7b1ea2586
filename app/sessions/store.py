"""Where sealed records are kept, and what restores a session where its process is gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class StoredPapers:
    """What is kept beside a record, and for a day after it.

    Attributes:
        created, seen: as the record has them.
        sealed: each paper under its name, which tells nothing.
    """

    created: float
    seen: float
    sealed: Mapping[bytes, bytes] = field(repr=False)


class PaperStore(Protocol):
    """A keeper of sealed papers by sid.

    Every method raises StoreUnavailable where they cannot be had, or not be kept.
    """

    async def read(self, sid: str) -> StoredPapers | None:
        """All papers of a session, or None."""
        ...

    async def amend(self, sid: str, sealed: Mapping[bytes, bytes], gone: Collection[bytes]) -> bool:
        """Writes some papers, and forgets others; False where the session is not known."""
        ...


class Store(Protocol):
    """A keeper of records by sid.

    Every method but `close` raises StoreUnavailable where it cannot be done.

    Attributes:
        papers: keeps what restores a session; None where nothing outlives the process.
    """

    @property
    def papers(self) -> PaperStore | None: ...  # noqa: D102 -- as above

    async def unfit(self) -> str | None:
        """Why it cannot be used at all, for the operator and without secrets; None where it can."""
        ...

    async def check(self) -> None:
        """Whether it takes anything now."""
        ...

    async def get(self, sid: str) -> Record | None:
        """The record, or None."""
        ...

    async def some(self, sids: Collection[str]) -> dict[str, Record]:
        """The records that there are of many."""
        ...

    async def put(self, sid: str, record: Record) -> None:
        """Keeps a record, in place of an older one."""
        ...

    async def touch(self, sid: str, seen: float) -> None:
        """Notes that a session was just used; one that is not there is no error."""
        ...

    async def delete(self, sid: str, *, papers: bool = True) -> None:
        """Forgets a record; one that is not there is no error.

        Args:
            sid: whose.
            papers: whether they go as well; else they stay for a day.
        """
        ...

    async def close(self) -> None:
        """For the end of the process."""
        ...
