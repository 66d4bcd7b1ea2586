"""What the store has of live sessions: when it is asked, when it is written, when it is believed.

A live session goes on while the store is away: its record is remembered here as it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from app.mailbox import Mailbox

from .ended_sessions import Cause, EndedSession
from .errors import StoreUnavailable
from .packing import Opened
from .papers import Papers, unsealed
from .store import Record, Store
from .vault import PaperKeys

_OFTEN: Final = 1.0  # seconds; a use is noted no more often


@dataclass(slots=True)
class _Live:
    """A live session.

    Attributes:
        record: as it is now.
        noted: the last use that the store knows of, in seconds since the epoch.
        papers: where the store keeps any.
    """

    record: Record
    noted: float
    papers: Papers | None


class Shelf:
    """The records and papers of live sessions.

    Args:
        store: keeps them.
        idle, absolute: seconds after which sessions end, since the last use and the sign-in.
    """

    def __init__(self, store: Store, *, idle: float, absolute: float) -> None:
        self._store = store
        self._idle, self._absolute = idle, absolute
        self._often = min(_OFTEN, idle / 10) if store.papers is not None else 0.0
        self._live: dict[str, _Live] = {}

    async def begin(self, token: str, sid: str, record: Record, mailbox: Mailbox) -> None:
        """A session begins.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        await self._store.put(sid, record)
        self._live[sid] = _Live(record, record.seen, self._papers(token, mailbox))

    async def record(self, sid: str) -> Record | None:
        """The record of a session, or None.

        Raises:
            StoreUnavailable: it cannot be had, and the session is not live.
        """
        live = self._live.get(sid)
        try:
            return self._newest(live, await self._store.get(sid))
        except StoreUnavailable:
            if live is None:
                raise
            return live.record

    async def records(self, sids: Iterable[str]) -> dict[str, Record]:
        """Those of many live ones; as they are remembered, where the store is away."""
        wanted = [sid for sid in sids if sid in self._live]
        try:
            found = await self._store.some(wanted)
        except StoreUnavailable:
            return {sid: live.record for sid in wanted if (live := self._live.get(sid))}
        newest = {sid: self._newest(self._live.get(sid), found.get(sid)) for sid in wanted}
        return {sid: record for sid, record in newest.items() if record is not None}

    @staticmethod
    def _newest(live: _Live | None, record: Record | None) -> Record | None:
        if live is None or record is None or record.seen > live.record.seen:
            return record
        return live.record

    async def take_up(self, token: str, sid: str, record: Record, mailbox: Mailbox) -> None:
        """A session goes on that another process began, with its marks and receipts.

        Raises:
            StoreUnavailable: they cannot be had.
        """
        opened = await self._opened(PaperKeys.of(token))
        if sid not in self._live:  # nobody was quicker
            papers = self._papers(token, mailbox, opened[1] if opened else None)
            self._live[sid] = _Live(record, record.seen, papers)

    def _papers(self, token: str, mailbox: Mailbox, opened: Opened | None = None) -> Papers | None:
        store = self._store.papers
        return Papers(store, PaperKeys.of(token), mailbox, opened) if store is not None else None

    async def _opened(self, keys: PaperKeys) -> tuple[Record, Opened] | None:
        store = self._store.papers
        stored = await store.read(keys.sid) if store is not None else None
        if stored is None:
            return None
        return Record(b"", stored.created, stored.seen), await unsealed(keys, stored)

    async def ended(self, token: str) -> EndedSession | None:
        """What a session has left that expired while nobody had it live, or None.

        Raises:
            StoreUnavailable: it cannot be had.
        """
        found = await self._opened(PaperKeys.of(token)) if self._store.papers else None
        if found is None:
            return None
        record, opened = found
        by_age, by_idle = record.created + self._absolute, record.seen + self._idle
        marks, account = opened.known, opened.account
        if by_age < by_idle:
            return EndedSession(Cause.AGE, self._absolute, by_age, account, marks)
        return EndedSession(Cause.IDLE, self._idle, by_idle, account, marks)

    async def touch(self, sid: str, now: float, *, always: bool = False) -> None:
        """A session was just used.

        Args:
            sid: which.
            now: when.
            always: it is written, even if it was just now.

        Raises:
            StoreUnavailable: it cannot be written.
        """
        live = self._live.get(sid)
        if live is None:  # it has just ended
            return
        live.record = replace(live.record, seen=now)
        if always or now - live.noted >= self._often:
            await self._store.touch(sid, now)
            live.noted = now

    @property
    def lasting(self) -> bool:
        """Whether anything outlives the process."""
        return self._store.papers is not None

    def due(self, sid: str) -> bool:
        """Whether anything of a session should be written, though nobody waits for it."""
        papers = self._live[sid].papers if sid in self._live else None
        return papers is not None and papers.calls

    async def settle(self, sid: str, *, strict: bool) -> None:
        """Writes what has changed of a session, so that an answer may show it.

        Args:
            sid: which.
            strict: whether a mark that cannot be kept is an error.

        Raises:
            StoreUnavailable: a mark is not kept yet, and it is to be an error.
        """
        papers = self._live[sid].papers if sid in self._live else None
        if papers is not None:
            await papers.settle(strict=strict)

    async def forget(self, sid: str, *, papers: bool = True) -> None:
        """A session is over.

        Args:
            sid: which.
            papers: whether nothing is kept of it; else its papers stay for a day.

        Raises:
            StoreUnavailable: the store has it still.
        """
        await self._store.delete(sid, papers=papers)
        live = self._live.get(sid)
        if papers and live is not None and live.papers is not None:
            live.papers.end()

    async def leave(self, sid: str) -> None:
        """A session is not live any more; what it leaves is written, if it may leave anything."""
        await self.settle(sid, strict=False)
        self._live.pop(sid, None)

    async def close(self) -> None:
        """For the end of the process: what is not written yet is written."""
        for sid in tuple(self._live):
            await self.settle(sid, strict=False)
        self._live.clear()
        await self._store.close()
