"""Why a line is not sent, and what it would delete."""

from collections.abc import Mapping
from typing import Final

from app.mailbox import BadLine, ConfirmFirst, DeletedInConsole, LineBusy, LineFault, Verb
from app.web.site import formats
from app.web.site.problems import Words, problem
from app.web.site.words import N_, _, ngettext

_BAD_LINES: Final[Mapping[LineFault, tuple[str, str]]] = {
    LineFault.EMPTY: (
        N_("Nothing was typed."),
        N_("Type a command, such as STAT, and press Enter."),
    ),
    LineFault.TOO_LONG: (
        N_("This line is too long."),
        N_("It was not sent: a POP3 command has at most 255 octets."),
    ),
    LineFault.CONTROL: (
        N_("Only one line of plain characters can be sent."),
        N_("It was not sent: there is a line break, a tab or an invisible character in it."),
    ),
    LineFault.SIGNING_IN: (
        N_("You are signed in already; signing in is never done here."),
        N_("The line was not sent and not kept. No password is ever typed here."),
    ),
    LineFault.UNKNOWN: (
        N_("This is not a command that can be typed here."),
        N_("It was not sent. You can use: %(commands)s."),
    ),
    LineFault.ARGUMENTS: (
        N_("This command was given too few arguments, or too many."),
        N_("It was not sent. The form is %(usage)s."),
    ),
    LineFault.NUMBER: (
        N_("This number is not possible."),
        N_(
            "It was not sent. The form is %(usage)s: messages have the numbers of LIST, "
            "from 1; lines are counted from 0."
        ),
    ),
    LineFault.TAG: (
        N_("This is not a language tag."),
        N_("It was not sent. The form is %(usage)s, with a tag such as de or pt-BR."),
    ),
    LineFault.NO_MESSAGE: (
        N_("There is no message of this number now."),
        N_(
            "It was not sent. The form is %(usage)s, with a number that LIST gives; it leaves out "
            "what DELE has named, until RSET."
        ),
    ),
    LineFault.RELEASED: (
        N_("There is no connection to end."),
        N_("The mailbox is released already; the next command takes it again."),
    ),
}


@problem(BadLine, 422, "bad-command")
def bad_line(error: BadLine) -> Words:
    """Why a line was not sent, and what would be right; never the line itself."""
    title, detail = _BAD_LINES[error.fault]
    known = ", ".join(verb.value for verb in Verb)
    return Words(_(title), _(detail, usage=error.usage, commands=known))


@problem(ConfirmFirst, 409, "confirm-first")
def confirm_first(error: ConfirmFirst) -> Words:
    """What a command would delete."""
    size, count = formats.size(error.octets), formats.number(error.messages)
    if error.line != Verb.QUIT.value:
        return Words(
            _("Send %(line)s? It deletes a message of %(size)s.", line=error.line, size=size),
            _("RSET takes it back, until QUIT makes it final."),
        )
    kept = formats.number(error.kept)
    if not error.messages:
        return Words(
            _("Send QUIT? It deletes nothing."),
            ngettext(
                "%(n)s message is marked in the list. QUIT does not delete it, it stays marked: to "
                "delete it, review it.",
                "%(n)s messages are marked in the list. QUIT does not delete them, they stay "
                "marked: to delete them, review them.",
                error.kept,
                n=kept,
            ),
        )
    advice: tuple[str, ...] = ()
    if error.kept:
        advice = (
            ngettext(
                "%(n)s other message is marked in the list: QUIT does not delete it.",
                "%(n)s other messages are marked in the list: QUIT does not delete them.",
                error.kept,
                n=kept,
            ),
        )
    if error.popped:
        advice = (
            *advice,
            ngettext(
                "%(n)s of them was only read: this server deletes at QUIT what was read.",
                "%(n)s of them were only read: this server deletes at QUIT what was read.",
                error.popped,
                n=formats.number(error.popped),
            ),
        )
    return Words(
        ngettext(
            "Send QUIT? It deletes %(n)s message, %(size)s, for good.",
            "Send QUIT? It deletes %(n)s messages, %(size)s, for good.",
            error.messages,
            n=count,
            size=size,
        ),
        _("RSET would take it back. After QUIT there is no way back."),
        advice,
    )


@problem(LineBusy, 409, "line-busy")
def busy(_error: LineBusy) -> Words:
    """A whole message is on its way."""
    return Words(
        _("A whole message is being transferred."),
        _("POP3 does one thing at a time: a command would wait for the end of it."),
        (_("Try again when it is here, or cancel it."),),
    )


@problem(DeletedInConsole, 409, "deleted-in-console")
def deleted(error: DeletedInConsole) -> Words:
    """The app asked for what DELE was typed for."""
    return Words(
        _("This message is deleted in the console."),
        _(
            "DELE %(number)s was sent, so the server does not show it any more. It is still there.",
            number=error.number,
        ),
        (_("Type RSET in the console to take that back, until you type QUIT there."),),
    )
