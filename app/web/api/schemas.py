"""What the JSON API says of a session and its server."""

from pydantic import BaseModel

from app import mailbox as domain
from app.web.list.schemas import Totals
from app.web.signin.schemas import About, about


class SessionState(About):
    """A session; `held_seconds` is null while the maildrop lock is given back.

    `login_delay` counts the seconds between two sign-ins that make the lock be kept while a page is
    open; null where the server wants no longer pause than the idle time.
    """

    held: bool
    held_seconds: float | None
    login_delay: int | None
    marked: Totals
    notices: list[str]


class SignedOut(BaseModel):
    """What a session left undone: messages that were marked, or named by a typed DELE, and stay.

    Where `deleting`, a `quit` is still under way, and some of them may go yet.
    """

    not_deleted: int
    deleting: bool


class Capa(BaseModel):
    """The capabilities, a line each."""

    capabilities: list[str]


class Stat(BaseModel):
    """STAT's own numbers, and what is marked."""

    messages: int
    octets: int
    marked: Totals


def state(mailbox: domain.Mailbox) -> SessionState:
    """A session as it is now."""
    held = mailbox.lease.held_seconds
    return SessionState(
        held=held is not None,
        held_seconds=held,
        login_delay=mailbox.tenancy.long_delay,
        marked=Totals.of(mailbox.marks.totals),
        notices=[told.notice.value for told in mailbox.notices],
        **about(mailbox),
    )
