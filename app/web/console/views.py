"""The console: a dialogue, what is pending, help, and the tour."""

from dataclasses import dataclass

from app.web.site.views import ErrorView


@dataclass(frozen=True, slots=True)
class PickView:
    """A row of LIST or UIDL: its number leads to `href`; `rest` stands behind it."""

    number: str
    href: str
    rest: str


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """A command and its answer.

    Attributes:
        number: counted from 1; the element is `x-NUMBER`.
        before: what happened since the one before, one sentence each.
        line: the command.
        reply: the status line, or words where none came.
        ok: whether it was `+OK`.
        rows: the body of a listing that numbers can be picked from.
        body: any other body.
        timing: such as `12 ms, 6,318 octets`.
        notes: on what is shown of the body, one sentence each.
        outcome: what QUIT deleted, or ""; the receipt tells more.
    """

    number: int
    before: tuple[str, ...]
    line: str
    reply: str
    ok: bool
    rows: tuple[PickView, ...]
    body: str
    timing: str
    notes: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class CommandView:
    """One-line help; `line` is what a press on the command fills in, `href` does it by a page."""

    verb: str
    usage: str
    line: str
    href: str
    does: str
    example: str
    rfc: str


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the tour in the list of steps; `fragment` is the same for htmx."""

    title: str
    done: bool
    current: bool
    href: str
    fragment: str


@dataclass(frozen=True, slots=True)
class TourView:
    """The tour at one of its steps.

    Attributes:
        number: of this step, from 1.
        progress: such as `2 of 6 done`.
        first, second: a sentence each.
        line: what to type; "" where that is not the time for it, then `instead` says why.
        href: the page with that line filled in.
        done: whether it was typed and answered.
        next: the step after it, or None at the last one.
    """

    number: int
    progress: str
    steps: tuple[StepView, ...]
    title: str
    first: str
    second: str
    line: str
    href: str
    instead: str
    done: bool
    next: StepView | None = None


@dataclass(frozen=True, slots=True)
class AskView:
    """A command that is to be confirmed; `code` goes with it.

    Attributes:
        subject, sender: of the message that DELE is about; "" where not known, or for QUIT.
    """

    line: str
    code: str
    button: str
    subject: str
    sender: str


@dataclass(frozen=True, slots=True)
class StandView:
    """How it stands under the dialogue; `ask` or `error` is of the last line, if any.

    Attributes:
        pending: what DELE named and RSET takes back, "" where nothing.
        popped: what QUIT may delete since it was read, "" where nothing.
        undone: what was taken back without RSET, "" where nothing.
        again: the line is worth correcting.
    """

    pending: str
    popped: str
    undone: str
    error: ErrorView | None = None
    ask: AskView | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class ConsoleView:
    """The console page; `line` is filled in, `back` is this very page."""

    exchanges: tuple[ExchangeView, ...]
    stand: StandView
    commands: tuple[CommandView, ...]
    tour: TourView
    line: str
    back: str


@dataclass(frozen=True, slots=True)
class ConsoleFragment:
    """After a line was typed: the exchange, if there was one, and what it changed."""

    exchange: ExchangeView | None
    stand: StandView
    tour: TourView
    back: str


@dataclass(frozen=True, slots=True)
class TourFragment:
    """The tour at another step."""

    tour: TourView
