import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.discovery.autoconfig import Entry, read
from app.transport import Security


def server(kind="pop3", host="pop.example.test", port="995", security="SSL", user="%EMAILADDRESS%"):
    return (
        f'<incomingServer type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{security}</socketType><username>{user}</username>"
        "<authentication>password-cleartext</authentication></incomingServer>"
    )


def config(*servers: str) -> bytes:
    inside = "".join(servers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1">'
        f'<emailProvider id="example.test"><domain>example.test</domain>{inside}</emailProvider>'
        "</clientConfig>"
    ).encode()


def test_the_pop3_servers_of_a_file():
    found = read(
        config(
            server("imap", "imap.example.test", "993"),
            server(port="110", security="plain"),
            server(port="110", security="STARTTLS", user="%EMAILLOCALPART%"),
            server(host=" POP.%EMAILDOMAIN% "),
        ),
        "example.test",
    )
    assert found == [  # TLS first, plaintext last
        Entry("pop.example.test", 995, Security.TLS, "%EMAILADDRESS%"),
        Entry("pop.example.test", 110, Security.STARTTLS, "%EMAILLOCALPART%"),
        Entry("pop.example.test", 110, Security.NONE, "%EMAILADDRESS%"),
    ]


@pytest.mark.parametrize(
    "given_",
    [
        {"host": ""}, {"host": "10.0.0.1"}, {"host": "[::1]"}, {"host": "a b.test"},
        {"host": "localhost"}, {"host": "%EMAILLOCALPART%.example.test"},
        {"host": "pop.example.test/x"}, {"host": "u@pop.example.test"},
        {"port": "0"}, {"port": "65536"}, {"port": "x"}, {"port": ""}, {"port": "-1"},
        {"port": "٩٩٥"}, {"port": "9" * 6000}, {"port": "000995" + "0" * 6000},
        {"security": "TLS?"}, {"security": ""},
        {"user": "root"}, {"user": "%EMAILADDRESS%%PASSWORD%"}, {"user": "%EMAILADDRESS%&#10;x"},
        {"user": "%EMAILADDRESS%" + "x" * 500},
    ],
)  # fmt: skip
def test_an_entry_that_makes_no_sense_is_none(given_):
    assert read(config(server(**given_)), "example.test") == []


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {c}{c} "{"&a;" * 10}">' for c in "bcdef")
    + "]>"
)
FILE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/hostname">]>'
BODY = config(server()).decode().partition("?>")[2]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<clientConfig>",
        b"\x00" * 500,
        b'<?xml version="1.0" encoding="no-such"?><clientConfig/>',
        b'<?xml version="1.0" encoding="idna"?><clientConfig/>',
        b"<a>" * 20_000,
        b"<a>" * 9_000 + b"</a>" * 9_000,
        (LAUGHS + BODY).encode(),
        (LAUGHS + BODY).encode("utf-16"),
        (FILE + BODY).encode(),
        ("<!DOCTYPE clientConfig>" + BODY).encode(),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + BODY).encode(),
        BODY.replace("pop.example.test", "&undefined;").encode(),
        b"<html><body>404</body></html>",
    ],
)
def test_a_hostile_file_is_as_good_as_none(content):
    assert read(content, "example.test") == []


def test_without_the_doctype_the_same_file_is_read():
    assert read(BODY.encode(), "example.test")
    assert read(('<?xml version="1.0"?>' + BODY).encode("utf-16"), "example.test")


@given(st.binary(max_size=300))
def test_any_octets_are_borne(content):
    assert read(content, "example.test") == []
