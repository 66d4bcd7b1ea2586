"""The search, against a real name server, real web servers and a real mail server."""

import asyncio
from functools import partial

import pytest

from app.discovery import Budget, Found, NotFound, Quirk, Reason, Source
from app.gate import Gate, Rates, client
from app.transport import Reach, Security, Target
from tests.support.dovecot import Dovecot
from tests.support.webserver import Reply

from .finding import PATH, WELL_KNOWN, published, world

pytestmark = pytest.mark.interop
ANNA = "anna@example.test"
TLS = Target("pop.example.test", 995, Security.TLS)
SRV = "srv-host=_pop3s._tcp.example.test,pop.example.test,995,0,1"
POP = "host-record=pop.example.test,127.0.0.1"
AUTO = "host-record=autoconfig.example.test,127.0.0.1"
APEX = "host-record=example.test,127.0.0.1"
MX = "mx-host=example.test,aspmx.l.google.com,1"


@pytest.fixture
def searching(authority, ca_file):
    return partial(world, authority, ca_file)


async def test_srv_is_believed_within_the_domain(searching):
    async with searching(SRV, POP, AUTO) as there:
        found = await there.discovery.find("Anna@Example.Test")
        assert found == Found(TLS, Source.SRV, "Anna@Example.Test", "example.test")
        assert found.sure
        assert there.fetched == []  # nothing after that


async def test_srv_outside_the_domain_wants_a_look(searching):
    srv = "srv-host=_pop3s._tcp.example.test,pop.hoster.test,995,0,1"
    async with searching(srv, "host-record=pop.hoster.test,127.0.0.1") as there:
        found = await there.discovery.find(ANNA)
        assert isinstance(found, Found)
        assert (found.target.host, found.foreign, found.sure) == ("pop.hoster.test", True, False)


async def test_a_domain_that_says_it_has_no_pop3_ends_the_search(searching):
    none = ("srv-host=_pop3s._tcp.example.test", "srv-host=_pop3._tcp.example.test")
    pages = {f"autoconfig.example.test{PATH}": published("pop.example.test")}
    async with searching(*none, POP, AUTO, MX, https=pages) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.NO_POP3, "example.test")
        assert there.fetched == []
        assert not [name for name in there.names.asked if name.startswith("A ") and "pop" in name]


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.0", "100.100.100.200", "224.0.0.1", "fe80::1"]
)
async def test_srv_that_leads_where_nobody_may_go(searching, address):
    async with searching(SRV, f"host-record=pop.example.test,{address}") as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.NOT_ALLOWED, "example.test")


async def test_srv_to_a_port_that_is_not_allowed(searching):
    reach = {"ports": ((110, 110),)}
    async with searching(SRV, POP, reach=reach) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.NOT_ALLOWED, "example.test")


async def test_the_next_srv_where_the_first_may_not_be_reached(searching):
    bad = "srv-host=_pop3s._tcp.example.test,metadata.example.test,995,0,1"
    worse = "host-record=metadata.example.test,169.254.169.254"
    good = "srv-host=_pop3s._tcp.example.test,pop.example.test,995,9,1"
    async with searching(bad, worse, good, POP) as there:
        found = await there.discovery.find(ANNA)
        assert isinstance(found, Found)
        assert found.target == TLS


@pytest.mark.parametrize("where", [f"autoconfig.example.test{PATH}", f"example.test{WELL_KNOWN}"])
async def test_what_a_domain_publishes(searching, where):
    pages = {where: published("pop.example.test", user="%EMAILLOCALPART%")}
    async with searching(AUTO, APEX, POP, https=pages) as there:
        found = await there.discovery.find(ANNA)
        assert found == Found(TLS, Source.AUTOCONFIG, "anna", "example.test")
        # Of the address, the domain alone leaves this machine.
        assert not [line for line in there.fetched + there.names.asked if "anna" in line]
        assert there.http.requests == []


async def test_published_over_http_it_is_a_suggestion_alone(searching):
    pages = {f"autoconfig.example.test{PATH}": published("pop.example.test")}
    async with searching(AUTO, POP, http=pages) as there:
        found = await there.discovery.find(ANNA)
        assert found == Found(TLS, Source.AUTOCONFIG, ANNA, "example.test", sure=False)


async def test_a_web_server_that_says_yes_to_everything_publishes_nothing(searching):
    page = Reply(b"<!DOCTYPE html><html><body>Welcome</body></html>")
    pages = {f"example.test{WELL_KNOWN}": page}
    plain = {f"autoconfig.example.test{PATH}": published("pop.example.test")}
    async with searching(AUTO, APEX, POP, https=pages, http=plain) as there:
        found = await there.discovery.find(ANNA)
        assert isinstance(found, Found)
        assert (found.source, found.sure) == (Source.AUTOCONFIG, False)


async def test_what_https_says_is_not_asked_again_over_http(searching):
    where = f"autoconfig.example.test{PATH}"
    pages = {where: published("pop.example.test", 110, "plain")}
    tempting = {where: published("pop.example.test")}
    async with searching(AUTO, POP, https=pages, http=tempting) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.PLAINTEXT, "example.test")
        assert there.http.requests == []


@pytest.mark.parametrize("tls", [True, False])
async def test_plaintext_is_never_chosen(searching, tls):
    pages = {
        f"autoconfig.example.test{PATH}": published("pop.example.test", 110, "plain"),
    }
    given = {"https": pages} if tls else {"http": pages}
    async with searching(AUTO, POP, **given) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.PLAINTEXT, "example.test")


async def test_published_servers_are_judged_too(searching):
    pages = {f"autoconfig.example.test{PATH}": published("metadata.example.test")}
    bad = "host-record=metadata.example.test,169.254.169.254"
    async with searching(AUTO, bad, https=pages) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.NOT_ALLOWED, "example.test")


async def test_settings_are_not_fetched_from_the_machine_of_the_cloud(searching):
    bad = "host-record=autoconfig.example.test,169.254.169.254"
    worse = "host-record=example.test,::ffff:169.254.169.254"
    async with searching(bad, worse) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.NOTHING, "example.test")
        assert there.fetched == []


async def test_a_redirect_is_as_good_as_none(searching):
    to = Reply(b"", 302, {"Location": "http://169.254.169.254/"})
    pages = {f"autoconfig.example.test{PATH}": to}
    async with searching(AUTO, https=pages) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.NOTHING, "example.test")


async def test_mail_kept_at_a_known_provider(searching):
    async with searching(MX) as there:
        found = await there.discovery.find(ANNA)
        assert isinstance(found, Found)
        assert (found.target.host, found.source) == ("pop.gmail.com", Source.MX)
        assert (found.foreign, found.sure, found.username) == (True, False, ANNA)
    async with searching("mx-host=example.test,mail.protonmail.ch,1") as there:
        assert await there.discovery.find(ANNA) == NotFound(
            Reason.PROVIDER_WITHOUT, "example.test", "Proton"
        )


@pytest.mark.parametrize("name", ["pop", "pop3", "mail", ""])
async def test_a_guess_that_answers_over_tls(searching, authority, name):
    host = f"{name}.example.test".lstrip(".")
    with Dovecot(authority=authority, certificate=authority.leaf(host)) as server:
        ports = (server.tls_port, 1)
        async with searching(f"host-record={host},127.0.0.1", ports=ports) as there:
            found = await there.discovery.find(ANNA)
            target = Target(host, server.tls_port, Security.TLS)
            assert found == Found(target, Source.GUESS, ANNA, "example.test")


async def test_a_guess_that_answers_over_starttls_alone(searching, authority):
    leaf = authority.leaf("mail.example.test")
    with Dovecot(authority=authority, certificate=leaf) as server:
        mail = "host-record=mail.example.test,127.0.0.1"
        async with searching(mail, ports=(1, server.port)) as there:
            found = await there.discovery.find(ANNA)
            assert isinstance(found, Found)
            assert found.target.security is Security.STARTTLS


async def test_a_guess_with_a_wrong_certificate_or_without_any_is_none(searching, authority):
    with Dovecot(authority=authority, certificate=authority.leaf("other.test")) as server:
        async with searching(POP, ports=(server.tls_port, server.port)) as there:
            assert await there.discovery.find(ANNA) == NotFound(Reason.NOTHING, "example.test")
    with Dovecot(tls=False) as server:
        async with searching(POP, ports=(server.port, server.port)) as there:
            assert await there.discovery.find(ANNA) == NotFound(Reason.NOTHING, "example.test")


async def test_a_server_known_without_encryption_is_chosen_only_where_it_has_it_now(
    searching, authority
):
    """Of nifty.com it is known that POP3 is in clear, on port 110, and wants the local part."""
    at = "host-record=pop.nifty.com,127.0.0.1"
    plain = NotFound(Reason.PLAINTEXT, "nifty.com", "@nifty", "pop.nifty.com")
    async with searching(at) as there:  # nothing answers with encryption
        assert await there.discovery.find("anna@nifty.com") == plain
    with Dovecot(authority=authority, certificate=authority.leaf("pop.nifty.com")) as server:
        async with searching(at, ports=(server.tls_port, 1)) as there:
            target = Target("pop.nifty.com", server.tls_port, Security.TLS)
            found = await there.discovery.find("anna@nifty.com")
            assert found == Found(target, Source.GUESS, "anna", "nifty.com")
    async with searching(lookups=None) as there:
        assert await there.discovery.find("anna@nifty.com") == plain
        assert there.discovery.remembered("anna@nifty.com") == plain
    async with searching("mx-host=example.test,mx.nifty.com,1") as there:
        found = await there.discovery.find(ANNA)
        assert found == NotFound(Reason.PLAINTEXT, "example.test", "@nifty", "pop.nifty.com")


async def test_the_list_of_providers_needs_no_question_and_fills_in_the_name(searching):
    async with searching() as there:
        for address, host, security, name in (
            ("anna@sky.com", "pop.tools.sky.com", Security.TLS, "anna@sky.com"),
            ("anna@uol.com.br", "pop3.uol.com.br", Security.TLS, "anna"),
            ("anna@tim.it", "pop.tim.it", Security.STARTTLS, "anna@tim.it"),
            ("anna@rr.iij4u.or.jp", "mbox.iij4u.or.jp", Security.STARTTLS, "anna.rr.iij4u.or.jp"),
        ):
            found = await there.discovery.find(address)
            assert isinstance(found, Found), address
            assert (found.source, found.sure) == (Source.KNOWN, True)
            assert (found.target.security, found.target.host) == (security, host)
            assert found.username == name
        assert there.names.asked == []


async def test_idn_domains_are_asked_for_in_ascii(searching):
    srv = "srv-host=_pop3s._tcp.xn--mller-kva.test,pop.xn--mller-kva.test,995,0,1"
    async with searching(srv, "host-record=pop.xn--mller-kva.test,127.0.0.1") as there:
        found = await there.discovery.find("anna@MÜLLER.test")
        assert isinstance(found, Found)
        assert (found.target.host, found.domain) == ("pop.xn--mller-kva.test", "müller.test")
        assert (found.username, found.foreign) == ("anna@MÜLLER.test", False)


async def test_known_providers_and_offered_servers_need_no_question(searching):
    async with searching() as there:
        found = await there.discovery.find("anna@gmail.com")
        assert isinstance(found, Found)
        assert (found.source, found.target.host) == (Source.KNOWN, "pop.gmail.com")
        assert Quirk.FOR_APPS in found.quirks
        assert found.sure
        assert await there.discovery.find("anna@icloud.com") == NotFound(
            Reason.PROVIDER_WITHOUT, "icloud.com", "iCloud"
        )
    own = (Target("pop.a.test", 110, Security.NONE), Target("b.test", 995, Security.TLS))
    async with searching(offered=own) as there:
        for address, target in (("x@a.test", own[0]), ("x@b.test", own[1])):
            found = await there.discovery.find(address)
            assert found == Found(target, Source.OFFERED, address, address[2:])
        found = await there.discovery.find("x@gmail.com")
        assert isinstance(found, Found)
        assert found.source is Source.KNOWN
    async with searching(offered=own[:1]) as there:
        found = await there.discovery.find("x@gmail.com")
        assert isinstance(found, Found)
        assert found.target == own[0]


async def test_a_mere_user_name_is_for_the_operators_first_server(searching):
    own = (Target("pop.a.test", 110, Security.NONE), Target("b.test", 995, Security.TLS))
    async with searching(offered=own) as there:
        for find in (there.discovery.find, _remembered(there.discovery)):
            assert await find(" anna ") == Found(own[0], Source.OFFERED, "anna", "")
            for typed in ("", "anna@", "an na@b.test", "anna@b"):
                assert isinstance(await find(typed), NotFound)
    fixed = {"reach": Reach.FIXED, "offered": frozenset({("pop.a.test", 110)})}
    async with searching(offered=own, lookups=None, reach=fixed) as there:
        for address, target in (("x@b.test", own[1]), ("x@gmail.com", own[0])):
            found = await there.discovery.find(address)
            assert isinstance(found, Found)
            assert found.target == target


def _remembered(discovery):
    async def find(text):
        return discovery.remembered(text)

    return find


async def test_a_provider_that_the_operator_does_not_allow(searching):
    async with searching(reach={"ports": ((110, 110),)}) as there:
        found = await there.discovery.find("anna@gmail.com")
        assert found == NotFound(Reason.NOT_ALLOWED, "gmail.com")
    async with searching(reach={"reach": Reach.FIXED}) as there:  # fixed, and none offered
        found = await there.discovery.find("anna@gmail.com")
        assert found == NotFound(Reason.NOT_ALLOWED, "gmail.com")


async def test_switched_off_it_asks_nobody(searching):
    async with searching(SRV, POP, lookups=None) as there:
        assert not there.discovery.searches
        asked = len(there.names.asked)
        assert await there.discovery.find(ANNA) == NotFound(Reason.OFF, "example.test")
        assert isinstance(await there.discovery.find("anna@gmail.com"), Found)
        assert len(there.names.asked) == asked


@pytest.mark.parametrize(
    "typed", ["anna", "an na@example.test", "anna@[::1]", "a\r\nb@example.test"]
)
async def test_what_makes_no_sense_asks_nobody(searching, typed):
    async with searching(SRV) as there:
        asked = len(there.names.asked)
        assert isinstance(await there.discovery.find(typed), NotFound)
        assert len(there.names.asked) == asked


async def test_answers_are_remembered_by_domain_for_a_while(searching):
    now = [0.0]
    budget = Budget(found_for=600, missed_for=60, kept=2)
    async with searching(SRV, POP, budget=budget, clock=lambda: now[0]) as there:
        first = await there.discovery.find(ANNA)
        asked = len(there.names.asked)
        second = await there.discovery.find("bob@example.test")
        assert len(there.names.asked) == asked
        assert isinstance(first, Found)
        assert isinstance(second, Found)
        assert (second.target, second.username) == (first.target, "bob@example.test")
        now[0] = 601
        await there.discovery.find(ANNA)
        assert len(there.names.asked) > asked
        for number in range(5):
            await there.discovery.find(f"x@n{number}.test")
        assert len(there.discovery._kept) == 2
        assert "anna" not in repr(there.discovery._kept)


async def test_one_search_a_domain_at_a_time_and_no_more_than_the_pace(searching):
    gate = Gate(Rates(searches_client="2/minute"))
    async with searching(SRV, POP, gate=gate) as there:
        client.set("somebody")
        many = await asyncio.gather(*(there.discovery.find(f"u{n}@example.test") for n in range(9)))
        assert all(isinstance(found, Found) for found in many)
        questions = [name for name in there.names.asked if name.startswith("SRV")]
        assert sorted(questions) == [
            "SRV _pop3._tcp.example.test",
            "SRV _pop3s._tcp.example.test",
        ]
        assert isinstance(await there.discovery.find("x@n1.test"), NotFound)
        busy = await there.discovery.find("x@n2.test")
        assert busy == NotFound(Reason.BUSY, "n2.test")
        client.set("somebody else")
        other = await there.discovery.find("x@n2.test")
        assert other == NotFound(Reason.NOTHING, "n2.test")


async def test_what_others_searched_for_is_searched_for_again(searching):
    """Else the time an answer takes would tell that somebody did."""
    async with searching(SRV, POP) as there:
        asked = []
        for who in ("somebody", "somebody else", "somebody"):
            client.set(who)
            before = len(there.names.asked)
            assert isinstance(await there.discovery.find(ANNA), Found)
            asked.append(len(there.names.asked) - before)
            assert there.discovery.remembered(ANNA) is not None
        assert asked[0] == asked[1] > 0
        assert asked[2] == 0
        client.set("a third")
        assert there.discovery.remembered(ANNA) is None


async def test_some_at_once_for_each_client(searching):
    async with searching(SRV, POP, budget=Budget(each=1)) as there:
        client.set("somebody")
        first = asyncio.create_task(there.discovery.find(ANNA))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        busy = await there.discovery.find("x@n1.test")
        assert busy == NotFound(Reason.BUSY, "n1.test")
        client.set("somebody else")
        assert await there.discovery.find("x@n1.test") != busy
        assert isinstance(await first, Found)


async def test_whoever_leaves_does_not_end_the_search_of_others(searching):
    async with searching(SRV, POP) as there:
        leaving = asyncio.create_task(there.discovery.find(ANNA))
        staying = asyncio.create_task(there.discovery.find("bob@example.test"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        leaving.cancel()
        assert isinstance(await staying, Found)


async def test_a_search_ends_in_time(searching):
    slow = Reply(_never, 200)
    pages = {f"autoconfig.example.test{PATH}": slow}
    async with searching(AUTO, https=pages, budget=Budget(seconds=0.3)) as there:
        assert await there.discovery.find(ANNA) == NotFound(Reason.TOO_SLOW, "example.test")
        assert not there.discovery._running


async def _never():
    yield b"<"
    await asyncio.sleep(30)
