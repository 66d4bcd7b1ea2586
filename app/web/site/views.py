"""What every page has, and errors."""

from collections.abc import Collection
from dataclasses import dataclass

from app.report import Presented


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
        operator: what whoever runs Popscope may do, one line each.
        certificate: the one that it is about, and that nobody vouches for.
        reply: the server's own words, or "".
        field: of a form, the one that it is about; "" where it is about none.
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
    operator: tuple[str, ...] = ()
    certificate: Presented | None = None
    reply: str = ""
    field: str = ""
    status: int = 500
    retry_after: int | None = None
    instead: str = ""
    protected: bool = False
    means_refused: tuple[str, ...] = ()

    def about(self, shown: Collection[str]) -> str:
        """Where a form that has these fields tells it: at one of them, or as `error` above all."""
        return self.field if self.field in shown else "error"


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that only says what went wrong; `home` is where to go on."""

    error: ErrorView
    home: str
    home_label: str


@dataclass(frozen=True, slots=True)
class ProblemFragment:
    """What went wrong with a click, or while a page looked on; the page stays as it is."""

    error: ErrorView
    clicked: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """The top bar.

    Attributes:
        name: the user name.
        server: `host:port`.
        protection: such as `TLS 1.3` or `not encrypted`.
        plaintext: the connection to the server is not encrypted.
        held: seconds since the maildrop is held, or None while it is released.
        signing_in: seconds that a sign-in takes by now, where it takes long.
        delay: how long the server wants between two sign-ins, where the lock is kept for that.
        demo: this is the demo mailbox.
        receipts: how many there are to look at.
    """

    name: str
    server: str
    protection: str
    plaintext: bool
    held: int | None
    demo: bool
    signing_in: int | None = None
    delay: str = ""
    receipts: int = 0


@dataclass(frozen=True, slots=True)
class LiveView:
    """What keeps a page up to date.

    Attributes:
        key: the same on all pages of a session, no secret.
        listing, marks, held: which states of these the page shows.
    """

    key: str
    listing: int
    marks: int
    held: int


@dataclass(frozen=True, slots=True)
class KeptView:
    """A provider that keeps what POP3 deletes, and its pages for that."""

    provider: str
    bin: str
    settings: str
