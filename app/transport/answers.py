"""Gives answers to whoever waits; what may have ended too early is held back until it is proven.

See `endings` for what that is about.
"""

import asyncio
from dataclasses import replace
from functools import partial
from secrets import randbelow
from typing import Any

from app.pop3 import (
    BodyEnd,
    Broken,
    Command,
    CommandRejected,
    Event,
    Fault,
    Reply,
    ScanListing,
    commands,
)

from .endings import Extent, extent_of
from .errors import ConnectionLost
from .habits import Habit
from .pipeline import Pending, Pipeline

_ROW = 40  # octets expected of an answer to LIST n


class Answers:
    """The answers of one connection.

    Args:
        pipeline: sends proofs before all else.
        habit: whether this server can prove anything.
    """

    def __init__(self, pipeline: Pipeline, habit: Habit) -> None:
        self._pipeline = pipeline
        self._habit = habit
        self._rows: tuple[ScanListing, ...] = ()  # the newest listing
        self._told: tuple[ScanListing, ...] | None = None  # those of it whose size is told
        self._sizes = False  # whether there are any
        self._held: list[tuple[Pending[Any], object]] = []
        self._row: ScanListing | None = None  # that the proof must show
        self._deleted = False

    @property
    def doubtful(self) -> bool:
        """Whether some are held back."""
        return bool(self._held)

    def extent(self, command: Command[Any]) -> Extent | None:
        """How much of a message a command asks for; None where no size is told to prove it by."""
        return extent_of(command, self._rows) if self._sizes else None

    def give(self, pending: Pending[Any], value: object, *, over: bool = False) -> bool:
        """Gives out an answer or a refusal, or holds it back.

        Args:
            pending: what was answered.
            value: the answer.
            over: octets that answer nothing came behind it.

        Returns:
            False where it was a proof, and the wrong one: there is more behind an earlier end.
        """
        if pending is self._pipeline.proof:
            return self._settle(value)
        if self._held:
            self._held.append((pending, value))
        elif not pending.short(value, over=over):
            self._give(pending, value)
        elif self._habit.lists_one is not False:
            self._begin(pending, value)
        elif over and isinstance(value, BodyEnd):  # that alone shows it
            self._habit.cut()
            self._give(pending, replace(value, cut=True))
        else:
            self._give(pending, value)
        return True

    def cut(self) -> None:
        """There was more behind an end: what came of that message is its beginning.

        Where several answers were held back, none of them is sure.
        """
        if len(self._held) == 1 and self._pipeline.alone:
            ((pending, value),) = self._end()
            self._give(pending, replace(value, cut=True) if isinstance(value, BodyEnd) else value)

    def fail(self) -> None:
        """The connection is over, and nothing was proven."""
        for pending, _ in self._end():
            pending.refuse(ConnectionLost(pending.command.shown))

    def _give(self, pending: Pending[Any], value: object) -> None:
        if isinstance(value, CommandRejected):
            pending.refuse(value)
            return
        command = pending.command
        if command.shown == "LIST" and isinstance(value, tuple):
            self._rows, self._told = value, None
            self._sizes = any(row.octets is not None for row in value)
            self._try()
        elif command.verb in {"DELE", "RSET"}:
            self._deleted = command.verb == "DELE"
        pending.answer(value)

    def _sized(self) -> tuple[ScanListing, ...]:
        if self._told is None:
            self._told = tuple(row for row in self._rows if row.octets is not None)
        return self._told

    def _try(self) -> None:
        """LIST n after a proof has failed, before another message comes: some servers refuse it."""
        if not (self._habit.unstuffed and self._habit.lists_one is None and self._sizes):
            return
        sized = self._sized()
        row = sized[randbelow(len(sized))]
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(partial(self._tried, row))
        line = commands.raw_line("LIST", row.number)  # read leniently: it may be anything
        self._pipeline.add(Pending(line, future, _ROW, background=False))

    def _tried(self, row: ScanListing, future: asyncio.Future[Reply]) -> None:
        match None if future.cancelled() else future.exception() or future.result():
            case Reply(text=text):
                self._habit.tried(lists_one=text.split()[:2] == [str(row.number), str(row.octets)])
            case CommandRejected():
                self._habit.tried(lists_one=False)

    def _begin(self, pending: Pending[Any], value: object) -> None:
        # Drawn by lot, since somebody may know what the row of his own message will be.
        number = int(pending.command.shown.split()[1])
        sized = self._sized()
        rows = tuple(row for row in sized if row.number == number) if self._deleted else sized
        if not rows:
            self._give(pending, value)
            return
        self._row = rows[randbelow(len(rows))]
        self._held = [(pending, value)]
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda future: future.cancelled() or future.exception())
        proof = commands.list_one(self._row.number)
        self._pipeline.prove(Pending(proof, future, _ROW, background=False))

    def _settle(self, answer: object) -> bool:
        if answer not in {self._row, self._read_now()}:
            return False
        for pending, value in self._end():
            self._give(pending, value)
        return True

    def _read_now(self) -> ScanListing | None:
        """The row to be shown, if it is of what RETR just brought: some servers count only then."""
        (pending, value), row = self._held[0], self._row
        if row is None or not isinstance(value, BodyEnd):
            return row
        return (
            replace(row, octets=value.octets)
            if pending.command.shown == f"RETR {row.number}"
            else row
        )

    def _end(self) -> list[tuple[Pending[Any], object]]:
        held, self._held, self._row = self._held, [], None
        self._pipeline.prove(None)
        return held


def unasked(event: Event | None) -> bool:
    """Whether octets came that answer nothing."""
    return isinstance(event, Broken) and event.error.fault is Fault.UNSOLICITED
