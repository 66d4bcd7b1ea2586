"""What restores a session: its marks and receipts, written as they change, sealed.

It is written before an answer shows a mark, and as headers come in that tell more of one. A click
writes what it changed, however much is marked.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.mailbox import Mailbox, Message, MessageId, Receipt, in_thread

from .ended_sessions import digest_of
from .errors import StoreUnavailable
from .packing import (
    NAME_OF_ACCOUNT,
    Mark,
    Opened,
    name_of_mark,
    name_of_receipt,
    open_all,
    pack_account,
    pack_mark,
    pack_receipt,
)
from .store import PaperStore, StoredPapers
from .vault import PaperKeys

_REST: Final = 5.0  # seconds after a failure, until the next try that nobody waits for
_AT_ONCE: Final = 100  # marks that are sealed without a thread


@dataclass(slots=True)
class _Change:
    """What is to be written.

    Attributes:
        sealed: papers, by name.
        gone: names of those that are to go.
        marks: that are written, or None where one goes.
        receipts: that are written.
        unread: marks, of those that were looked at, whose header has not come.
    """

    sealed: dict[bytes, bytes] = field(default_factory=dict)
    gone: list[bytes] = field(default_factory=list)
    marks: dict[MessageId, Mark | None] = field(default_factory=dict)
    receipts: dict[int, Receipt] = field(default_factory=dict)
    unread: dict[MessageId, Message] = field(default_factory=dict)


async def unsealed(keys: PaperKeys, stored: StoredPapers) -> Opened:
    """What is in a session's papers; of what is none of ours, nothing."""

    def opening() -> Opened:
        opened = (keys.open(name, sealed) for name, sealed in stored.sealed.items())
        return open_all(paper for paper in opened if paper is not None)

    return await in_thread(opening)


class Papers:
    """Those of one live session.

    Args:
        store: keeps them.
        keys: seal them.
        mailbox: whose marks and receipts.
        opened: what is in them, where a process before has written them.
    """

    def __init__(
        self, store: PaperStore, keys: PaperKeys, mailbox: Mailbox, opened: Opened | None = None
    ) -> None:
        self._store = store
        self._keys = keys
        self._mailbox = mailbox
        self._written: dict[MessageId, Mark] = {}
        self._receipts: dict[int, Receipt] = {}
        self._named = opened is not None and bool(opened.account)
        self._touched: dict[MessageId, Message] = {}
        self._anew = False
        self._unread: dict[MessageId, Message] = {}  # marks that are good for one connection
        self._stage: tuple[bool, bool] = (False, False)
        self._place = 0
        self._lock = asyncio.Lock()
        self._over = False
        self._rests_until = 0.0
        if opened is not None:
            self._take_up(opened)
        mailbox.marks.touch = self._touch

    def _take_up(self, opened: Opened) -> None:
        self._written, self._place = opened.marks, opened.last_place
        self._mailbox.marks.pending = opened.known
        self._mailbox.receipts.restore(opened.receipts.values())
        self._receipts = dict(self._mailbox.receipts)

    def _touch(self, messages: Iterable[Message] | None) -> None:
        if messages is None:
            self._anew = True
        else:
            self._touched.update((message.id, message) for message in messages)

    @property
    def due(self) -> bool:
        """Whether there is anything to write."""
        if self._over or self._mailbox.marks.pending:  # those are not taken over yet
            return False
        more = self._unread and self._stage != self._stage_now
        return not self._named or bool(self._touched or more or self._new_receipts) or self._anew

    @property
    def _stage_now(self) -> tuple[bool, bool]:
        headers = self._mailbox.headers
        return headers.no_top, headers.loading

    @property
    def _new_receipts(self) -> dict[int, Receipt]:
        kept = self._receipts
        return {
            number: receipt
            for number, receipt in self._mailbox.receipts.items()
            if kept.get(number) is not receipt
        }

    @property
    def calls(self) -> bool:
        """Whether somebody should write by himself what has changed.

        Not where it has just failed, nor while something deletes: a crash then is told by the marks
        that cannot be taken over, for as long as there is no receipt.
        """
        if self._mailbox.receipts.deleting or asyncio.get_running_loop().time() < self._rests_until:
            return False
        return self.due and not self._lock.locked()

    @property
    def _unkept(self) -> bool:
        """Whether a mark is shown that is not written."""
        marks = self._mailbox.marks
        shown = (
            marks.messages
            if self._anew
            else [mark for id in self._touched if (mark := marks.get(id)) is not None]
        )
        return any(marks.claim(mark) not in self._written for mark in shown)

    async def settle(self, *, strict: bool) -> None:
        """Writes what has changed, so that an answer may show it.

        Args:
            strict: whether a mark that cannot be kept is an error. It is none for who only looks.

        Raises:
            StoreUnavailable: a mark is not kept yet, and it is to be an error.
        """
        if not strict and self._mailbox.receipts.deleting:
            return
        try:
            if self.due or self._lock.locked():
                await self.write()
        except StoreUnavailable:
            self._rests_until = asyncio.get_running_loop().time() + _REST
            if strict and self._unkept:
                raise

    async def write(self) -> None:
        """Writes what has changed, once what is being written is.

        Raises:
            StoreUnavailable: what is not written yet is written the next time.
        """
        async with self._lock:
            if not self.due:
                return
            if self._stage != (stage := self._stage_now):
                self._touched |= self._unread
                self._stage = stage
            touched, anew = self._touched, self._anew
            self._touched, self._anew = {}, False
            done = False
            try:
                change = await self._change(touched, anew=anew)
                sid = self._keys.sid
                if change.sealed or change.gone:
                    await self._store.amend(sid, change.sealed, change.gone)
                done = True
            finally:
                if not done:
                    self._touched = {**touched, **self._touched}
                    self._anew = self._anew or anew
            if anew or len(touched) > _AT_ONCE:
                await in_thread(self._wrote, change, touched, anew=anew)
            else:
                self._wrote(change, touched, anew=anew)

    async def _change(self, touched: Mapping[MessageId, Message], *, anew: bool) -> _Change:
        kept = self._mailbox.receipts
        change = _Change(receipts=self._new_receipts)
        change.gone += [
            self._keys.name(name_of_receipt(number))
            for number in self._receipts
            if number not in kept
        ]
        if anew or change.receipts or len(touched) > _AT_ONCE:
            await in_thread(self._seal, change, touched, anew=anew)
        else:
            self._seal(change, touched, anew=anew)
        return change

    def _seal(self, change: _Change, touched: Mapping[MessageId, Message], *, anew: bool) -> None:
        """Makes the papers, perhaps aside: what changes meanwhile is touched, and comes next."""
        mailbox, marks = self._mailbox, self._mailbox.marks
        withheld = mailbox.headers.withheld
        if not self._named:
            account = digest_of(mailbox.account, self._keys.sid)
            self._put(change, NAME_OF_ACCOUNT, pack_account(account))
        for number, receipt in change.receipts.items():
            self._put(change, name_of_receipt(number), pack_receipt(receipt))
        if anew:
            shown = marks.messages
        else:
            shown = tuple(one for id in touched if (one := marks.get(id)) is not None)
        now = marks.known(withheld, shown)
        named = self._written if anew else map(marks.claim, touched.values())
        for id in [id for id in named if id in self._written and id not in now]:
            change.marks[id] = None
            change.gone.append(self._keys.name(name_of_mark(id)))
        for id, known in now.items():
            before = self._written.get(id)
            if before is None or before.known != known:
                self._place += before is None
                mark = Mark(id, self._place if before is None else before.place, known)
                change.marks[id] = mark
                self._put(change, name_of_mark(id), pack_mark(mark))
        change.unread = {one.id: one for one in shown if not (one.header.digest or withheld(one))}

    def _put(self, change: _Change, what: str, paper: bytes) -> None:
        name = self._keys.name(what)
        change.sealed[name] = self._keys.close(name, paper)

    def _wrote(self, change: _Change, touched: Mapping[MessageId, Message], *, anew: bool) -> None:
        """All of that is written; it may be noted aside, for nothing else changes these."""
        self._named = True
        for id, mark in change.marks.items():
            if mark is None:
                self._written.pop(id, None)
            else:
                self._written[id] = mark
        kept = self._mailbox.receipts
        receipts = self._receipts | change.receipts
        self._receipts = {number: one for number, one in receipts.items() if number in kept}
        if anew:
            self._unread = {}
        for id in touched:
            self._unread.pop(id, None)
        self._unread |= change.unread

    def end(self) -> None:
        """Writes no more."""
        self._over = True
