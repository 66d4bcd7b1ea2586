"""What the console says: why a line is not sent, what a command does, what the tour tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.mailbox import Verb
from app.web.site.words import N_


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command in a line: what it does, an example, and where it is defined."""

    does: str
    example: str
    rfc: str


ABOUT: Final[Mapping[Verb, CommandHelp]] = {
    Verb.STAT: CommandHelp(
        N_("How many messages there are, and their octets together."),
        "STAT",
        N_("RFC 1939, section 5"),
    ),
    Verb.LIST: CommandHelp(
        N_("The number and the octets of each message, or of message n."),
        "LIST 3",
        N_("RFC 1939, section 5"),
    ),
    Verb.UIDL: CommandHelp(
        N_("The lasting id of each message, or of message n; it stays when numbers change."),
        "UIDL 3",
        N_("RFC 1939, section 7"),
    ),
    Verb.TOP: CommandHelp(
        N_("The headers of message n and the first k lines of its text."),
        "TOP 3 10",
        N_("RFC 1939, section 7"),
    ),
    Verb.RETR: CommandHelp(
        N_("All of message n; here its first 64 KiB are shown, the rest is counted."),
        "RETR 3",
        N_("RFC 1939, section 5"),
    ),
    Verb.DELE: CommandHelp(
        N_("Marks message n for deletion; it is deleted only at QUIT."),
        "DELE 3",
        N_("RFC 1939, section 5"),
    ),
    Verb.RSET: CommandHelp(
        N_("Takes back every DELE of this connection."), "RSET", N_("RFC 1939, section 5")
    ),
    Verb.QUIT: CommandHelp(
        N_("Ends the connection, and only then deletes what DELE named."),
        "QUIT",
        N_("RFC 1939, section 6"),
    ),
    Verb.NOOP: CommandHelp(
        N_("Does nothing; the server only confirms that it is there."),
        "NOOP",
        N_("RFC 1939, section 5"),
    ),
    Verb.CAPA: CommandHelp(N_("What this server can do."), "CAPA", N_("RFC 2449, section 5")),
    Verb.LANG: CommandHelp(
        N_("The languages the server can answer in, or a change to one of them."),
        "LANG de",
        N_("RFC 6856, section 3"),
    ),
}
"""In the order of a session."""

OPTIONAL: Final = frozenset({Verb.UIDL, Verb.TOP, Verb.CAPA, Verb.LANG})
"""What a server may do without (RFC 1939, section 7; RFC 2449; RFC 6856); CAPA names it."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """A step of the tour; the line may have `{n}` for the number of a message."""

    verb: Verb
    line: str
    title: str
    first: str
    second: str


TOUR: Final = (
    TourStep(
        Verb.STAT,
        "STAT",
        N_("Ask how full it is"),
        N_("STAT is the first thing to ask a mailbox."),
        N_("The answer is two numbers: how many messages there are, and their octets together."),
    ),
    TourStep(
        Verb.LIST,
        "LIST",
        N_("Find the large ones"),
        N_("LIST gives each message a number and says how large it is."),
        N_("The lone dot that ends a list in the protocol is left out here."),
    ),
    TourStep(
        Verb.TOP,
        "TOP {n} 0",
        N_("Look before you delete"),
        N_("TOP shows the headers of a message, and as many lines of its text as you ask for."),
        N_("It costs a few hundred octets, however large the message is."),
    ),
    TourStep(
        Verb.DELE,
        "DELE {n}",
        N_("Mark it for deletion"),
        N_("DELE names a message that is to go; the server hides it from then on."),
        N_("Nothing is lost yet, and the next step takes it back, so this is safe to try."),
    ),
    TourStep(
        Verb.RSET,
        "RSET",
        N_("Take it back"),
        N_("RSET forgets every DELE of this connection."),
        N_("A connection that breaks off before QUIT does the same: nothing is deleted."),
    ),
    TourStep(
        Verb.QUIT,
        "QUIT",
        N_("Say goodbye"),
        N_("QUIT makes deletions final and lets other programs open the mailbox again."),
        N_("After RSET there is nothing to delete, so QUIT only releases the mailbox."),
    ),
)
