"""TLS that cannot be trusted: plain words on the page and in the API, and nothing was sent."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.certs import LOOPBACK_NAMES, Authority, Leaf, self_signed
from tests.support.outdated import outdated
from tests.support.scripted import ScriptedServer, send, stall, starttls, steps
from tests.web.visiting import QUICK, Browser, heading, http_to, post_session, running, words

PASSWORD = "never to be sent"
SECURITY = ["tls", "starttls"]
READY = send(b"+OK ready\r\n")

CERTIFICATES: dict[str, tuple[Callable[[Authority], Leaf], str, str]] = {
    "another name": (
        Authority.other_name_leaf,
        "The certificate is for another name.",
        "Type the server's name as its certificate has it.",
    ),
    "expired": (
        Authority.expired_leaf,
        "The certificate has expired.",
        "Whoever runs the server must renew it.",
    ),
    "not yet valid": (
        Authority.future_leaf,
        "The certificate is not valid yet.",
        "Check the clock of this machine and of the server.",
    ),
    "self-signed": (
        lambda _: self_signed(),
        "The certificate is self-signed.",
        "POPSCOPE_CA_FILE",
    ),
    "unknown issuer": (
        lambda _: Authority().leaf(),
        "The certificate comes from an unknown issuer.",
        "POPSCOPE_CA_FILE",
    ),
}


@asynccontextmanager
async def visited(server: Any, security: str, ca_file: Any) -> AsyncIterator[tuple[Any, Any]]:
    """What a sign-in there comes to, in the API and on the page."""
    async with running(QUICK, ca_file=ca_file) as app, http_to(app) as http:
        fields = {"server": "localhost", "security": security, "password": PASSWORD}
        answer = await post_session(http, server, **fields)
        assert answer.headers["content-type"] == "application/problem+json"
        page = await Browser(http).sign_in(server, **fields)
        assert PASSWORD not in answer.text + page.text
        yield answer, page


def assert_told(answer: Any, page: Any, title: str, advice: str, code: str = "tls-failed") -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["title"]) == (502, code, title)
    assert (page.status_code, heading(page)) == (502, title)
    for told in (problem["detail"], words(page)):
        assert advice in told
        assert "Your password was not sent." in told


@pytest.mark.parametrize("security", SECURITY)
@pytest.mark.parametrize("wrong", list(CERTIFICATES))
async def test_a_certificate_that_is_wrong(wrong, security, authority, ca_file):
    leaf, title, advice = CERTIFICATES[wrong]
    made = leaf(authority)
    context = made.server_context()
    tls = context if security == "tls" else None
    script = steps(READY, stall()) if tls else steps(READY, starttls(context), stall())
    async with ScriptedServer(script, tls=tls) as server:
        async with visited(server, security, ca_file) as (answer, page):
            assert_told(answer, page, title, advice)
            # What was shown, and the operator's ways out, wherever a certificate is not trusted.
            shown = x509.load_pem_x509_certificate(made.chain)
            told = answer.json()["certificate"]
            assert told["issuer"] == shown.issuer.rfc4514_string()
            assert told["sha256"] == shown.fingerprint(SHA256()).hex(":").upper()
            assert told["begins"] == shown.not_valid_before_utc.isoformat()
            assert told["ends"] == shown.not_valid_after_utc.isoformat()
            names = ["another-host.example"] if "name" in wrong else list(LOOPBACK_NAMES)
            assert told["names"] == names
            day = shown.not_valid_after_utc.date().isoformat()
            for one in (*told["names"], told["issuer"], told["sha256"], day):
                assert one in words(page)
            ways = f"POPSCOPE_SERVERS=localhost:{server.port};{security};unverified"
            for text in (words(page), answer.json()["detail"]):
                assert "POPSCOPE_CA_FILE" in text
                assert ways in text
        assert server.received == ([] if tls else [b"STLS"] * 4)  # twice each: to look at it


@pytest.mark.parametrize("security", SECURITY)
async def test_a_server_with_outdated_tls_only(security, authority, ca_file):
    stls = security == "starttls"
    async with (
        outdated(authority.leaf(), stls=stls, visits=2) as server,
        visited(server, security, ca_file) as (answer, page),
    ):
        title = "The server only supports outdated TLS."
        assert_told(answer, page, title, "Popscope needs TLS 1.2 or later.")
    assert server.shaken == 0
    assert server.received == ([b"STLS\r\n"] * 2 if stls else [])


@pytest.mark.parametrize("injected", [b"+OK logged in\r\n", b"-ERR\r\n", b"+"])
async def test_plaintext_behind_the_answer_to_stls(injected, authority, ca_file):
    context = authority.leaf().server_context()
    script = steps(READY, starttls(context, injected), stall())
    async with ScriptedServer(script) as server:
        async with visited(server, "starttls", ca_file) as (answer, page):
            title = "Somebody may be tampering with this connection."
            assert_told(answer, page, title, "Use TLS on port 995.", "server-misbehaved")
        assert server.received == [b"STLS"] * 2


async def test_stls_that_is_not_offered_is_not_replaced_by_plaintext(authority, ca_file):
    async def refuses(peer):
        await peer.expect(rb"STLS", b"-ERR unknown command\r\n")
        await peer.stall()

    async with ScriptedServer(steps(READY, refuses)) as server:
        async with visited(server, "starttls", ca_file) as (answer, page):
            title = "The server does not offer STARTTLS."
            assert_told(answer, page, title, "Choose TLS (port 995).")
        assert server.received == [b"STLS"] * 2
