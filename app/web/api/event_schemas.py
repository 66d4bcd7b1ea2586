"""What the API's events carry, and the transcript."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app import mailbox as domain
from app.pop3 import Side
from app.web.list.schemas import Totals
from app.web.transcript.lines import text_of
from app.web.transcript.masking import Masker


class Progress(BaseModel):
    """How far the headers are; `octets` is their size so far."""

    known: int
    total: int
    octets: int
    running: bool
    paused: bool


class Held(BaseModel):
    """Whether the maildrop lock is held; `held_seconds` is null while it is not.

    `login_delay` is that of `GET /session`.
    """

    held: bool
    held_seconds: float | None
    login_delay: int | None
    revision: int


class Marks(Totals):
    """What is marked; `revision` tells one state from another."""

    revision: int


class Listing(BaseModel):
    """What the maildrop holds; `listing` counts up when other messages are in it."""

    listing: int
    messages: int
    octets: int


class TranscriptLine(BaseModel):
    """A line of the transcript, secrets masked.

    `side` is C for Popscope, S for the server, - where something happened to the connection;
    `octets` is the size of the body that followed, `ms` the time from the command to the end of
    this reply; `pipelined` is true for a command sent before the one ahead of it was answered.
    """

    number: int
    at: datetime
    side: Literal["C", "S", "-"]
    text: str
    octets: int | None
    ms: float | None
    pipelined: bool


class Lines(BaseModel):
    """Lines of the transcript, newest last; `missed` lines before them were forgotten already."""

    newest: int = Field(description="the number of the newest line there is")
    missed: int
    lines: list[TranscriptLine]


class Ended(BaseModel):
    """The session is over; there is no use in connecting again."""

    reconnect: bool = False


def progress(mailbox: domain.Mailbox) -> Progress:
    """How far the headers are."""
    now = mailbox.headers.progress
    return Progress(
        known=now.known,
        total=now.total,
        octets=now.octets,
        running=now.running,
        paused=now.paused,
    )


def held(mailbox: domain.Mailbox) -> Held:
    """Whether the lock is held."""
    seconds = mailbox.lease.held_seconds
    revision = mailbox.feed.counts[domain.FeedTopic.HELD]
    return Held(
        held=seconds is not None,
        held_seconds=seconds,
        login_delay=mailbox.tenancy.long_delay,
        revision=revision,
    )


def marks(mailbox: domain.Mailbox) -> Marks:
    """What is marked."""
    marked = mailbox.marks.totals
    revision = mailbox.feed.counts[domain.FeedTopic.MARKS]
    return Marks(messages=marked.messages, octets=marked.octets, revision=revision)


def listing(mailbox: domain.Mailbox) -> Listing:
    """What the maildrop holds."""
    totals = mailbox.index.totals
    return Listing(listing=mailbox.listing.version, messages=totals.messages, octets=totals.octets)


def lines(
    found: Sequence[domain.TranscriptLine], newest: int, after: int, masker: Masker | None = None
) -> Lines:
    """What was found after a number, and how much before it was forgotten."""
    since = after if after <= newest else 0
    first = found[0].number if found else newest + 1
    return Lines(
        newest=newest, missed=first - since - 1, lines=[_line(line, masker) for line in found]
    )


def _line(line: domain.TranscriptLine, masker: Masker | None) -> TranscriptLine:
    sides: dict[Side | None, Literal["C", "S", "-"]] = {Side.CLIENT: "C", Side.SERVER: "S"}
    return TranscriptLine(
        number=line.number,
        at=line.at,
        side=sides.get(line.side, "-"),
        text=text_of(line, masker),
        octets=line.octets,
        ms=round(line.ms, 1) if line.ms is not None else None,
        pipelined=line.pipelined,
    )
