"""Signing in and out by page; what a person sees when a session is over."""

import re

import pytest

from app.mailbox import Credentials
from app.transport import Security, Target
from app.web import DemoAccount
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running, words


async def test_signing_in_opens_the_mailbox_and_the_start_page_leads_there():
    fake = FakeMaildrop(plain(2))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        assert "Open mailbox" in words(await browser.open("/"))
        page = await browser.sign_in(server)
        assert page.url.path == "/mailbox"
        assert (await browser.open("/")).url.path == "/mailbox"
        page = await browser.send("/signout")
        assert page.url.path == "/"
        assert (await browser.open("/mailbox")).url.path == "/"
        assert fake.count("DELE") == 0


@pytest.mark.parametrize(
    ("fields", "word", "begins"),
    [
        ({"username": "  "}, "Type your email address or user name.", "username"),
        ({"password": ""}, "Type your password.", "password"),
        # Searching is off here.
        ({"server": ""}, "Type the name of the mail server", "server"),
        ({"port": "995x"}, "Port: a number from 1 to 65535.", "port"),
        ({"server": "pop.example.net:0", "port": ""}, "Port: a number from 1", "server"),
        ({"security": "ssl"}, "Security: tls, starttls or none.", "security"),
        ({"offered": "elsewhere", "server": ""}, "Type the name of the mail server", "server"),
        ({"password": "a\nb"}, "contains a line break", ""),
    ],
)
async def test_a_form_that_makes_no_sense_comes_back_filled_in(fields, word, begins):
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        page = await Browser(http).sign_in(server, **{"username": "anna@example.net", **fields})
        assert page.status_code == 422
        assert word in words(page)
        assert f'value="{fields.get("username", "anna@example.net")}"' in page.text
        assert "secret" not in page.text
        assert server.connections == 0
        [tag] = re.findall(r"<(\w+ [^>]*) autofocus", page.text)
        assert re.findall(r'\bid="(\w+)"', tag) == ([begins] if begins else [])
        assert ('aria-describedby="wrong"' in tag) == bool(begins)


async def test_the_operators_servers_are_a_choice_and_another_one_can_be_named():
    async with ScriptedServer(FakeMaildrop(plain(1))) as server:
        offered = f"127.0.0.1:{server.port};none, pop.example.net"
        async with running(servers=offered) as app, http_to(app) as http:
            browser = Browser(http)
            page = await browser.open("/")
            options = re.findall(r'<option value="([^"]+)"', page.text.partition("</select>")[0])
            assert options == [
                f"127.0.0.1, port {server.port}, not encrypted",
                "pop.example.net, port 995, TLS",
                "other",
            ]
            fields = {"username": "anna", "password": "secret"}
            page = await browser.send("/signin", **fields, offered=options[0])
            assert page.url.path == "/mailbox"


async def test_where_servers_are_fixed_no_other_can_be_named():
    async with ScriptedServer(FakeMaildrop(plain(1))) as server:
        only = running(servers="pop.example.net", targets="fixed")
        async with only as app, http_to(app) as http:
            browser = Browser(http)
            page = await browser.open("/")
            assert 'name="server"' not in page.text
            assert "pop.example.net" in page.text
            page = await browser.sign_in(server)
            assert (page.status_code, server.connections) == (403, 0)
            assert heading(page) == "Popscope may not connect there."


async def test_the_demo_is_one_button_and_only_where_there_is_one():
    async with ScriptedServer(FakeMaildrop(plain(3))) as server:
        target = Target("127.0.0.1", server.port, Security.NONE)
        demo = DemoAccount(target, Credentials("demo", "secret"))
        async with running(demo=demo) as app, http_to(app) as http:
            browser = Browser(http)
            assert 'action="/demo"' in (await browser.open("/")).text
            page = await browser.send("/demo")
            assert page.url.path == "/mailbox"
            assert "demo mailbox" in words(page)
        async with running() as app, http_to(app) as http:
            browser = Browser(http)
            assert 'action="/demo"' not in (await browser.open("/")).text
            assert (await browser.send("/demo")).url.path == "/"


async def test_a_demo_that_is_in_use_says_so():
    fake = FakeMaildrop(quirks=Quirks(in_use_logins=1))
    async with ScriptedServer(fake) as server:
        target = Target("127.0.0.1", server.port, Security.NONE)
        demo = DemoAccount(target, Credentials("demo", "secret"))
        async with running(demo=demo) as app, http_to(app) as http:
            browser = Browser(http)
            await browser.open("/")
            page = await browser.send("/demo")
            assert (page.status_code, heading(page)) == (
                423,
                "Another program has this mailbox open.",
            )


async def test_an_expired_session_leads_to_the_sign_in_page_and_deletes_nothing():
    fake = FakeMaildrop(plain(2), quirks=Quirks(exclusive=True))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        script = Script(http, http.cookies["popscope"])
        await script.post("/dele", {"ids": await script.ids()})
        sessions = app.state.services.sessions
        later = sessions._clock() + 13 * 3600
        sessions._clock = lambda: later
        for path in ("/mailbox", "/mailbox/review", "/mailbox/receipt", "/mailbox/messages/x"):
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["location"][:7]) == (303, "/?back=")
        page = await browser.commit(count="2")
        assert page.url.path == "/"
        assert "Open mailbox" in words(page)
        looking = await http.get("/mailbox/progress", headers={"HX-Request": "true"})
        assert (looking.status_code, "hx-redirect" in looking.headers) == (401, False)
        htmx = await http.get("/mailbox/list", headers={"HX-Request": "true"})
        assert htmx.headers["hx-redirect"] == "/?back=%2Fmailbox"
        assert (await script.ask("GET", "/session")).status_code == 401
        assert fake.count("DELE") == 0
        assert len(fake.messages) == 2
        assert (await browser.sign_in(server)).url.path == "/mailbox"  # the lock was given back


async def test_too_many_sessions_are_told_on_the_form():
    fake = FakeMaildrop(plain(1))
    async with (
        ScriptedServer(fake) as server,
        running(session_limit=1) as app,
        http_to(app) as one,
        http_to(app) as two,
    ):
        assert (await Browser(one).sign_in(server)).status_code == 200
        page = await Browser(two).sign_in(server)
        assert (page.status_code, heading(page)) == (503, "Too many people are signed in.")


class HashesOnly(FakeMaildrop):
    """Announces CRAM-MD5, and has no password that could check it."""

    async def _auth(self, peer, session, argument: str) -> None:
        if argument != "CRAM-MD5":
            await super()._auth(peer, session, argument)
            return
        await self._challenge(peer, session, b"<1.2@pop.example.net>")
        await peer.send(b"-ERR [AUTH] authentication failed\r\n")

    async def _capa(self, peer, session) -> None:
        await self._listing(peer, "CAPA", b"+OK", [b"USER", b"SASL PLAIN CRAM-MD5", b"UIDL"])


async def test_where_a_proof_was_refused_the_password_itself_is_one_click_away():
    fake = HashesOnly(plain(1))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        page = await browser.sign_in(server)
        assert page.status_code == 401
        assert fake.count("USER") + fake.count("PASS") == 0, "never by itself"
        assert "only a proof of it (CRAM-MD5)" in words(page)
        assert "anyone along the way can read it" in words(page)
        [(name, value)] = re.findall(r'<button name="(\w+)" value="(\w+)"', page.text)
        assert "secret" not in page.text
        fields = {"username": "anna", "password": "secret", name: value}
        place = {"server": server.host, "port": str(server.port), "security": "none"}
        page = await browser.send("/signin", **fields, **place)
        assert page.url.path == "/mailbox"
        assert "signed in by USER/PASS" in words(page)
        assert fake.count("AUTH") == 1


async def test_a_wrong_password_that_was_sent_as_it_is_offers_no_other_way():
    fake = FakeMaildrop()
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        page = await Browser(http).sign_in(server, password="mistaken")
        assert page.status_code == 401
        assert '<button name="auth"' not in page.text
        assert "data-wait" not in page.text


async def test_a_mailbox_in_use_tells_when_to_try_again_and_tries_nothing_itself():
    fake = FakeMaildrop(quirks=Quirks(in_use_logins=1))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        page = await Browser(http).sign_in(server)
        assert (page.status_code, page.headers["retry-after"]) == (423, "30")
        assert "Worth another try in 0:30" in words(page)
        assert 'form="again"' not in page.text, "the password is not in the page"
        assert fake.count("PASS") == 1


async def test_a_session_whose_mailbox_is_in_use_comes_back_by_one_button(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PAUSES", (0.05, 0.05))
    fake = FakeMaildrop(plain(2))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        await browser.send("/mailbox/release")
        fake.quirks.refuse_login = b"-ERR [IN-USE] somebody else"
        page = await browser.send("/mailbox/refresh")
        assert (page.status_code, page.headers["retry-after"]) == (423, "30")
        assert re.search(r'<form id="again" method="post" action="/mailbox/refresh"', page.text)
        assert '<button form="again">' in page.text
        fake.quirks.refuse_login = None
        assert (await browser.send("/mailbox/refresh")).url.path == "/mailbox"


async def test_login_delay_counts_from_the_last_sign_in():
    fake = FakeMaildrop(plain(1), quirks=Quirks(announce=("LOGIN-DELAY 300",)))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        fake.quirks.refuse_login = b"-ERR [LOGIN-DELAY] too soon"
        answer = await script.ask("POST", "/session/refresh")
        assert answer.status_code == 429
        assert 200 < answer.json()["retry_after"] <= 300
        assert answer.headers["retry-after"] == str(answer.json()["retry_after"])
