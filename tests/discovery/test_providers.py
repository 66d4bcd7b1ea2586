import re
from importlib import resources

import pytest

from app.discovery import Quirk
from app.discovery.addresses import host_name
from app.discovery.models import DOMAIN, LOCAL, WHOLE
from app.discovery.providers import LISTED, PROVIDERS, by_domain, by_exchanger
from app.transport import Security

WAYS = {(Security.TLS, 995), (Security.STARTTLS, 110), (Security.NONE, 110)}


def test_every_provider_makes_sense():
    domains = [domain for one in (*PROVIDERS, *LISTED) for domain in one.domains.split()]
    assert len(domains) == len(set(domains)) > 900, "each is told once"
    for one in (*PROVIDERS, *LISTED):
        names = [*one.domains.split(), *one.exchangers.split(), *([one.host] if one.host else [])]
        assert [host_name(name) for name in names] == names, one.name
        assert one.domains, one.name
        assert one.name.strip() == one.name != ""
        assert one.username in {WHOLE, LOCAL, f"{LOCAL}.{DOMAIN}"}
        if one.host:
            assert (one.target.security, one.target.port) in WAYS, one.name
        else:
            assert not one.quirks


def test_of_providers_whose_servers_are_known_better_all_have_tls():
    for one in PROVIDERS:
        assert (one.security, one.port) == (Security.TLS, 995)


def test_no_domain_stands_for_all_of_a_country_or_registry():
    """Such as co.uk, ne.jp or com.br: the name of no provider, and of everybody's addresses."""
    general = re.compile(r"(ac|ad|co|com|ed|edu|go|gov|gr|lg|ne|net|or|org)\.[a-z]{2}")
    for one in LISTED:
        for domain in one.domains.split():
            assert not general.fullmatch(domain), domain
            assert len(domain.rpartition(".")[2]) <= 3 or domain.endswith(".info"), domain


def test_the_list_is_in_order_and_tells_where_it_comes_from():
    text = (resources.files("app.discovery") / "providers.tsv").read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert "thunderbird/autoconfig" in comments[0]
    assert lines == sorted(lines, key=str.casefold)
    assert len(lines) == len(LISTED) > 120
    for line in lines:
        assert len(line.split("\t")) == 6, line
        assert line.split("\t")[5].split() == sorted(line.split("\t")[5].split())


def test_by_domain():
    gmail, proton = by_domain("gmail.com"), by_domain("proton.me")
    assert gmail is not None
    assert gmail.host == "pop.gmail.com"
    assert proton is not None
    assert proton.host == ""
    assert by_domain("mail.gmail.com") is None
    assert by_domain("example.net") is None


@pytest.mark.parametrize(
    ("domain", "host", "quirks"),
    [
        ("gmx.ca", "pop.gmx.com", (Quirk.SWITCH_ON,)),
        ("dr.com", "pop.mail.com", (Quirk.PAID, Quirk.SWITCH_ON)),
        ("hotmail.cl", "outlook.office365.com", (Quirk.OAUTH_ONLY, Quirk.SWITCH_ON)),
        ("posteo.jp", "posteo.de", ()),
        ("sky.com", "pop.tools.sky.com", ()),
        # our own line goes before the list's, which has another server
        ("online.de", "pop.ionos.de", ()),
        ("sofortsurf.de", "pop.1und1.de", ()),
    ],
)
def test_what_is_known_of_a_server_holds_for_its_listed_domains(domain, host, quirks):
    found = by_domain(domain)
    assert found is not None
    assert (found.host, found.quirks) == (host, quirks)


@pytest.mark.parametrize(
    "domain",
    ["yahoo.com", "ymail.com", "rocketmail.com", "cox.net", "aol.com", "aol.com.br", "cs.com",
     "verizon.net", "netscape.net", "att.net", "sbcglobal.net", "bellsouth.net", "currently.com"],
)  # fmt: skip
def test_where_app_passwords_are_withdrawn_they_may_be_refused(domain):
    found = by_domain(domain)
    assert found is not None
    assert found.quirks == (Quirk.MAY_REFUSE,)


def test_by_exchanger():
    google = by_exchanger(["mx.example.net", "aspmx.l.google.com"])
    assert google is not None
    assert google.name == "Gmail"
    assert by_exchanger(["google.com.evil.test", "notgoogle.com"]) is None
    assert by_exchanger([]) is None


@pytest.mark.parametrize(
    ("exchanger", "name"),
    [
        ("mta5.am0.yahoodns.net", "Yahoo"),
        ("mx-aol.mail.gm0.yahoodns.net", "AOL"),
        ("spool.mail.gandi.net", "Gandi"),
        ("mx00.kundenserver.de", "IONOS"),
        ("mx2.ovh.net", "OVH"),
        ("net", None),
        ("mx.gandi.net.evil.test", None),
    ],
)
def test_an_exchanger_in_a_domain_of_the_list(exchanger, name):
    found = by_exchanger([exchanger])
    assert (found.name if found else None) == name
