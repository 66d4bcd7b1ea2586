"""Signing in to Dovecot by every means there is, with right and wrong secrets, in clear and by TLS.

Dovecot's own plugin asks an authorisation server about tokens; a small one runs here for it.
"""

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest

from app.mailbox import Account, Credentials, LoginRejected, Mailbox
from app.mailbox.ways import MEANS, TOKEN_MEANS
from app.transport import Dialer, Security, Target
from tests.mailbox.opening import line_of, reader
from tests.support.certs import Authority
from tests.support.dovecot import ALL_MECHANISMS, PASSWORD, Dovecot
from tests.support.servers import SERVERS

pytestmark = pytest.mark.interop
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0." + "x" * 1500
NO_PENALTY = """
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""


class Introspection(BaseHTTPRequestHandler):
    """RFC 7662, for one token."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        good = parse_qs(body).get("token") == [TOKEN]
        answer = {"active": True, "username": "anna"} if good else {"active": False}
        said = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of an authorisation server."""
    with HTTPServer(("127.0.0.1", 0), Introspection) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/introspect"
        server.shutdown()
        thread.join(5)


@pytest.fixture(scope="module")
def every_means(authority: Authority, issuer: str) -> Iterator[Dovecot]:
    """A Dovecot that knows passwords, tokens, and all mechanisms."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        conf = Path(folder, "oauth2.conf")
        conf.write_text(
            f"introspection_mode = post\nintrospection_url = {issuer}\n"
            "force_introspection = yes\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
        passdb = (
            f"passdb {{\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = {conf}\n}}"
        )
        server = Dovecot(
            authority=authority,
            mechanisms=[*ALL_MECHANISMS, "apop"],
            settings={"auth_username_chars": ""},  # all of them
            extra=f"{NO_PENALTY}\n{passdb}\n",
        )
        with server:
            yield server


def secret_for(means: str | None) -> str:
    return TOKEN if means in TOKEN_MEANS else PASSWORD


async def opened(dialer: Dialer, server: Dovecot, security: Security, who: Credentials) -> Mailbox:
    """A mailbox that was listed, given back, and listed again."""
    port = server.tls_port if security is Security.TLS else server.port
    mailbox = Mailbox(Account(who.username, Target("localhost", port, security)), dialer)
    try:
        await line_of(mailbox, lambda: who).hold()
        await reader(mailbox, lambda: who).refresh()
    finally:
        await mailbox.close()
    return mailbox


@pytest.mark.parametrize("security", list(Security))
@pytest.mark.parametrize("means", [None, *sorted(MEANS)])
async def test_every_means_opens_the_mailbox(every_means, dialer, means, security) -> None:
    secret = secret_for(means)
    credentials = Credentials("anna", secret, means)
    mailbox = await opened(dialer, every_means, security, credentials)
    assert mailbox.listing.access.means == (means or "SCRAM-SHA-256")
    said = "\n".join(line.text for line in mailbox.transcript.lines())
    assert secret not in said
    assert secret[:40] not in said


@pytest.mark.parametrize("means", [None, *sorted(MEANS)])
async def test_a_wrong_secret_is_refused_in_one_try(every_means, dialer, means) -> None:
    credentials = Credentials("anna", f"wrong-{secret_for(means)}", means)
    before = len(every_means.log)
    with pytest.raises(LoginRejected) as caught:
        await opened(dialer, every_means, Security.TLS, credentials)
    error = caught.value
    assert error.code == "AUTH"
    assert error.means == (means or "SCRAM-SHA-256")
    assert error.instead == ("PLAIN" if means is None else "")
    if means in TOKEN_MEANS:
        assert error.status in {"401", "invalid_token"}
    assert credentials.password not in repr(vars(error))
    log = every_means.log[before:]
    assert "2 attempts" not in log


@pytest.mark.parametrize("name", ["zoë", "anna=b,c"])
@pytest.mark.parametrize("means", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"])
async def test_names_beyond_ascii_go_by_sasl(every_means, dialer, name, means) -> None:
    who = Credentials(name, PASSWORD, means)
    mailbox = await opened(dialer, every_means, Security.STARTTLS, who)
    assert mailbox.listing.access.means == means


async def test_names_beyond_ascii_go_by_user_and_pass(every_means, dialer) -> None:
    who = Credentials("zoë", PASSWORD, "USER")
    mailbox = await opened(dialer, every_means, Security.STARTTLS, who)
    assert mailbox.listing.access.means == "USER"


async def test_a_server_that_holds_only_a_hash_is_opened_with_the_password_itself(
    authority, dialer
) -> None:
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    with Dovecot(authority=authority, stored=f"{{SHA}}{digest}", extra=NO_PENALTY) as server:
        with pytest.raises(LoginRejected) as caught:
            await opened(dialer, server, Security.TLS, Credentials("anna", PASSWORD))
        assert (caught.value.means, caught.value.instead) == ("SCRAM-SHA-256", "PLAIN")
        again = Credentials("anna", PASSWORD, caught.value.instead)
        mailbox = await opened(dialer, server, Security.TLS, again)
        assert mailbox.listing.access.means == "PLAIN"


async def test_mail_with_utf_8_headers_comes_as_it_was_delivered(authority, dialer) -> None:
    """Without UTF8, Courier sends "Cannot display Unicode content" in its place."""
    raw = "From: zoë <zoë@exämple.org>\r\nSubject: Grüße\r\n\r\nhällo\r\n".encode()
    with SERVERS["courier"](authority=authority) as server:
        user, password = server.mailbox()
        server.deliver(user, raw)
        mailbox = Mailbox(Account(user, Target("localhost", server.port, Security.NONE)), dialer)
        who = Credentials(user, password)
        try:
            await line_of(mailbox, lambda: who).hold()
            [message] = mailbox.index
            async with reader(mailbox, lambda: who).retr(message.id) as (_, body):
                assert b"".join([block async for block in body]) == raw
            await mailbox.headers.loaded()
            assert message.summary is not None
            assert message.summary.subject == "Grüße"
        finally:
            await mailbox.close()
