"""What the JSON API takes and gives about a line typed at the console."""

from pydantic import BaseModel, Field

from app import mailbox as domain
from app.web.list.schemas import Totals
from app.web.review.schemas import Receipt, receipt
from app.web.site.schemas import RequestBody


class ConsoleLine(RequestBody):
    """A typed line; `confirm` is what the 409 `confirm-first` of this very line gave."""

    line: str = Field(repr=False, description="such as TOP 3 0")
    confirm: str = Field("", max_length=40)


class ConsoleAnswer(BaseModel):
    """A command and its answer.

    `reply` is the status line, +OK or -ERR; `body` the lines after it without byte-stuffing, at
    most 64 KiB of them and null where none were to come; `octets` counts all of it.
    `pending` is what DELE named on this connection, `popped` what QUIT deletes since it was read
    (`EXPIRE 0`). `renewed` says that it went over a new connection, `undone` how many deletions
    ended with the old one; `receipt` is of a QUIT that deleted, `kept` counts what `dele` marked
    and QUIT did not delete.
    """

    line: str
    reply: str
    body: str | None
    octets: int
    truncated: bool
    ms: float
    renewed: bool
    undone: int
    pending: Totals
    popped: Totals
    receipt: Receipt | None
    kept: int


def console_answer(mailbox: domain.Mailbox, found: domain.Exchange) -> ConsoleAnswer:
    """An exchange of the console."""
    return ConsoleAnswer(
        line=found.line,
        reply=found.reply,
        body=found.body,
        octets=found.octets,
        truncated=found.truncated,
        ms=round(found.ms, 1),
        renewed=found.renewed,
        undone=found.undone,
        pending=Totals.of(mailbox.lease.deletions.pending),
        popped=Totals.of(mailbox.lease.deletions.popped),
        receipt=receipt(found.receipt) if found.receipt else None,
        kept=found.kept,
    )
