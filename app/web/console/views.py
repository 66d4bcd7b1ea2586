"""The console: a dialogue, what is pending, help, and the tour."""

from dataclasses import dataclass

from app.mailbox import Exchange, Totals
from app.web.site.views import ErrorView


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """A command and its answer; the element is `x-NUMBER`.

    Attributes:
        exchange: the two.
        rows: the body of a listing that numbers can be picked from: the number, and what follows.
        body: any other body.
        notes: on what is shown of the body, one sentence each.
    """

    exchange: Exchange
    rows: tuple[tuple[str, str], ...]
    body: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommandView:
    """One-line help; `announced` where CAPA names it, or every server has it."""

    verb: str
    usage: str
    does: str
    example: str
    rfc: str
    announced: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the tour in the list of steps."""

    title: str
    done: bool


@dataclass(frozen=True, slots=True)
class TourView:
    """The tour at one of its steps.

    Attributes:
        number: of this step, from 1.
        steps: all of them; one is done when it was typed and answered.
        step, next: this one, and the one after it, or None at the last.
        first, second: a sentence each.
        line: what to type; "" where that is not the time for it, then `instead` says why.
    """

    number: int
    steps: tuple[StepView, ...]
    step: StepView
    next: StepView | None
    first: str
    second: str
    line: str
    instead: str


@dataclass(frozen=True, slots=True)
class AskView:
    """A command that is to be confirmed; `code` goes with it.

    Attributes:
        subject, sender: of the message that DELE is about; "" where not known, or for QUIT.
        kept: how many messages are marked in the list, and QUIT does not delete them.
    """

    line: str
    code: str
    subject: str
    sender: str
    kept: int


@dataclass(frozen=True, slots=True)
class StandView:
    """How it stands under the dialogue; `ask` or `error` is of the last line, if any.

    Attributes:
        pending: what DELE named and RSET takes back.
        popped: what QUIT may delete since it was read.
        undone: how many deletions were taken back without RSET.
        again: the line was refused and is worth correcting, or typing over.
    """

    pending: Totals
    popped: Totals
    undone: int
    error: ErrorView | None = None
    ask: AskView | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class ConsoleView:
    """The console page, or what a typed line changed; `line` is filled in, `back` is this page."""

    exchanges: tuple[ExchangeView, ...]
    stand: StandView
    tour: TourView
    back: str
    commands: tuple[CommandView, ...] = ()
    line: str = ""
