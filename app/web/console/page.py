"""From a mailbox's dialogue to the console page; reads, never sends."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from app.mailbox import (
    DISPLAY_OCTETS,
    USAGE,
    BadLine,
    ConfirmFirst,
    Exchange,
    Mailbox,
    MailboxError,
    Outcome,
    Receipt,
    Verb,
    parse_line,
)
from app.web.site import formats
from app.web.site.problems import describe
from app.web.site.words import _, ngettext

from .views import (
    AskView,
    CommandView,
    ConsoleFragment,
    ConsoleView,
    ExchangeView,
    PickView,
    StandView,
    StepView,
    TourView,
)
from .words import ABOUT, TOUR

PATH: Final = "/mailbox/console"
# Rows of a listing whose numbers are links, in the newest exchange and in the last few before it.
_PICKS: Final = 2000
_PICKS_BEFORE: Final = 300
_FRESH: Final = 8


def href(step: int, line: str = "") -> str:
    """The console at a step of the tour, perhaps with a line filled in."""
    query = {"tour": str(step), **({"line": line} if line else {})}
    return f"{PATH}?{urlencode(query)}#line"


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

    @property
    def title(self) -> str:
        """Of the browser tab."""
        return _("Console · %(name)s", name=self._mailbox.account.username)

    def page(self, *, line: str = "", stand: StandView | None = None) -> ConsoleView:
        """The page."""
        return ConsoleView(
            exchanges=tuple(map(self.exchange, self._mailbox.dialogue.exchanges)),
            stand=stand or self.stand(),
            commands=self.commands(),
            tour=self.tour(),
            line=line,
            back=f"{PATH}?tour={self._step}",
        )

    def fragment(
        self, exchange: Exchange | None, stand: StandView | None = None
    ) -> ConsoleFragment:
        """What a typed line changed."""
        return ConsoleFragment(
            exchange=self.exchange(exchange) if exchange else None,
            stand=stand or self.stand(),
            tour=self.tour(),
            back=f"{PATH}?tour={self._step}",
        )

    def exchange(self, one: Exchange) -> ExchangeView:
        """A command and its answer."""
        body = one.body or ""
        rows: list[str] = []
        age = self._mailbox.dialogue.count - one.number
        most = _PICKS if age == 0 else _PICKS_BEFORE
        if body and age < _FRESH and one.line in {Verb.LIST.value, Verb.UIDL.value}:
            rows = body.split("\n", most)
            body = rows.pop() if len(rows) > most else ""
        milliseconds = formats.number(round(one.ms))
        timing = _("%(n)s ms", n=milliseconds) if one.ms >= 1 else _("under 1 ms")
        if one.body is not None:
            octets = formats.number(one.octets)
            timing = _("%(time)s, %(n)s octets", time=timing, n=octets)
        return ExchangeView(
            number=one.number,
            before=_before(one),
            line=one.line,
            reply=one.reply or _("(no answer)"),
            ok=one.ok,
            rows=tuple(map(self._row, rows)),
            body=body,
            timing=timing,
            notes=_notes(one),
            outcome=_outcome(one.receipt) if one.receipt else "",
        )

    def _row(self, row: str) -> PickView:
        number, _space, rest = row.partition(" ")
        if not (number.isascii() and number.isdecimal()):
            return PickView("", "", row)
        return PickView(number, f"{PATH}?tour={self._step}&line=TOP+{number}+0#line", rest)

    def stand(self) -> StandView:
        """What is pending."""
        deletions = self._mailbox.lease.deletions
        deleted, popped, undone = deletions.pending, deletions.popped, deletions.lost
        return StandView(
            pending=ngettext(
                "%(n)s message deleted, %(size)s: undone by RSET until you type QUIT.",
                "%(n)s messages deleted, %(size)s: undone by RSET until you type QUIT.",
                deleted.messages,
                n=formats.number(deleted.messages),
                size=formats.size(deleted.octets),
            )
            if deleted.messages
            else "",
            popped=ngettext(
                "This server deletes at QUIT what was read whole: %(n)s message, %(size)s. "
                "“Release now” keeps it.",
                "This server deletes at QUIT what was read whole: %(n)s messages, %(size)s. "
                "“Release now” keeps them.",
                popped.messages,
                n=formats.number(popped.messages),
                size=formats.size(popped.octets),
            )
            if popped.messages
            else "",
            undone=_taken_back(undone) if undone else "",
        )

    def refused(self, error: MailboxError) -> StandView:
        """The same after a line that was not sent."""
        view = describe(error)
        if isinstance(error, ConfirmFirst):
            button = _("Send %(line)s", line=error.line)
            ask = AskView(error.line, error.confirm, button, *self._meant(error))
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
                line=verb.value + (" " if " " in USAGE[verb] else ""),
                href=href(self._step, verb.value),
                does=_(about.does),
                example=about.example,
                rfc=_(about.rfc),
            )
            for verb, about in ABOUT.items()
        )

    # -- the tour --------------------------------------------------------------------------------

    def tour(self) -> TourView:
        """The tour at its step."""
        mailbox, step = self._mailbox, TOUR[self._step - 1]
        learnt = mailbox.dialogue.learnt
        line, instead = self._line(step.line, step.verb)
        done = sum(one.verb in learnt for one in TOUR)
        return TourView(
            number=self._step,
            progress=_(
                "%(done)s of %(total)s done",
                done=formats.number(done),
                total=formats.number(len(TOUR)),
            ),
            steps=tuple(self._step_view(n) for n in range(1, len(TOUR) + 1)),
            title=_(step.title),
            first=_(step.first),
            second=_(step.second),
            line=line,
            href=href(self._step, line) if line else "",
            instead=instead,
            done=step.verb in learnt,
            next=self._step_view(self._step + 1) if self._step < len(TOUR) else None,
        )

    def _step_view(self, number: int) -> StepView:
        step = TOUR[number - 1]
        return StepView(
            title=_(step.title),
            done=step.verb in self._mailbox.dialogue.learnt,
            current=number == self._step,
            href=f"{PATH}?tour={number}",
            fragment=f"{PATH}/tour?tour={number}",
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


def _before(one: Exchange) -> tuple[str, ...]:
    said = []
    if one.undone:
        said.append(_taken_back(one.undone))
    if one.renewed:
        said.append(_("A new connection: message numbers may have changed."))
    return tuple(said)


def _taken_back(count: int) -> str:
    return ngettext(
        "%(n)s deletion was taken back: the mailbox was released, or the connection "
        "ended, before QUIT.",
        "%(n)s deletions were taken back: the mailbox was released, or the connection "
        "ended, before QUIT.",
        count,
        n=formats.number(count),
    )


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
    return tuple(said)


def _outcome(receipt: Receipt) -> str:
    gone, total = receipt.count(Outcome.GONE), len(receipt.items)
    if not receipt.verified:
        return _("The deletion could not be verified.")
    return ngettext(
        "Gone: %(gone)s of %(n)s message, %(size)s freed; checked by signing in again.",
        "Gone: %(gone)s of %(n)s messages, %(size)s freed; checked by signing in again.",
        total,
        gone=formats.number(gone),
        n=formats.number(total),
        size=formats.size(receipt.octets_freed, receipt.unsized),
    )
