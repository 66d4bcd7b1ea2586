"""Questions to a real name server."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from app.discovery import Lookups, NameServer
from app.discovery.lookups import DnsRecord, SrvServices, in_order
from app.transport import Security, Target
from tests.support.dnsmasq import Dnsmasq

pytestmark = pytest.mark.interop

RECORDS = [
    "srv-host=_pop3s._tcp.tls.test,pop.tls.test,995,0,1",
    "srv-host=_pop3._tcp.tls.test,plain.tls.test,110,0,1",
    "srv-host=_pop3._tcp.starttls.test,POP.starttls.test,1110,0,1",
    "srv-host=_pop3s._tcp.many.test,last.many.test,995,20,1",
    "srv-host=_pop3s._tcp.many.test,first.many.test,995,1,1",
    "srv-host=_pop3s._tcp.many.test,second.many.test,1995,10,1",
    "srv-host=_pop3s._tcp.none.test",
    "srv-host=_pop3._tcp.none.test",
    "srv-host=_pop3s._tcp.notls.test",
    "srv-host=_pop3._tcp.notls.test,pop.notls.test,110,0,0",
    "srv-host=_pop3s._tcp.zero.test,pop.zero.test,0,0,0",
    "srv-host=_pop3s._tcp.odd.test,localhost,995,0,0",
    *(f"srv-host=_pop3s._tcp.crowd.test,h{n}.crowd.test,995,0,1" for n in range(200)),
    "mx-host=mail.test,two.mail.test,20",
    "mx-host=mail.test,one.mail.test,10",
    "host-record=pop.tls.test,127.0.0.5,::1",
    "cname=alias.tls.test,pop.tls.test",
]


@pytest.fixture(scope="module")
def names() -> Iterator[Dnsmasq]:
    with Dnsmasq(RECORDS) as running:
        yield running


@pytest.fixture
def lookups(names: Dnsmasq) -> Lookups:
    return Lookups([NameServer(names.host, names.port)])


@pytest.mark.parametrize(
    ("domain", "targets", "declined"),
    [
        ("tls.test", [("pop.tls.test", 995, Security.TLS)], False),
        ("starttls.test", [("pop.starttls.test", 1110, Security.STARTTLS)], False),
        (
            "many.test",
            [
                ("first.many.test", 995, Security.TLS),
                ("second.many.test", 1995, Security.TLS),
                ("last.many.test", 995, Security.TLS),
            ],
            False,
        ),
        ("none.test", [], True),
        ("notls.test", [("pop.notls.test", 110, Security.STARTTLS)], False),
        ("zero.test", [], False),
        ("odd.test", [], False),
        ("nobody.test", [], False),
    ],
)
async def test_what_a_domain_says_of_itself(lookups, domain, targets, declined):
    expected = SrvServices(tuple(Target(*one) for one in targets), declined)
    assert await lookups.services(domain) == expected


async def test_mail_exchangers_the_preferred_first(lookups):
    assert await lookups.exchangers("mail.test") == ["one.mail.test", "two.mail.test"]
    assert await lookups.exchangers("nobody.test") == []


async def test_addresses(lookups):
    assert await lookups.addresses("pop.tls.test", 995) == ["127.0.0.5", "::1"]
    assert await lookups.addresses("alias.tls.test", 995) == ["127.0.0.5", "::1"]
    assert await lookups.addresses("10.0.0.1", 995) == ["10.0.0.1"]
    for name in ("nobody.test", "a b", "", "x" * 300):
        with pytest.raises(OSError, match="no such name"):
            await lookups.addresses(name, 995)


async def test_a_name_server_that_is_not_there_is_no_answer():
    lookups = Lookups([NameServer("127.0.0.1", 1)], patience=0.2)
    assert await lookups.services("tls.test") == SrvServices()
    assert await lookups.exchangers("tls.test") == []


def test_priority_comes_before_weight_and_weight_is_a_matter_of_chance():
    records = [
        DnsRecord(10, 90, 995, "heavy"),
        DnsRecord(10, 10, 995, "light"),
        DnsRecord(10, 0, 995, "feather"),
        DnsRecord(1, 0, 995, "preferred"),
        DnsRecord(99, 65535, 995, "spare"),
    ]
    chance = random.Random(6186)
    orders = [[r.target for r in in_order(records, chance)] for _ in range(2000)]
    assert all(order[0] == "preferred" and order[-1] == "spare" for order in orders)
    assert all(sorted(order) == sorted(r.target for r in records) for order in orders)
    second = Counter(order[1] for order in orders)
    assert 0.85 < second["heavy"] / 2000 < 0.95
    assert 0.05 < second["light"] / 2000 < 0.15
    assert 0 < second["feather"] < 100  # a very small chance, but one


async def test_of_a_crowd_of_records_only_some_are_put_in_order(lookups):
    assert len(await lookups._records("_pop3s._tcp.crowd.test")) == 50
    assert len((await lookups.services("crowd.test")).targets) == 10
