import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.discovery import Reason, read_address
from app.discovery.addresses import host_name
from app.discovery.models import TypedAddress


@pytest.mark.parametrize(
    ("typed", "domain", "shown"),
    [
        ("anna@example.net", "example.net", "example.net"),
        ("  Anna.Smith+x@EXAMPLE.net. ", "example.net", "example.net"),
        ("anna@müller.example", "xn--mller-kva.example", "müller.example"),
        ("anna@MÜLLER.example", "xn--mller-kva.example", "müller.example"),
        ("anna@xn--mller-kva.example", "xn--mller-kva.example", "müller.example"),
        ("anna@straße.example", "xn--strae-oqa.example", "straße.example"),  # IDNA 2008 keeps it
        ("anna@例え。テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト"),
        ("jürgen@example.net", "example.net", "example.net"),
    ],
)
def test_an_address_as_people_type_it(typed, domain, shown):
    found = read_address(typed)
    assert isinstance(found, TypedAddress)
    assert (found.domain, found.shown) == (domain, shown)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", Reason.NO_DOMAIN),
        ("anna", Reason.NO_DOMAIN),
        ("anna.smith", Reason.NO_DOMAIN),
        ("anna@", Reason.NO_DOMAIN),
        ("@example.net", Reason.BAD_NAME),
        ("anna smith@example.net", Reason.BAD_NAME),
        ('"anna smith"@example.net', Reason.BAD_NAME),
        ("anna\r\nDELE 1@example.net", Reason.BAD_NAME),
        ("anna\x00@example.net", Reason.BAD_NAME),
        ("a@b@example.net", Reason.BAD_NAME),
        ("a" * 400 + "@example.net", Reason.BAD_NAME),
        ("anna@localhost", Reason.BAD_DOMAIN),
        ("anna@exa mple.net", Reason.BAD_DOMAIN),
        ("anna@exa\r\nmple.net", Reason.BAD_DOMAIN),
        ("anna@example..net", Reason.BAD_DOMAIN),
        ("anna@-example.net", Reason.BAD_DOMAIN),
        ("anna@_x.example.net", Reason.BAD_DOMAIN),
        ("anna@example.net:110", Reason.BAD_DOMAIN),
        ("anna@example.net/x", Reason.BAD_DOMAIN),
        ("anna@" + "a" * 64 + ".net", Reason.BAD_DOMAIN),
        ("anna@" + "a." * 200 + "net", Reason.BAD_DOMAIN),
        ("anna@" + "ü" * 100_000 + ".net", Reason.BAD_DOMAIN),
        ("anna@10.0.0.1", Reason.LITERAL),
        ("anna@[10.0.0.1]", Reason.LITERAL),
        ("anna@[IPv6:2001:db8::1]", Reason.LITERAL),
        ("anna@2001:db8::1", Reason.LITERAL),
        ("anna@fe80::1%eth0", Reason.LITERAL),
        ("anna@１０.0.0.1", Reason.LITERAL),  # full-width digits
        ("anna@example.123", Reason.BAD_DOMAIN),
    ],
)
def test_what_cannot_be_searched_for_is_named(typed, reason):
    assert read_address(typed) is reason


def test_a_domain_alone_will_do_where_one_says_so():
    for typed in ("example.net", "@example.net"):
        found = read_address(typed, bare=True)
        assert isinstance(found, TypedAddress)
        assert (found.local, found.domain) == ("", "example.net")
    assert read_address("anna", bare=True) is Reason.BAD_DOMAIN


@given(st.text(max_size=100))
def test_anything_typed_is_an_address_or_a_reason(text):
    for bare in (False, True):
        found = read_address(text, bare=bare)
        if isinstance(found, TypedAddress):
            assert found.domain.isascii()
            assert not set(found.domain) & set(' /\r\n\0@[]:"')


def test_the_local_part_is_in_no_repr():
    assert "anna" not in repr(read_address("anna@example.net"))


@pytest.mark.parametrize("name", ["", ".", "localhost", "10.0.0.1", "::1", "a b.test", "x" * 999])
def test_no_name_of_a_server(name):
    assert host_name(name) is None


def test_a_name_of_a_server():
    assert host_name(" POP.Example.NET. ") == "pop.example.net"
