"""Whatever a server's UIDLs do: nothing is deleted but what was seen under a mark.

The server of `tests/support/fickle.py` gives UIDLs as Hypothesis likes, while other programs take
messages and mail comes in; a person marks, looks, waits, comes back, deletes, deletes again.

POPSCOPE_EXAMPLES sets how many lives are tried.
"""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.mailbox import (
    Account,
    ConfirmFirst,
    ExportFormat,
    Mailbox,
    MailboxError,
    Message,
    MessageId,
    Outcome,
    Receipt,
)
from app.pop3 import Pop3Error
from app.transport import Security, Target, TransportError
from tests.support.fickle import FickleDialer, FickleServer, Naming, Stored, honest

from .opening import commit, console, line_of, reader

pytestmark = pytest.mark.heavy

EXAMPLES: Final = int(os.environ.get("POPSCOPE_EXAMPLES", "2000"))
ACCOUNT: Final = Account("anna", Target("fickle.example", 110, Security.NONE))
REFUSALS: Final = (MailboxError, Pop3Error, TransportError)

SIZES: Final = st.sampled_from([100, 100, 100, 200, None])
WHICH: Final = st.integers(0, 5)
NAMINGS: Final = st.one_of(
    st.sampled_from(["honest", "numbers", "zeros", "places", "none", "same", "turned", "swapped"]),
    st.lists(st.integers(0, 4), min_size=1, max_size=6).map(tuple),
)
STEPS: Final = st.one_of(
    st.tuples(st.sampled_from(["mark", "unmark", "stale", "peek", "fetch", "export"]), WHICH),
    st.tuples(st.sampled_from(["commit", "release", "refresh", "break", "load", "many", "none"])),
    st.tuples(st.sampled_from(["undo", "another session", "quit", "rset", "keep", "spare"])),
    st.tuples(st.just("at once")),
    st.tuples(st.sampled_from(["taken", "delete by number"]), WHICH),
    st.tuples(st.just("arrives"), SIZES),
    st.tuples(st.just("meanwhile"), WHICH, SIZES),
    st.tuples(st.just("resized"), WHICH, SIZES),
    st.tuples(st.just("named"), NAMINGS),
    st.tuples(st.just("named"), NAMINGS),
)


def naming(kind: Any, seed: int) -> Naming:
    """How a server makes UIDLs from the next connection on."""
    if isinstance(kind, tuple):  # arbitrary ones out of a few, given again and again
        return lambda place, _: f"u{kind[place % len(kind)]}"
    known: dict[str, Naming] = {
        "honest": honest,
        "numbers": lambda place, _: str(place),
        "zeros": lambda place, _: f"{place:05}",
        "places": lambda place, _: f"msg{place}",
        "none": lambda place, _: None,
        "same": lambda place, _: "same",
        "turned": lambda place, _: f"uid-m{place + seed}",  # those of other messages
        "swapped": lambda _, stored: f"uid-m{int(stored.subject[1:]) ^ 1}",
    }
    return known[kind]


class Inline(ThreadPoolExecutor):
    """Runs at once what would go aside: a life then is the same each time."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 -- whoever waits for it gets it
            done.set_exception(error)
        return done


class Person:
    """Somebody at a mailbox, and what they have seen.

    Attributes:
        marked: the subject of each marked message as it was shown; where only its size was, what
            the server had behind the row that was marked.
        shown: the subject that stood at each id, ever.
    """

    def __init__(self, server: FickleServer, *, paused: bool, honest: bool) -> None:
        self.server, self.honest, self.steady = server, honest, True
        self.dialer = FickleDialer(server)
        self.mailbox = Mailbox(ACCOUNT, self.dialer)
        self.mailbox.headers._paused = paused
        self.marked: dict[MessageId, str] = {}
        self.shown: dict[MessageId, str] = {}
        self.taken: dict[MessageId, str] = {}
        self.arrived = len(server.messages)

    # What is seen

    def subject(self, row: Message) -> str:
        """What a person takes this row for; where they see no header, what it truly is."""
        if row.summary is not None:
            return row.summary.subject
        there = self.server.visits[-1].messages
        return there[row.number - 1].subject if row.number <= len(there) else ""

    def look(self) -> None:
        """A page is drawn: an id never stands for two messages, and marks keep theirs."""
        for row in self.mailbox.index:
            if row.summary is not None:
                assert self.shown.setdefault(row.id, row.summary.subject) == row.summary.subject
        marks = self.mailbox.marks
        before = set(self.marked.values())
        for mark in marks.messages:
            if mark.id not in self.marked:  # under a new id
                assert self.subject(mark) in before
                self.marked[mark.id] = self.subject(mark)
        self.marked = {id: self.marked[id] for id in marks}

    def row(self, which: int) -> Message | None:
        rows = list(self.mailbox.index)
        return rows[which % len(rows)] if rows else None

    # What is done

    async def do(self, step: tuple[Any, ...]) -> None:
        verb, *arguments = step
        name = {"break": "break_", "taken": "taken_"}.get(verb, verb.replace(" ", "_"))
        await getattr(self, name)(*arguments)
        self.look()

    async def mark(self, which: int) -> None:
        if row := self.row(which):
            self.mailbox.marks.mark([row.id])
            self.marked.setdefault(row.id, self.subject(row))

    async def stale(self, which: int) -> None:
        """A click on a page that was drawn long ago."""
        if self.shown:
            id = list(self.shown)[-1 - which % len(self.shown)]
            with suppress(MailboxError):
                self.mailbox.marks.mark([id])
                self.marked.setdefault(id, self.shown[id])

    async def many(self) -> None:
        for row in self.mailbox.index:
            self.marked.setdefault(row.id, self.subject(row))
        self.mailbox.marks.mark_many(list(self.mailbox.index.ids))

    async def unmark(self, which: int) -> None:
        if row := self.row(which):
            self.mailbox.marks.unmark([row.id])

    async def none(self) -> None:
        self.taken = dict(self.marked)
        self.mailbox.marks.unmark_all()

    async def undo(self) -> None:
        change = self.mailbox.marks.undoable
        if change is not None:
            self.marked = {**self.taken, **self.marked} if change.unmarked else self.marked
            self.mailbox.marks.undo(change.number)

    async def peek(self, which: int) -> None:
        if row := self.row(which):
            with suppress(*REFUSALS):
                peeked = await reader(self.mailbox).peek(row.id)
                self.same(row.id, peeked.contents.text.text)

    async def fetch(self, which: int) -> None:
        if row := self.row(which):
            with suppress(*REFUSALS):
                self.mailbox.saves.begin(row.id)
                download = await reader(self.mailbox).fetch(row.id)
                await download.finished()
                text = bytes(download.spool[:]).decode()
                self.look()  # marks may have gone meanwhile
                self.mailbox.saves.arrived(row.id, len(text), "")
                self.same(row.id, text)
            for mark in self.mailbox.marks.messages:
                self.marked.setdefault(mark.id, self.subject(mark))

    async def export(self, which: int) -> None:
        if row := self.row(which):
            shown, export = (
                self.shown.get(row.id),
                reader(self.mailbox).export([row], ExportFormat.MBOX),
            )
            with suppress(*REFUSALS):
                text = b"".join([block async for block in export.blocks()]).decode()
                unknown = shown is None or not self.steady
                assert not text or unknown or f"Subject: {shown}\n" in text

    def same(self, id: MessageId, text: str) -> None:
        """What was opened is what stood there."""
        if id in self.shown and self.steady:
            assert f"hello from {self.shown[id]}\n" in text.replace("\r\n", "\n") + "\n"

    async def load(self) -> None:
        await self.mailbox.headers.resume(line_of(self.mailbox))
        await self.mailbox.headers.loaded()

    async def release(self) -> None:
        await self.mailbox.tenancy.release()

    async def refresh(self) -> None:
        await reader(self.mailbox).refresh()

    async def break_(self) -> None:
        self.mailbox.lease.drop()

    async def commit(self) -> None:
        self.look()
        allowed, before = sorted(self.marked.values()), len(self.server.removed)
        with suppress(*REFUSALS):
            self.true(await commit(self.mailbox).run())
        self.only(allowed, before)

    def true(self, receipt: Receipt) -> None:
        """What is called verified is so, where a header was seen and the size is still the same.

        Of a server whose UIDLs lie that cannot be promised: what others delete and send between
        QUIT and the look behind it may pass for what was marked.
        """
        if not self.honest:
            return
        there = {stored.subject: stored.octets for stored in self.server.visits[-1].messages}
        for item in receipt.items if receipt.verified else ():
            if item.subject and there.get(item.subject, item.octets) == item.octets:
                assert (item.subject in there) is (item.outcome is Outcome.STILL_THERE)

    def only(self, allowed: list[str], before: int) -> None:
        """No message was deleted but these."""
        for stored in self.server.removed[before:]:
            assert stored.subject in allowed
            allowed.remove(stored.subject)

    async def another_session(self) -> None:
        """This one expires, and the same person signs in again; forms of before are refused."""
        await self.mailbox.close()
        known = self.mailbox.known_marks
        before, self.mailbox = self.marked, Mailbox(ACCOUNT, self.dialer)
        await line_of(self.mailbox).hold()
        self.mailbox.restore(known)
        self.marked, self.taken, self.shown = before, {}, {}

    # At the console

    async def typed(self, line: str) -> None:
        try:
            await console(self.mailbox).type(line)
        except ConfirmFirst as asked:
            with suppress(*REFUSALS):
                await console(self.mailbox).type(line, asked.confirm)
        except REFUSALS:
            pass

    async def delete_by_number(self, which: int) -> None:
        await self.typed(f"DELE {which + 1}")

    async def rset(self) -> None:
        await self.typed("RSET")

    async def quit(self) -> None:
        visit, before = self.server.visits[-1], len(self.server.removed)
        held = self.mailbox.lease.connection is not None
        typed = [visit.messages[n - 1].subject for n in visit.deleted] if held else []
        await self.typed("QUIT")
        self.only(typed, before)

    # What others do

    async def taken_(self, which: int) -> None:
        if self.server.messages:
            del self.server.messages[which % len(self.server.messages)]

    async def arrives(self, octets: int | None) -> None:
        self.server.messages.append(Stored(f"m{self.arrived}", octets))
        self.arrived += 1

    async def meanwhile(self, which: int, octets: int | None) -> None:
        """Between QUIT and the look behind it, mail goes and comes."""

        def others() -> None:
            if self.server.messages and which % 2:
                del self.server.messages[which % len(self.server.messages)]
            if not self.server.messages or which < 4:
                self.server.messages.append(Stored(f"m{self.arrived}", octets))
                self.arrived += 1

        self.server.meanwhile.append(others)

    async def resized(self, which: int, octets: int | None) -> None:
        if self.server.messages:
            place = which % len(self.server.messages)
            old = self.server.messages[place]
            self.server.messages[place] = Stored(old.subject, octets)

    async def named(self, kind: Any) -> None:
        self.server.naming = naming(kind, len(self.server.visits))
        self.honest &= kind == "honest"

    async def keep(self) -> None:
        self.server.keeps = not self.server.keeps

    async def spare(self) -> None:
        self.server.spares = not self.server.spares

    async def at_once(self) -> None:
        self.server.at_once = not self.server.at_once
        self.honest = self.steady = False


async def life(sizes: list[int | None], first: Any, steps: list[Any], *, paused: bool) -> None:
    server = FickleServer(Stored(f"m{n}", octets) for n, octets in enumerate(sizes))
    server.naming = naming(first, 0)
    person = Person(server, paused=paused, honest=first == "honest")
    await line_of(person.mailbox).hold()
    person.look()
    for step in [*steps, ("commit",)]:
        await person.do(step)
    before = len(server.removed)
    await person.mailbox.close()
    person.only([], before)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(Inline(1))
        yield runner


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(SIZES, min_size=1, max_size=4),
    NAMINGS,
    st.lists(STEPS, min_size=2, max_size=12),
    st.booleans(),
)
@pytest.mark.timeout(0)
def test_nothing_is_deleted_but_what_was_seen_under_a_mark(runner, sizes, first, steps, paused):
    runner.run(life(sizes, first, steps, paused=paused))
