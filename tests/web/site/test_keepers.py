"""What is known of providers that keep what POP3 deletes, or have POP3 switched off."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.mailbox import LoginRejected
from app.mailbox.models import Access
from app.pop3 import Capabilities, CommandRejected
from app.transport import Security, Target
from app.web.site.keepers import KEEPERS, kept, switched_off
from app.web.site.problems import describe
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, post_session, running, words

GMAIL = (
    "[SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page "
    "and enable your account for POP access."
)
COUNTS = "Gone from POP3; it may still count on the provider's side: Gmail keeps it"


def mailbox(host: str, *tags: str) -> Any:
    target = Target(host, 995, Security.TLS)
    capabilities = Capabilities(dict.fromkeys(tags, ()))
    listing = SimpleNamespace(access=Access(capabilities))
    return SimpleNamespace(account=SimpleNamespace(target=target), listing=listing)


@pytest.mark.parametrize(
    ("host", "tags", "provider"),
    [
        ("pop.gmail.com", (), "Gmail"),
        ("POP.GMAIL.COM", ("TOP",), "Gmail"),
        ("pop.googlemail.com", (), "Gmail"),
        # a relay of one's own, or Google Workspace under another name
        ("relay.example.net", ("TOP", "X-GOOGLE-RICO"), "Gmail"),
        ("127.0.0.1", ("X-GOOGLE-VERHOEVEN",), "Gmail"),
        ("pop.example.net", ("TOP", "UIDL", "X-ZPOP"), None),
        ("pop.gmail.com.example.net", (), None),
        ("gmail.com", (), None),
        ("pop.mail.yahoo.com", (), None),
    ],
)
def test_who_keeps_what_pop3_deletes(host, tags, provider):
    found = kept(mailbox(host, *tags))
    assert (found.provider if found else None) == provider


def test_its_pages_are_the_providers_own_and_carry_nothing():
    for one in KEEPERS:
        for address in (one.bin, one.settings):
            assert address.startswith("https://mail.google.com/mail/#")
            assert "?" not in address


@pytest.mark.parametrize(
    "reply",
    [
        f"-ERR {GMAIL}",
        "-ERR [SYS/PERM] Your account is not enabled for POP access.",
        "-ERR POP access is disabled for your domain",
        "-ERR [AUTH] POP3 not enabled",
        "-ERR POP3 service is switched off, see your settings",
        "-ERR Your account has not been enabled for POP3",
        "-ERR please enable POP3 in the web interface first",
    ],
)
def test_that_pop3_is_off_is_told_with_what_to_switch_on(reply):
    found = switched_off(reply)
    assert found is not None
    assert found.title == "POP3 is switched off for this mailbox."
    assert "Forwarding and POP/IMAP" in found.advice[-1]
    assert ("your provider's website" in found.advice[0]) is ("Gmail" not in reply)


@pytest.mark.parametrize(
    "reply",
    [
        "-ERR",
        "-ERR [SYS/PERM] not today",
        "-ERR [AUTH] Username and password not accepted.",
        "-ERR [SYS/PERM] AUTH method not implemented",
        "-ERR the POP server is closed at the moment",
        "-ERR popular names are not enabled",
        "-ERR your mailbox is locked by another POP3 session",
    ],
)
def test_other_refusals_are_told_as_before(reply):
    assert switched_off(reply) is None


def test_both_kinds_of_refusal_say_so():
    """Gmail says +OK to PASS and refuses STAT; others refuse PASS."""
    for error in (
        LoginRejected(f"-ERR {GMAIL}", "SYS/PERM"),
        CommandRejected("STAT", "SYS/PERM", GMAIL.partition("] ")[2]),
    ):
        view = describe(error)
        assert view.title == "POP3 is switched off for this mailbox."
        assert view.reply == f"-ERR {GMAIL}"
        assert len(view.advice) == 1
        assert view.advice[0].startswith("Gmail: ")


@pytest.mark.parametrize("verb", ["PASS", "STAT"])
async def test_a_gmail_account_without_pop_is_told_at_the_door(verb):
    off = f"-ERR {GMAIL}\r\n".encode()
    refused = {"PASS": ["PASS"], "STAT": ["STAT", "LIST", "UIDL"]}[verb]
    quirks = Quirks(replies=dict.fromkeys(refused, off))
    async with (
        ScriptedServer(FakeMaildrop(plain(1), quirks=quirks)) as server,
        running() as app,
        http_to(app) as http,
    ):
        page = await Browser(http).sign_in(server)
        assert heading(page) == "POP3 is switched off for this mailbox."
        assert "Forwarding and POP/IMAP" in words(page)
        assert "Please visit your Gmail settings page" in words(page)
        problem = (await post_session(http, server)).json()
        assert problem["title"] == "POP3 is switched off for this mailbox."
        assert problem["code"] in {"login-rejected", "command-rejected"}


@pytest.mark.parametrize("announce", [("X-GOOGLE-RICO",), ()])
async def test_the_review_and_the_receipt_say_what_gmail_keeps(announce):
    fake = FakeMaildrop(plain(3), quirks=Quirks(announce=announce))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        first, *_ = await Script(http, http.cookies["popscope"]).ids()
        page = await browser.open("/mailbox/review")
        assert COUNTS not in words(page), "nothing is marked"
        await browser.send("/mailbox/mark", id=first)
        review = await browser.open("/mailbox/review")
        receipt = await browser.commit()
        assert "The message is gone." in words(receipt)
        for page in (review, receipt):
            assert (COUNTS in words(page)) is bool(announce)
            link = '<a href="https://mail.google.com/mail/#trash" target="_blank" rel="noopener'
            assert (link in page.text) is bool(announce)
        fake.quirks.quit_deletes = False
        second, *_ = await Script(http, http.cookies["popscope"]).ids()
        await browser.send("/mailbox/mark", id=second)
        page = await browser.commit()
        assert "still there" in words(page)
        assert COUNTS not in words(page), "nothing is gone"
