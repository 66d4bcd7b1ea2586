"""The servers of Debian, one after the other, and mailboxes of the app on them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.mailbox import Account, Mailbox
from app.transport import Dialer, Security, Target, TargetPolicy
from tests.support.certs import Authority
from tests.support.servers import SERVERS, Pop3Server


@pytest.fixture
def dialer(authority: Authority, tmp_path: Path) -> Dialer:
    """Trusts the test's authority, and nothing else but the system's."""
    ca_file = authority.write(tmp_path / "ca.pem")
    return Dialer(TargetPolicy(loopback=True, ports=((1, 65535),)), ca_file=ca_file)


@pytest.fixture(params=SERVERS, scope="module")
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Pop3Server]:
    """One of the servers, for all tests of a file."""
    with SERVERS[request.param](authority=authority) as running:
        yield running


@pytest.fixture
def mailbox_of(server: Pop3Server, dialer: Dialer) -> Callable[..., Mailbox]:
    """Make the app's mailbox for a user of the server, in clear unless told otherwise."""

    def made(user: str, security: Security = Security.NONE) -> Mailbox:
        port = server.tls_port if security is Security.TLS else server.port
        assert port is not None
        return Mailbox(Account(user, Target("localhost", port, security)), dialer)

    return made
