"""What every page has, from a session; reads, never acts."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request

from app import __version__
from app.mailbox import FeedTopic, Mailbox
from app.sessions import Session
from app.transport import Security

from . import formats, languages
from .config import WebConfig
from .hosts import is_loopback_name
from .navigation import own_path
from .security import host_name, is_https
from .views import AccountView, LanguageView, LiveView, Shell
from .words import _, ngettext

# What our own addresses have; anything else may be a password that went to the wrong place.
_QUERY = frozenset(
    {
        *("at", "left", "lines", "number", "order", "other", "page", "q", "sort", "tab", "to"),
        *("tour", "undone", "within"),
    }
)


def shell(request: Request, title: str) -> Shell:
    """What every page has."""
    host = host_name(request)
    return Shell(
        title=title,
        insecure=not is_https(request) and not is_loopback_name(host),
        version=__version__,
        host=host,
        here=_here(request),
        languages=tuple(
            LanguageView(code, name, code == languages.current.get().code)
            for code, name in languages.NAMES.items()
        ),
    )


def _here(request: Request) -> str:
    """This page's own address; where it answers a form, the page that stands for it."""
    path = request.url.path
    if request.method != "GET":
        return "/mailbox" if path.startswith("/mailbox") else "/"
    query = request.query_params.multi_items()
    # The sign-in page's address holds the way back, which is one of our addresses.
    back = [(name, _back(value)) for name, value in query if name == "back"]
    return _address(path, query, back[:1])


def _back(value: str) -> str:
    parts = urlsplit(own_path(value))
    return _address(parts.path, parse_qsl(parts.query))


def _address(
    path: str, query: Iterable[tuple[str, str]], more: Iterable[tuple[str, str]] = ()
) -> str:
    kept = [*((name, value) for name, value in query if name in _QUERY), *more]
    return f"{path}?{urlencode(kept)}" if kept else path


def account(mailbox: Mailbox, config: WebConfig) -> AccountView:
    """The top bar."""
    target = mailbox.account.target
    plaintext = target.security is Security.NONE
    tls = (mailbox.listing.access.tls or "TLS").replace("TLSv", "TLS ")
    held, waited = mailbox.lease.held_seconds, mailbox.lease.waiting.seconds
    return AccountView(
        name=mailbox.account.username,
        server=target.shown,
        protection=_("not encrypted")
        if plaintext
        else tls
        if target.verified
        else _("%(tls)s, unverified", tls=tls),
        plaintext=plaintext,
        held=int(held) if held is not None else None,
        signing_in=int(waited) if waited is not None else None,
        delay=formats.span(mailbox.tenancy.long_delay) if mailbox.tenancy.long_delay else "",
        demo=config.demo is not None and target == config.demo.target,
        receipts=len(mailbox.receipts),
    )


def live(session: Session) -> LiveView:
    """What keeps a page up to date."""
    mailbox = session.mailbox
    counts = mailbox.feed.counts
    marks, held = counts[FeedTopic.MARKS], counts[FeedTopic.HELD]
    return LiveView(session.sid[:16], mailbox.listing.version, marks, held)


def titled(mailbox: Mailbox, what: str = "") -> str:
    """`3 marked · Review · user@example.net`: every title carries the state."""
    count = mailbox.marks.totals.messages
    marked = ngettext("%(n)s marked", "%(n)s marked", count, n=formats.number(count))
    words = (marked if count else "", what, mailbox.account.username)
    return " · ".join(word for word in words if word)
