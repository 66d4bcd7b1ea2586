"""The panel below the address."""

from typing import cast

import pytest

from app.discovery import Discovery, Found, NotFound, Reason, Source
from app.transport import Security, Target
from app.web.signin.search_panel import found_view, idle


class Searching:
    searches = True


DISCOVERY = cast("Discovery", Searching())
ADDRESS = "anna@example.net"


def test_what_was_found():
    target = Target("pop.example.net", 995, Security.TLS)
    view = found_view(DISCOVERY, Found(target, Source.SRV, ADDRESS, "example.net"), ADDRESS)
    assert (view.kind, view.address, view.server) == ("found", ADDRESS, "pop.example.net")
    assert (view.rest, view.port, view.security) == ("port 995, TLS", "995", "tls")
    assert (view.login, view.notes, view.opens) == ("", (), False)


def test_what_should_be_looked_at_and_another_name():
    target = Target("pop.x.test", 110, Security.STARTTLS)
    found = Found(target, Source.AUTOCONFIG, "anna", "example.net", foreign=True, sure=False)
    view = found_view(DISCOVERY, found, ADDRESS)
    assert (view.kind, view.login, view.security) == ("doubt", "anna", "starttls")
    assert len(view.notes) == 2


def test_an_offered_server_by_its_ipv6_address_and_without_encryption():
    target = Target("fd00::1", 110, Security.NONE)
    found = Found(target, Source.OFFERED, ADDRESS, "example.net")
    view = found_view(DISCOVERY, found, ADDRESS)
    assert (view.server, view.rest) == ("[fd00::1]", "port 110, not encrypted")


@pytest.mark.parametrize("reason", Reason)
def test_while_one_types_nothing_is_told_that_typing_on_will_mend(reason):
    view = found_view(DISCOVERY, NotFound(reason, "example.net"), ADDRESS)
    if reason in {Reason.NO_DOMAIN, Reason.BAD_DOMAIN}:
        assert view == idle(DISCOVERY, ADDRESS)
    else:
        assert view.kind == "none"
        assert view.opens is (reason not in {Reason.BAD_NAME, Reason.BUSY})
