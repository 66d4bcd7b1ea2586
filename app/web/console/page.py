"""From a mailbox's dialogue to the console page; reads, never sends."""

from dataclasses import replace
from typing import Final

from app.mailbox import (
    DISPLAY_OCTETS,
    USAGE,
    BadLine,
    ConfirmFirst,
    Exchange,
    Mailbox,
    MailboxError,
    Verb,
    parse_line,
)
from app.web.site import formats
from app.web.site.problems import describe
from app.web.site.words import _, ngettext

from .views import (
    AskView,
    CommandView,
    ConsoleView,
    ExchangeView,
    StandView,
    StepView,
    TourView,
)
from .words import ABOUT, OPTIONAL, TOUR

PATH: Final = "/mailbox/console"
# Rows of a listing whose numbers are links, in the newest exchange and in the last few before it.
_PICKS: Final = 2000
_PICKS_BEFORE: Final = 300
_FRESH: Final = 8


def fillable(line: str) -> str:
    """A line from an address, if it is a command or the beginning of one; else nothing."""
    word = line.strip()
    if word in USAGE.values() or word in {verb.value for verb in Verb}:
        return line
    try:
        return parse_line(line).shown
    except BadLine:
        return ""


class ConsolePage:
    """Makes the pieces of the console page.

    Args:
        mailbox: whose.
        step: of the tour, from 1; 0 is the first that is not done.
    """

    def __init__(self, mailbox: Mailbox, step: int = 0) -> None:
        self._mailbox = mailbox
        learnt = mailbox.dialogue.learnt
        open_steps = (n for n, one in enumerate(TOUR, 1) if one.verb not in learnt)
        self._step = min(step, len(TOUR)) or next(open_steps, len(TOUR))
        self._back = f"{PATH}?tour={self._step}"

    @property
    def title(self) -> str:
        """Of the browser tab."""
        return _("Console · %(name)s", name=self._mailbox.account.username)

    def page(self, *, line: str = "", stand: StandView | None = None) -> ConsoleView:
        """The page."""
        return ConsoleView(
            exchanges=tuple(map(self.exchange, self._mailbox.dialogue.exchanges)),
            stand=stand or self.stand(),
            tour=self.tour(),
            back=self._back,
            commands=self.commands(),
            line=line,
        )

    def answer(self, *exchanges: Exchange, stand: StandView | None = None) -> ConsoleView:
        """What a typed line changed."""
        shown = tuple(map(self.exchange, exchanges))
        again = not all(one.ok for one in exchanges)
        stand = stand or replace(self.stand(), again=again)
        return ConsoleView(shown, stand, self.tour(), self._back)

    def exchange(self, one: Exchange) -> ExchangeView:
        """A command and its answer."""
        body = one.body or ""
        rows: list[str] = []
        age = self._mailbox.dialogue.count - one.number
        most = _PICKS if age == 0 else _PICKS_BEFORE
        if body and age < _FRESH and one.line in {Verb.LIST.value, Verb.UIDL.value}:
            rows = body.split("\n", most)
            body = rows.pop() if len(rows) > most else ""
        return ExchangeView(one, tuple(map(_row, rows)), body, _notes(one))

    def stand(self) -> StandView:
        """What is pending."""
        deletions = self._mailbox.lease.deletions
        return StandView(deletions.pending, deletions.popped, deletions.lost)

    def refused(self, error: MailboxError) -> StandView:
        """The same after a line that was not sent."""
        view = describe(error)
        if isinstance(error, ConfirmFirst):
            ask = AskView(error.line, error.confirm, *self._meant(error), error.kept)
            return replace(self.stand(), error=view, ask=ask)
        again = isinstance(error, BadLine) and bool(error.usage)
        return replace(self.stand(), error=view, again=again)

    def _meant(self, error: ConfirmFirst) -> tuple[str, str]:
        """Subject and sender of what DELE is about, as far as they are known."""
        typed = parse_line(error.line)
        message = self._mailbox.index.at(typed.number) if typed.arguments else None
        summary = message.summary if message else None
        if summary is None:
            return "", ""
        sender = summary.sender
        return summary.subject, (sender.name or sender.email) if sender else ""

    def commands(self) -> tuple[CommandView, ...]:
        """One-line help for each command, in the order of a session."""
        return tuple(
            CommandView(
                verb=verb.value,
                usage=USAGE[verb],
                does=_(about.does),
                example=about.example,
                rfc=_(about.rfc),
                announced=self._announced(verb),
            )
            for verb, about in ABOUT.items()
        )

    def _announced(self, verb: Verb) -> bool:
        """Whether the server says that it has a command, or without CAPA has shown it."""
        mailbox = self._mailbox
        announced = mailbox.listing.access.capabilities
        if verb not in OPTIONAL or verb.value in announced:
            return True
        if announced.tags:
            return verb is Verb.CAPA
        shown = {Verb.TOP: not mailbox.headers.no_top, Verb.UIDL: mailbox.index.has_uidls}
        return shown.get(verb, False)

    # -- the tour --------------------------------------------------------------------------------

    def tour(self) -> TourView:
        """The tour at its step."""
        step, learnt = TOUR[self._step - 1], self._mailbox.dialogue.learnt
        line, instead = self._line(step.line, step.verb)
        steps = tuple(StepView(_(one.title), one.verb in learnt) for one in TOUR)
        return TourView(
            number=self._step,
            steps=steps,
            step=steps[self._step - 1],
            next=steps[self._step] if self._step < len(steps) else None,
            first=_(step.first),
            second=_(step.second),
            line=line,
            instead=instead,
        )

    def _line(self, line: str, verb: Verb) -> tuple[str, str]:
        """What to type for a step, or why not now."""
        mailbox = self._mailbox
        if verb is Verb.QUIT and mailbox.lease.deletions.pending.messages:
            return "", _("Messages are deleted: type RSET first, so that nothing is lost.")
        if verb is Verb.QUIT and mailbox.lease.held_seconds is None:
            if verb in mailbox.dialogue.learnt:
                return "", ""
            return "", _("The mailbox is released: there is nothing to end.")
        if "{n}" not in line:
            return line, ""
        first = next(iter(mailbox.index), None)
        if first is None:
            return "", _("The mailbox is empty: there is no message to try it with.")
        return line.format(n=first.number), ""


def _row(row: str) -> tuple[str, str]:
    number, _space, rest = row.partition(" ")
    return (number, rest) if number.isascii() and number.isdecimal() else ("", row)


def _notes(one: Exchange) -> tuple[str, ...]:
    said = []
    if one.truncated:
        kept = len((one.body or "").encode())
        if kept > DISPLAY_OCTETS // 2:
            said.append(_("Only the first 64 KiB are shown; the rest was counted, not kept."))
        else:
            said.append(_("Only the beginning is still kept."))
    if one.dotted:
        said.append(
            _("Lines that begin with a dot came with two (RFC 1939, section 3); one is taken away.")
        )
    if one.kept:
        said.append(
            ngettext(
                "%(n)s message that is marked in the list was not deleted; it stays marked.",
                "%(n)s messages that are marked in the list were not deleted; they stay marked.",
                one.kept,
                n=formats.number(one.kept),
            )
        )
    return tuple(said)
