"""The sign-in page, and the server that was found for an address."""

from dataclasses import dataclass

from app.mailbox import Totals
from app.sessions import Undeleted
from app.web.site.views import ErrorView


@dataclass(frozen=True, slots=True)
class ServerView:
    """A server the operator offers: what the select shows, and its value."""

    value: str
    label: str
    selected: bool
    plaintext: bool


@dataclass(frozen=True, slots=True)
class EndedView:
    """Why a session is over, and what became of what was done in it: a sentence each."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeavingView:
    """What signing out would leave undone.

    Attributes:
        left: how much.
        marked: those that are marked, with their octets.
        other: it is left for another one.
    """

    left: Undeleted
    marked: Totals
    other: bool


@dataclass(frozen=True, slots=True)
class FoundView:
    """The server that was found for an address.

    Attributes:
        kind: `idle` before one looks, `found`, `doubt` where a person should look at it first,
            `none`.
        address: for which address; in the page it tells an answer that came too late.
        server: its name.
        rest: its port and protection, as words after the name.
        line: where it was found, or why there is none.
        notes: what to know before one signs in.
        port, security, login: for the fields; the name to send only where it is another.
        opens: whether the fields should open.
    """

    kind: str
    address: str
    server: str
    rest: str
    line: str
    notes: tuple[str, ...] = ()
    port: str = ""
    security: str = ""
    login: str = ""
    opens: bool = False


@dataclass(frozen=True, slots=True)
class SignInView:
    """The sign-in page.

    Attributes:
        username, server, port, security, login: the form as it was filled in.
        found, idle: what is known of the server by now, and what stands there before.
        sought: the address that the server in the form was found for; "" for another server.
        chosen: the server that a person has named instead, as a person reads it; "" for none.
        chosen_protection: how the connection to it is protected, where the form says so.
        open: whether the fields of the server stand open.
        focus: what to begin with: the field that the error is about, `error` where it is about
            none, `ended`, or the first field.
        offered: the operator's servers; where there are some, they come as a select.
        fixed: no other server may be named.
        demo: whether there is a demo mailbox to look around in.
        stay: whether the session is to outlive the browser's.
        back: where to go then; one of our paths.
        ended: the session before, where there was one.
        error: why the last try failed.
    """

    username: str
    server: str
    port: str
    security: str
    login: str
    found: FoundView
    idle: FoundView
    sought: str
    chosen: str
    chosen_protection: str
    open: bool
    focus: str
    offered: tuple[ServerView, ...]
    fixed: bool
    demo: bool
    stay: bool = False
    back: str = "/mailbox"
    ended: EndedView | None = None
    error: ErrorView | None = None
