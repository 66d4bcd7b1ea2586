from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.links import MAX_HREF, clean_href, differs
from tests.support.table import table


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://example.org/a?b=c&d#e", "https://example.org/a?b=c&d#e"),
        ("HTTPS://Example.org/A b", "https://Example.org/A%20b"),
        (" \n http://example.org\t/x ", "http://example.org/x"),
        ("http:example.org", "http://example.org"),
        ("https:\\\\example.org\\a?b\\c", "https://example.org/a?b%5Cc"),
        ("https:////example.org", "https://example.org"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("https://bücher.example/", "https://bücher.example/"),
        ('https://example.org/"><b>', "https://example.org/%22%3E%3Cb%3E"),
        ("mailto:anna@example.org?subject=a b", "mailto:anna@example.org?subject=a%20b"),
        ("tel:+49301234", "tel:+49301234"),
    ],
)
def test_addresses_that_may_be_followed(href, expected):
    assert clean_href(href) == expected
    assert clean_href(expected) == expected


@table(
    "href",
    [
        "", "#top", "/path", "//example.org", "page.html", "?q", "https:", "https://", "https:///",
        "http://:80/", "http://[::1", "mailto:", "javascript:x", "JaVaScRiPt:x", "java\tscript:x",
        "java\nscript:x", "\x01javascript:x", " javascript:x", "javascript\x00:x",
        "javascript&colon;x",
        "vbscript:x", "data:text/html,x", "data:image/png;base64,AA", "blob:https://example.org/x",
        "filesystem:https://example.org/x", "file:///etc/passwd", "ftp://example.org",
        "about:blank",
        "view-source:https://example.org", "ws://example.org", "intent://x#Intent", "cid:x",
        "sms:1",
        "feed:javascript:x", "jar:https://example.org!/", "x-foo:y", "https;//example.org",
        "h ttps://x",
        f"https://{'a.' * 200}b/", "https://example.org/" + "a" * MAX_HREF,
    ],
)  # fmt: skip
def test_addresses_that_may_not(href):
    assert clean_href(href) is None


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("www.bank.example", "https://evil.example/"),
        ("bank.example", "https://bank.example.evil.example/"),
        ("bank.example", "https://notbank.example/"),
        ("https://bank.example/login", "https://evil.example/bank.example"),
        ("HTTP://BANK.EXAMPLE", "https://evil.example/"),
        ("Go to https://bank.example now", "https://evil.example/"),
        ("bank.example/login", "https://evil.example/"),
        ("bank.example:443", "https://evil.example/"),
        ("(bank.example)", "https://evil.example/"),
        ("anna@bank.example", "mailto:anna@evil.example"),
        ("Write to anna@bank.example", "mailto:anna@evil.example"),
        ("https://bank.example", "tel:+49301234"),
        ("https://anna@bank.example/", "https://evil.example/"),
        ("b\u0430nk.example", "https://bank.example/"),
        ("www.bank.pdf", "https://evil.example/"),
        ("faß.example", "https://fass.example/"),
    ],
)
def test_a_text_that_names_another_host(text, href):
    assert differs(text, href)


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("Click here", "https://evil.example/"),
        ("", "https://evil.example/"),
        ("bank.example", "https://bank.example/login"),
        ("bank.example", "https://www.bank.example/login"),
        ("www.bank.example", "https://bank.example"),
        ("bank.example", "https://news.bank.example/"),
        ("news.bank.example", "https://bank.example:8443?x"),
        ("bank.example.", "https://bank.example#x"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example/"),
        ("faß.example", "https://xn--fa-hia.example/"),
        ("anna@bank.example", "mailto:anna@bank.example?subject=x"),
        ("report.pdf", "https://bank.example/1"),
        ("Node.js", "https://nodejs.example"),
        ("Version 1.2.3", "https://bank.example/"),
        ("3.14", "https://bank.example/"),
        ("Mr.Smith and others", "https://bank.example/"),
        ("+49 30 1234", "tel:+49301234"),
    ],
)
def test_a_text_that_does_not(text, href):
    assert not differs(text, href)


@given(st.text(max_size=80), st.sampled_from(["", "https:", "http://a.example/", "mailto:a@b.c"]))
def test_nothing_raises_and_what_may_be_followed_stays(text, before):
    href = clean_href(before + text)
    if href is not None:
        assert clean_href(href) == href
        assert urlsplit(href).scheme in {"http", "https", "mailto", "tel"}
        assert not set(href) & set(' "<>\t\n\\')
        differs(text, href)
