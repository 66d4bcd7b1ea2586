"""What every page has."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.mailbox.index import Index, Listings
from app.mailbox.marks import Marks
from app.mailbox.models import Access
from app.mailbox.waiting import Waiting
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId
from app.transport import Security, Target
from app.web.site import shell

MB = 1_000_000


def index_of(*sizes: int | None) -> Index:
    octets = [None if size is None else Octets(size) for size in sizes]
    rows = [ScanListing(MessageNumber(n), size) for n, size in enumerate(octets, 1)]
    uidls = [UniqueId(row.number, Uidl(f"u{row.number}")) for row in rows]
    return Index(Listings(Stat(len(rows), sum(size or 0 for size in sizes)), rows, uidls), "")


def mailbox(*sizes: int | None, **more: Any) -> Any:
    """As much of a mailbox as the views look at."""
    target = Target("pop.example.net", 995, Security.TLS)
    given = {
        "index": index_of(*sizes),
        "marks": Marks(),
        "listing": SimpleNamespace(access=Access(tls="TLSv1.3")),
        "lease": SimpleNamespace(held_seconds=4.7, waiting=Waiting()),
        "tenancy": SimpleNamespace(long_delay=None),
        "headers": SimpleNamespace(withheld=lambda m: m.header.refused and not m.headers_known),
        "account": SimpleNamespace(username="anna", target=target),
        "standing": (),
        "receipts": {},
        "news": SimpleNamespace(fresh=frozenset()),
    }
    return SimpleNamespace(**{**given, **more})


def config(**more: Any) -> Any:
    return SimpleNamespace(**{"demo": None, **more})


@pytest.mark.parametrize(
    ("target", "tls", "shown"),
    [
        (Target("pop.lan", 995, Security.TLS), "TLSv1.3", ("pop.lan:995", "TLS 1.3", False)),
        (Target("::1", 110, Security.NONE), None, ("[::1]:110", "not encrypted", True)),
        (
            Target("pop.lan", 110, Security.STARTTLS, verified=False),
            "TLSv1.2",
            ("pop.lan:110", "TLS 1.2, unverified", False),
        ),
    ],
)
def test_the_top_bar_says_how_the_connection_is_protected(target, tls, shown):
    one = mailbox(account=SimpleNamespace(username="anna", target=target))
    one.listing.access = Access(tls=tls)
    view = shell.account(one, config())
    assert (view.server, view.protection, view.plaintext) == shown
    assert (view.held, view.demo) == (4, False)
    assert shell.account(one, config(demo=SimpleNamespace(target=target))).demo is True
    one.lease.held_seconds = None
    assert shell.account(one, config()).held is None
    assert shell.account(one, config()).signing_in is None
    one.lease.waiting = SimpleNamespace(seconds=12.7)
    assert shell.account(one, config()).signing_in == 12
