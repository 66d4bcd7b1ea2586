from app.discovery.addresses import host_name
from app.discovery.providers import PROVIDERS, by_domain, by_exchanger
from app.transport import Security


def test_every_provider_makes_sense():
    domains = [domain for one in PROVIDERS for domain in one.domains.split()]
    assert len(domains) == len(set(domains)) > 100
    for one in PROVIDERS:
        names = [*one.domains.split(), *one.exchangers.split(), *([one.host] if one.host else [])]
        assert [host_name(name) for name in names] == names, one.name
        assert one.name
        if one.host:
            assert (one.target.security, one.target.port) == (Security.TLS, 995)
        else:
            assert not one.quirks


def test_by_domain():
    gmail, proton = by_domain("gmail.com"), by_domain("proton.me")
    assert gmail is not None
    assert gmail.host == "pop.gmail.com"
    assert proton is not None
    assert proton.host == ""
    assert by_domain("mail.gmail.com") is None
    assert by_domain("example.net") is None


def test_by_exchanger():
    google = by_exchanger(["mx.example.net", "aspmx.l.google.com"])
    assert google is not None
    assert google.name == "Gmail"
    assert by_exchanger(["google.com.evil.test", "notgoogle.com"]) is None
    assert by_exchanger([]) is None
