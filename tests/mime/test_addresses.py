import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.addresses import Address, parse_addresses
from tests.support.table import table


def one(name: str, email: str) -> tuple[Address, ...]:
    return (Address(name=name, email=email),)


@table(
    "value, addresses",
    [
        (b"Ann <a@b.c>", one("Ann", "a@b.c")),
        (b'"Doe, J. (Jim)" <a@b>', one("Doe, J. (Jim)", "a@b")),
        (rb'"a \"b\" \\c" <a@b>', one('a "b" \\c', "a@b")),
        (b"a@b (Ann (the) first)", one("Ann the first", "a@b")),
        (b"a@b (Ann) (Work)", one("Ann Work", "a@b")),
        (b"a@b (=?utf-8?Q?=C3=84nn?=) (=?utf-8?Q?Work?=)", one("Änn Work", "a@b")),
        (b"(Ann)(Work)a@b", one("Ann Work", "a@b")),
        (b"=?utf-8?Q?J=C3=BCrgen_<j=40x.de>?=", one("Jürgen", "j@x.de")),
        (b"=?utf-8?B?SsO8cmdlbiA8akB4LmRlPg==?=", one("Jürgen", "j@x.de")),
        (b"=?utf-8?Q?Doe,_J=C3=BCrgen?= =?utf-8?Q?_=3Cj@x.de=3E?=", one("Doe, Jürgen", "j@x.de")),
        (b"=?utf-8?Q?=22Doe,_J=22_=3Cj@x.de=3E?=", one("Doe, J", "j@x.de")),
        (b"=?utf-8?Q?A_<a@b>,_C_<c@d>?=", one("A", "a@b") + one("C", "c@d")),
        (b"=?utf-8?Q?a=40b.c?=", one("", "a@b.c")),
        (b"=?utf-8?B?YUBiLmM=?= (Ann)", one("Ann", "a@b.c")),
        (b"=?utf-8?Q?a=40b?= <c@d>", one("a@b", "c@d")),
        (b'"Ann <a@b>"', one("Ann", "a@b")),
        (b"=?utf-8?Q?Boss_<boss@bank>?= <t@x>", one("Boss <boss@bank>", "t@x")),
        (b"Ann <=?utf-8?Q?a=40b?=>", one("Ann", "a@b")),
        (b"=?utf-8?Q?Wer,_wo?=C3=A4,_b?= <a@b>", one("Wer, wo?ä, b", "a@b")),
        (b"=?utf-8?Q?Wer?,_wo?_=C3=A4?= <a@b>", one("Wer?, wo? ä", "a@b")),
        (b"=?utf-8?Q?Foo,_B=C3=A4r?= <a@b>", one("Foo, Bär", "a@b")),
        (b'"=?utf-8?B?w6Q=?=" <a@b>', one("ä", "a@b")),
        ("Jürgen <j@ü.de>".encode(), one("Jürgen", "j@ü.de")),
        ("Jürgen <j@x.de>".encode("cp1252"), one("Jürgen", "j@x.de")),
        (b"undisclosed-recipients:;", ()),
        (b"G: a@b, C <c@d>;, e@f", one("", "a@b") + one("C", "c@d") + one("", "e@f")),
        (b"a@b; c@d", one("", "a@b") + one("", "c@d")),
        (b"A <a@b> B <c@d>", one("A", "a@b") + one("B", "c@d")),
        (b"<a@b> B <c@d> (C) D <e@f>", one("", "a@b") + one("B", "c@d") + one("D", "e@f")),
        (b"A <a@b> B", one("A B", "a@b")),
        (b"A <a@b> G: B <c@d>", one("A", "a@b") + one("B", "c@d")),
        (b"<a@b> B, C <c@d> D <e@f>", one("B", "a@b") + one("C", "c@d") + one("D", "e@f")),
        (b"<@r1,@r2:x@y>", one("", "x@y")),
        (b"J <mailto:a@b>", one("J", "a@b")),
        (b"MAILER-DAEMON", one("MAILER-DAEMON", "")),
        (b"Foo <a@b", one("Foo", "a@b")),
        (b'"John <a@b>', one("John", "a@b")),
        (b"<<a@b>>", one("", "a@b")),
        (b"Ann a@b.c", one("Ann", "a@b.c")),
        (b'"x y"@c', one("", '"x y"@c')),
        (b'"a@b.c"', one("", "a@b.c")),
        (b"a=b=c@d", one("", "a=b=c@d")),
        (b'"a@b" <a@b>', one("", "a@b")),
        (b"<a @ b>", one("", "a@b")),
        (b"\x1b$B;3ED\x1b(B <y@b>", one("山田", "y@b")),  # with a semicolon in it
        (b'"\x1b$B;3ED!!B@O:\x1b(B" <y@b>', one("山田 太郎", "y@b")),
        (b"y@b (\x1b$B!J3t!K\x1b(B)", one("（株）", "y@b")),
        (b"\x1b$B!W!W\x1b(B <y@b>", one("」」", "y@b")),
        (b'\x1b$B"!\x1b(B <y@b>', one("◆", "y@b")),
        (b"\x1b$B;3ED <y@b>", one("山田", "y@b")),  # never shifts back
        (b"Ann <>", one("Ann", "")),
        (b"<>", ()),
        (b"()", ()),
        (b",,;", ()),
        (b"", ()),
    ],
)
def test_lists_as_they_are_sent(value, addresses):
    assert parse_addresses(value) == addresses


def test_nothing_in_a_name_or_address_reorders_the_page():
    (found,) = parse_addresses(b"=?utf-8?q?a=E2=80=AEb?= <x\xe2\x80\xaey@z\x00>")
    assert found == Address(name="ab", email="xy@z\ufffd")


@pytest.mark.parametrize("mark", [b"(", b"<", b'"', b"\\", b",", b":", b'"\\"', b"=?a?q?("])
def test_thousands_of_marks_end_quietly(mark):
    assert len(parse_addresses(mark * 20_000)) <= 500


@pytest.mark.parametrize("start", [b'"', b'Ann "', b'"Ann" "', b'("', b'<"', b'"\\"'])
def test_an_unclosed_quote_is_read_once(start):
    (found,) = parse_addresses(start + b"x" * 5000 + b" <a@b>")
    assert len(found.name + found.email) > 5000


def test_very_many_addresses_are_cut():
    assert len(parse_addresses(b"a@b," * 4000)) == 500


@given(
    st.lists(st.sampled_from([b'"', b"(", b")", b"<", b">", b",", b";", b":", b"\\", b"a@b", b" "]))
)
def test_shards_never_give_an_empty_mailbox(shards):
    for address in parse_addresses(b"".join(shards)):
        assert address.name or address.email


@given(st.binary(max_size=300))
def test_any_octets_never_raise(value):
    for address in parse_addresses(value):
        assert "\n" not in address.name + address.email
