"""Every variable: good values, bad ones and the words for them, and what `settings` prints."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import OfferedServer, PortRange, Settings
from app.transport import Reach, Security


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variable of ours and no .env file, but what a test makes."""
    for name in list(os.environ):
        if name.upper().startswith("POPSCOPE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"POPSCOPE_{name}", value)
    return Settings()


def test_without_any_variable_the_defaults_hold():
    settings = Settings()
    assert settings.servers == ()
    assert settings.targets is Reach.LAN
    assert settings.ports == (PortRange(110, 110), PortRange(995, 995))
    assert settings.allow_loopback is False
    assert settings.allow_insecure_http is False
    assert settings.ca_file is None
    assert settings.public_origin is None
    assert settings.trusted_proxy is None
    assert (settings.idle_release, settings.session_idle, settings.session_max) == (60, 1800, 43200)
    assert settings.session_limit == 200
    assert (settings.connection_limit, settings.connection_limit_client) == (512, 256)


@pytest.mark.parametrize(
    ("text", "host", "port", "security", "verified"),
    [
        ("pop.example.net", "pop.example.net", 995, Security.TLS, True),
        ("pop.example.net:995", "pop.example.net", 995, Security.TLS, True),
        ("pop.example.net:110", "pop.example.net", 110, Security.STARTTLS, True),
        ("pop.example.net;starttls", "pop.example.net", 110, Security.STARTTLS, True),
        ("pop.example.net;none", "pop.example.net", 110, Security.NONE, True),
        ("pop.example.net:2110;none", "pop.example.net", 2110, Security.NONE, True),
        ("POP.Example.Net.;tls", "pop.example.net", 995, Security.TLS, True),
        ("10.0.0.1:995;tls;unverified", "10.0.0.1", 995, Security.TLS, False),
        ("pop.lan;unverified", "pop.lan", 995, Security.TLS, False),
        ("[2001:db8::1]", "2001:db8::1", 995, Security.TLS, True),
        ("[2001:db8::1]:110;none", "2001:db8::1", 110, Security.NONE, True),
    ],
)
def test_a_server_to_offer(text, host, port, security, verified):
    server = OfferedServer.parse(text)
    assert server == OfferedServer(host=host, port=port, security=security, verified=verified)
    assert OfferedServer.parse(str(server)) == server


@pytest.mark.parametrize(
    "text",
    [
        "pop.example.net:0x1",
        "pop.example.net:65536",
        "pop.example.net;ssl",
        "pop.example.net;tls;none",
        "user@pop.example.net",
        "pop3://pop.example.net",
        "2001:db8::1",
        "[pop.example.net]",
        ";tls",
    ],
)
def test_what_is_no_server_is_named(monkeypatch, text):
    with pytest.raises(ValidationError) as error:
        read(monkeypatch, SERVERS=text)
    assert text.split(",")[0] in str(error.value)


def test_several_servers_and_ranges(monkeypatch):
    settings = read(monkeypatch, SERVERS="a.example, b.example:110;none\nc.example", PORTS="1-9 25")
    assert [server.host for server in settings.servers] == ["a.example", "b.example", "c.example"]
    assert settings.ports == (PortRange(1, 9), PortRange(25, 25))


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("TARGETS", "public", "targets", Reach.PUBLIC),
        ("PORTS", "1-65535", "ports", (PortRange(1, 65535),)),
        ("ALLOW_LOOPBACK", "1", "allow_loopback", True),
        ("ALLOW_LOOPBACK", "true", "allow_loopback", True),
        ("ALLOW_LOOPBACK", "0", "allow_loopback", False),
        ("ALLOW_INSECURE_HTTP", "yes", "allow_insecure_http", True),
        ("IDLE_RELEASE", "90", "idle_release", 90),
        ("IDLE_RELEASE", "90s", "idle_release", 90),
        ("SESSION_IDLE", "15m", "session_idle", 900),
        ("SESSION_MAX", " 2 d ", "session_max", 172800),
        ("SESSION_MAX", "1h", "session_max", 3600),
        ("SESSION_LIMIT", "1", "session_limit", 1),
        ("PUBLIC_ORIGIN", "https://Popscope.LAN/", "public_origin", "https://popscope.lan"),
        ("PUBLIC_ORIGIN", "https://popscope.lan:443", "public_origin", "https://popscope.lan"),
        ("PUBLIC_ORIGIN", "http://popscope.lan:80", "public_origin", "http://popscope.lan"),
        ("PUBLIC_ORIGIN", "http://p.lan:443", "public_origin", "http://p.lan:443"),
        ("PUBLIC_ORIGIN", "https://p.lan:08443", "public_origin", "https://p.lan:8443"),
        ("PUBLIC_ORIGIN", "https://[fd00::1]:8443", "public_origin", "https://[fd00::1]:8443"),
        (
            "HOSTS",
            "Nas.example, faß.example\nbox",
            "hosts",
            ("nas.example", "xn--fa-hia.example", "box"),
        ),
        ("TRUSTED_PROXY", "172.31.95.2", "trusted_proxy", "172.31.95.2"),
        ("TRUSTED_PROXY", "10.0.0.0/8", "trusted_proxy", "10.0.0.0/8"),
        ("TRUSTED_PROXY", "fd00::/64", "trusted_proxy", "fd00::/64"),
        ("TRUSTED_PROXY", "", "trusted_proxy", None),
        ("PORTS", "", "ports", (PortRange(110, 110), PortRange(995, 995))),
    ],
)
def test_good_values(monkeypatch, name, value, field, expected):
    assert getattr(read(monkeypatch, **{name: value}), field) == expected


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("TARGETS", "everywhere", "'fixed', 'lan' or 'public'"),
        ("TARGETS", "fixed", "needs POPSCOPE_SERVERS"),
        ("PORTS", "0", "1 to 65535"),
        ("PORTS", "65536", "1 to 65535"),
        ("PORTS", "99-9", "the lower one first"),
        ("PORTS", "pop3", "no port"),
        ("PORTS", "-1", "no port"),
        ("ALLOW_LOOPBACK", "perhaps", "boolean"),
        ("ALLOW_INSECURE_HTTP", "2", "boolean"),
        ("CA_FILE", "/no/such/file.pem", "there is no file /no/such/file.pem"),
        ("IDLE_RELEASE", "0", "greater than 0"),
        ("IDLE_RELEASE", "-5", "no time"),
        ("IDLE_RELEASE", "soon", "no time"),
        ("IDLE_RELEASE", "1.5", "no time"),
        ("SESSION_IDLE", "5 weeks", "no time"),
        ("SESSION_MAX", "inf", "no time"),
        ("SESSION_LIMIT", "0", "greater than or equal to 1"),
        ("SESSION_LIMIT", "many", "integer"),
        ("CONNECTION_LIMIT", "0", "greater than or equal to 1"),
        ("CONNECTION_LIMIT_CLIENT", "0", "greater than or equal to 1"),
        ("WRONG_CLIENT", "5", "no rate such as 5/minute;30/hour"),
        ("WRONG_CLIENT", "5/fortnight", "no rate such as 5/minute;30/hour"),
        ("PUBLIC_ORIGIN", "popscope.lan", "no origin"),
        ("PUBLIC_ORIGIN", "ftp://popscope.lan", "no origin"),
        ("PUBLIC_ORIGIN", "https://", "no origin"),
        ("PUBLIC_ORIGIN", "https://popscope.lan/mail", "no origin"),
        ("PUBLIC_ORIGIN", "https://popscope.lan?x", "no origin"),
        ("PUBLIC_ORIGIN", "https://user:pw@popscope.lan", "no origin"),
        ("PUBLIC_ORIGIN", "https://popscope.lan:99999", "no origin"),
        ("PUBLIC_ORIGIN", "https://[", "no origin"),
        ("PUBLIC_ORIGIN", "https://*", "no origin"),
        # whoever is believed about X-Forwarded-… decides who is local and what is HTTPS
        ("TRUSTED_PROXY", "*", "no address or network"),
        ("TRUSTED_PROXY", "0.0.0.0/0", "no address or network"),
        ("TRUSTED_PROXY", "::/0", "no address or network"),
        ("TRUSTED_PROXY", "10.0.0.1/8", "no address or network"),
        ("TRUSTED_PROXY", "proxy.lan", "no address or network"),
        ("TRUSTED_PROXY", "10.0.0.1,*", "no address or network"),
        ("SERVERS", "localhost:110", "set POPSCOPE_ALLOW_LOOPBACK=1"),
        ("SERVERS", "127.0.0.1", "set POPSCOPE_ALLOW_LOOPBACK=1"),
        ("SERVERS", "[::1]", "set POPSCOPE_ALLOW_LOOPBACK=1"),
    ],
)
def test_bad_values_are_refused_in_words(monkeypatch, name, value, word):
    with pytest.raises(ValidationError) as error:
        read(monkeypatch, **{name: value})
    assert word in str(error.value)


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch, clean):
    (clean / ".env").write_text("POPSCOPE_TARGETS=public\nPOPSCOPE_SESSION_LIMIT=3\nOTHER=1\n")
    settings = read(monkeypatch, SESSION_LIMIT="4")
    assert (settings.targets, settings.session_limit) == (Reach.PUBLIC, 4)


SHOWN = {
    "SERVERS": "a.example:110;none, [2001:db8::1]:995;tls;unverified",
    "TARGETS": "fixed",
    "PORTS": "1-9,25",
    "DISCOVERY": "0",
    "DNS": "127.0.0.1:5353, 9.9.9.9, [2620:fe::fe]:53",
    "ALLOW_LOOPBACK": "yes",
    "IDLE_RELEASE": "5m",
    "SESSION_IDLE": "2h",
    "SESSION_MAX": "30d",
    "STORE": "rediss://sessions.lan:6380/2",
    "SESSION_LIMIT": "7",
    "SPOOL_LIMIT": "300M",
    "CONNECTION_LIMIT": "100",
    "CONNECTION_LIMIT_CLIENT": "20",
    "LOOKUP_LIMIT": "9",
    "LOOKUP_LIMIT_CLIENT": "2",
    "OPENING_LIMIT": "9",
    "OPENING_LIMIT_CLIENT": "2",
    "OPENING_LIMIT_HOST": "3",
    "OPENING_TIME": "2m",
    "LEAST_RATE": "100",
    "SESSION_LIMIT_CLIENT": "5",
    "STREAM_LIMIT": "3",
    "REPORT_LIMIT": "4",
    "REPORT_LIMIT_CLIENT": "1",
    "SIGN_INS_CLIENT": "7/minute",
    "WRONG_CLIENT": "3/10 minutes;9/hour",
    "WRONG_ACCOUNT": "3/hour",
    "WRONG_HOST": "4/day",
    "WRONG": "5/minute",
    "SEARCHES_CLIENT": "2 per 10 seconds",
    "SEARCHES": "3/minute",
    "SPOOL_TOTAL": "3G",
    "LISTING_LIMIT": "5000",
    "LISTING_TOTAL": "70000",
    "HEADERS_LIMIT": "2M",
    "HEADERS_TOTAL": "20M",
    "GRACE": "90",
    "PUBLIC_ORIGIN": "https://popscope.lan:8443",
    "ALLOW_INSECURE_HTTP": "1",
    "AUDIT": "0",
    "HOSTS": "nas.example.net, box.lan",
    "ROOT_PATH": "/mail",
    "TRUSTED_PROXY": "10.0.0.0/8",
}


@pytest.mark.parametrize("variables", [{}, SHOWN])
def test_what_is_shown_can_be_fed_back(monkeypatch, clean, variables):
    ca_file = clean / "our ca.pem"
    ca_file.write_text("")
    given = {**variables, "CA_FILE": str(ca_file)} if variables else {}
    before = read(monkeypatch, **given)
    for name in given:
        monkeypatch.delenv(f"POPSCOPE_{name}")
    shown = before.shown()
    assert {name.removeprefix("POPSCOPE_") for name, _, _ in shown} == {*SHOWN, "CA_FILE"}
    text = "".join(f"# {description}\n{name}={value}\n" for name, value, description in shown)
    (clean / ".env").write_text(text)
    assert Settings() == before
    assert all(description for _, _, description in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("127.0.0.1", "127.0.0.1:53"),
        ("127.0.0.1:5353 ::1", "127.0.0.1:5353,[::1]:53"),
        ("[2620:fe::fe]:53", "[2620:fe::fe]:53"),
    ],
)
def test_name_servers(monkeypatch, clean, text, shown):
    found = read(monkeypatch, DNS=text)
    assert ",".join(map(str, found.dns)) == shown


@pytest.mark.parametrize(
    "text", ["dns.example", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0", "[::1", "[127]", ":53"]
)
def test_no_name_servers(monkeypatch, clean, text):
    with pytest.raises(ValidationError):
        read(monkeypatch, DNS=text)


def test_the_password_of_a_store_is_not_shown(monkeypatch, clean):
    settings = read(monkeypatch, STORE="redis://:geheim@host/0")
    shown = [(name, value) for name, value, _ in settings.shown()]
    assert ("POPSCOPE_STORE", "redis://:***@host/0") in shown
    assert "geheim" not in repr(settings)
    with pytest.raises(ValidationError) as raised:
        read(monkeypatch, STORE="redis://:geheim@host:port")
    assert "geheim" not in str(raised.value.errors(include_input=False))
