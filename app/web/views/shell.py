"""What every page has, errors, the sign-in page, and a message as a row."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class LanguageView:
    """A language to choose: its code, the name it gives itself, whether this page is in it."""

    code: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What every page has.

    Attributes:
        title: of the browser tab, without the product's name.
        insecure: the page came over plain HTTP from another machine.
        version: of Popscope.
        host: where Popscope itself was reached.
        here: this very page, or one near it, for the form that changes the language.
        languages: those there are.
    """

    title: str
    insecure: bool
    version: str
    host: str
    here: str
    languages: tuple[LanguageView, ...]


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An error in plain words.

    Attributes:
        code: the API's stable code.
        title: what happened, in a few words.
        detail: what it means, a sentence or two.
        advice: what to try, one line each.
        reply: the server's own words, or "".
        status: the HTTP status.
        retry_after: seconds after which to try again, where that is known.
        instead: the means by which the password itself could be sent, where it was not; else "".
        protected: whether nobody on the way could read it then.
        means_refused: what the server refused for the form of it.
    """

    code: str
    title: str
    detail: str
    advice: tuple[str, ...] = ()
    reply: str = ""
    status: int = 500
    retry_after: int | None = None
    instead: str = ""
    protected: bool = False
    means_refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that only says what went wrong; `home` is where to go on."""

    shell: Shell
    error: ErrorView
    home: str
    home_label: str


@dataclass(frozen=True, slots=True)
class KeysView:
    """The list of keys."""

    shell: Shell


@dataclass(frozen=True, slots=True)
class ProblemFragment:
    """What went wrong with a click; the page stays as it is."""

    error: ErrorView


@dataclass(frozen=True, slots=True)
class ServerView:
    """A server the operator offers: what the select shows, and its value."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class EndedView:
    """Why a session is over, and what became of what was done in it: a sentence each."""

    title: str
    lines: tuple[str, ...]


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
class FoundFragment:
    """What stands below the address while it is typed."""

    found: FoundView


@dataclass(frozen=True, slots=True)
class SignInView:
    """The sign-in page.

    Attributes:
        username, server, port, security, login: the form as it was filled in.
        found, idle: what is known of the server by now, and what stands there before.
        sought: the address that the server in the form was found for; "" for another server.
        chosen: the server that a person has named instead, as a person reads it; "" for none.
        open: whether the fields of the server stand open.
        focus: the field to begin with.
        offered: the operator's servers; where there are some, they come as a select.
        fixed: no other server may be named.
        demo: whether there is a demo mailbox to look around in.
        back: where to go then; one of our paths.
        ended: the session before, where there was one.
        error: why the last try failed.
    """

    shell: Shell
    username: str
    server: str
    port: str
    security: str
    login: str
    found: FoundView
    idle: FoundView
    sought: str
    chosen: str
    open: bool
    focus: Literal["username", "server", "password"]
    offered: tuple[ServerView, ...]
    fixed: bool
    demo: bool
    back: str = "/mailbox"
    ended: EndedView | None = None
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """The top bar.

    Attributes:
        name: the user name.
        server: `host:port`.
        protection: such as `TLS 1.3` or `not encrypted`.
        plaintext: the connection to the server is not encrypted.
        held: seconds since the maildrop is held, or None while it is released.
        delay: how long the server wants between two sign-ins, where the lock is kept for that.
        demo: this is the demo mailbox.
    """

    name: str
    server: str
    protection: str
    plaintext: bool
    held: int | None
    demo: bool
    delay: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """A message in a list.

    Attributes:
        id: for forms and links; the row's element is `m-ID`.
        number: in the maildrop.
        sender: name or address; "" while it is not known or where there is none.
        sender_title: name and address.
        subject: "" where there is none.
        date: short, such as `3 Mar` or `3 Mar 2024`; "" where there is none.
        date_title: long, with the time; says so where the message has no date of its own.
        date_iso: for `<time datetime>`.
        received: the date is that of its arrival.
        size: formatted.
        share: of the largest message, in percent, for the bar.
        heat: 1 to 5.
        known: sender, subject and date are known; else the row is a skeleton.
        fresh: it has come since somebody looked last.
        refused: the server would not show its headers.
        marked, current: state.
        href: the page with this message open.
        reader_href: the fragment of the reader.
    """

    id: str
    number: int
    sender: str
    sender_title: str
    subject: str
    date: str
    date_title: str
    date_iso: str
    received: bool
    size: str
    share: float
    heat: int
    known: bool
    fresh: bool
    refused: bool
    marked: bool
    current: bool
    href: str
    reader_href: str
