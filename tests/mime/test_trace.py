from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.headers import parse_fields
from app.mime.receivers import organisation
from app.mime.trace import (
    MAX_HOPS,
    MAX_SIGNATURES,
    MAX_VERDICTS,
    Signature,
    Trace,
    trace,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def traced(*fields: str) -> Trace:
    return trace(parse_fields("".join(f"{field}\r\n" for field in fields).encode()))


def at(seconds: float) -> str:
    return f"{NOON + timedelta(seconds=seconds):%a, %d %b %Y %H:%M:%S +0000}"


def received(by: str = "mx.example.net", seconds: float | None = 0, sender: str = "") -> str:
    date = "; " + at(seconds) if seconds is not None else ""
    return f"Received: {f'from {sender} ' if sender else ''}by {by} with ESMTP id 1{date}"


def trusted(*fields: str) -> list[int]:
    """Positions of the verdicts that are trusted."""
    return [verdict.position for verdict in traced(*fields).verdicts if verdict.trusted]


# Hops


def test_hops_are_oldest_first_and_know_their_place():
    found = traced("X: 1", received("c", 20), "Y: 2", received("b", 5), received("a", 0))
    assert [(hop.by, hop.position, hop.delay) for hop in found.hops] == [
        ("a", 4, None),
        ("b", 3, 5),
        ("c", 1, 15),
    ]
    assert not any(hop.clock for hop in found.hops)
    assert found.defects == ()


@pytest.mark.parametrize(
    ("seconds", "delays", "clocks"),
    [
        ([0, 0], [None, 0], [False, False]),
        ([0, -1], [None, -1], [False, False]),  # a second is rounding
        ([0, -2], [None, -2], [True, True]),
        ([0, 100, 40, 50], [None, 100, -60, 10], [False, True, True, False]),
        ([0, None, 10], [None, None, None], [False, False, False]),
        ([100, None, 10], [None, None, None], [True, False, True]),
        ([None, None], [None, None], [False, False]),
        ([0, 86400], [None, 86400], [False, False]),
    ],
)
def test_delays_and_clocks(seconds, delays, clocks):
    found = traced(*(received("a", second) for second in reversed(seconds)))
    assert [hop.delay for hop in found.hops] == delays
    assert [hop.clock for hop in found.hops] == clocks


def test_zones_are_taken_into_account():
    found = traced(
        "Received: by b; Mon, 2 Mar 2026 13:00:07 +0100",
        "Received: by a; Mon, 2 Mar 2026 07:00:00 -0500",
    )
    assert found.hops[1].delay == 7


def test_folded_fields_are_read():
    field = "Received: from a (b [192.0.2.1])\r\n\tby c\r\n\twith ESMTPS;\r\n " + at(0)
    (hop,) = traced(field).hops
    assert (hop.helo, hop.by, hop.date, hop.encrypted) == ("a", "c", NOON, "yes")
    assert "\t" not in hop.value


def test_junk_is_a_hop_with_its_value():
    (hop,) = traced("Received: what ever").hops
    assert (hop.by, hop.date, hop.value) == (None, None, "what ever")


def test_the_newest_hops_are_kept():
    found = traced(*(received(f"h{n}.example") for n in range(MAX_HOPS + 5)))
    assert len(found.hops) == MAX_HOPS
    assert found.hops[-1].by == "h0.example"
    assert found.hops[0].by == f"h{MAX_HOPS - 1}.example"
    assert found.defects == ("hops-cut",)
    assert traced(*(received() for _ in range(MAX_HOPS))).defects == ()


def test_no_header_no_trace():
    assert traced() == Trace((), (), (), ())


# Signatures


def test_signatures():
    found = traced(
        "A: b",
        "DKIM-Signature: v=1; a=rsa-sha256; d=Example.org;\r\n s=sel1; h=from; b=ab\r\n cd=",
        "dkim-signature: junk",
    )
    assert found.signatures == (Signature(1, "example.org", "sel1"), Signature(2, "", ""))


def test_verdicts_and_signatures_are_limited():
    found = traced(
        *["DKIM-Signature: d=a"] * (MAX_SIGNATURES + 3),
        *["Authentication-Results: a; none"] * (MAX_VERDICTS + 3),
    )
    assert (len(found.signatures), len(found.verdicts)) == (MAX_SIGNATURES, MAX_VERDICTS)
    assert found.defects == ("verdicts-cut", "signatures-cut")


# Trust

AR = "Authentication-Results: mx.example.net; spf=pass"
OUTSIDE = "evil.example (evil.example [203.0.113.66])"
INSIDE = "in.example.net (in.example.net [198.51.100.4])"


def test_no_received_no_trust():
    assert trusted(AR) == []


@pytest.mark.parametrize(
    "field",
    [
        AR,
        "Authentication-Results: example.net; spf=pass",
        "Authentication-Results: other.EXAMPLE.net 1; spf=pass",
        "ARC-Authentication-Results: i=1; mx.example.net; spf=pass",
        "Received-SPF: pass receiver=mx.example.net;",
    ],
)
def test_above_the_topmost_received_it_is_ours(field):
    assert trusted("X: y", field, received(sender=OUTSIDE)) == [1]
    assert trusted(received(sender=OUTSIDE), field) == []


@pytest.mark.parametrize(
    "field",
    [
        "Authentication-Results: mx.example.org; spf=pass",
        "Authentication-Results: net; spf=pass",
        "Authentication-Results: mx.notexample.net; spf=pass",
        'Authentication-Results: "mx.example.net"; spf=pass',
        "Authentication-Results: =?utf-8?q?mx.example.net?=; spf=pass",
        "Authentication-Results: spf=pass",
        "Received-SPF: pass",
    ],
)
def test_another_name_is_not_ours_wherever_it_stands(field):
    assert trusted(field, received(sender=OUTSIDE)) == []


@pytest.mark.parametrize(
    "by", ["", "mx", "192.0.2.1", "[192.0.2.1]", "a,b", "mx.exam\u00e4ple.net"]
)
def test_a_top_that_names_no_such_host_makes_nothing_ours(by):
    assert trusted(AR, received(by, sender=OUTSIDE)) == []


def test_an_address_and_a_single_label_equal_themselves():
    literal = "Authentication-Results: [192.0.2.1]; spf=pass"
    assert trusted("Authentication-Results: 192.0.2.1; x=y", received("[192.0.2.1]")) == [0]
    assert trusted("Authentication-Results: 192.0.2.2; x=y", received("[192.0.2.1]")) == []
    assert trusted("Authentication-Results: mx; x=y", received("mx")) == [0]
    assert trusted(literal, received("192.0.2.1")) == []  # brackets are no plain name


@pytest.mark.parametrize(
    "sender",
    [
        INSIDE,
        "x ([127.0.0.1])",
        "x (localhost [127.0.0.1])",
        "x (localhost [IPv6:::1])",
        "in.example.net ([203.0.113.9] helo=whatever)",
    ],
)
def test_the_run_goes_on_where_our_own_server_handed_it_on(sender):
    fields = (received("store.example.net", sender=sender), AR, received(sender=OUTSIDE))
    assert trusted(*fields) == [1]
    assert trusted(*fields, AR) == [1]
    assert trusted(fields[0], received("x.example.org"), AR, fields[2]) == []


def test_lmtp_hands_on_from_inside():
    top = "Received: from mx.example.net by store.example.net with LMTP id 1; x"
    assert trusted(top, AR, received(sender=OUTSIDE)) == [1]


@pytest.mark.parametrize(
    "sender",
    [
        OUTSIDE,
        "mx.example.net ([203.0.113.66])",  # a name in HELO
        "mx.example.net (unknown [203.0.113.66])",
        "mx.example.net (mx.example.net [203.0.113.66] (may be forged))",
        "mx.example.net (HELO mx.example.net) (203.0.113.66)",  # nobody checked the name
        "x ([10.0.0.1])",
        "",
    ],
)
def test_a_sender_who_writes_our_received_field_gains_nothing(sender):
    forged = (AR, received("mx.example.net", sender=INSIDE))
    assert trusted(received("mx.example.net", sender=sender), *forged) == []


# Google

INNER = "Received: by 2002:a05:6402:1c1:b0:4b1:5f2a:1 with SMTP id j1csp12345; " + at(3)
OUTER = (
    "Received: from out.example.org (out.example.org. [198.51.100.7]) by mx.google.com with ESMTPS"
    " id b2si for <anna@gmail.com>; " + at(1)
)
GOOGLE = "Authentication-Results: mx.google.com; spf=pass smtp.mailfrom=example.org"


def test_google_writes_below_its_own_received():
    arc = "ARC-Authentication-Results: i=1; mx.google.com; spf=pass"
    fields = (INNER, "X-Received: x", arc, OUTER, "Received-SPF: pass", GOOGLE, GOOGLE, received())
    assert trusted(*fields) == [5]
    assert trusted(OUTER, "A: b", GOOGLE) == [2]
    assert trusted(OUTER, "Authentication-Results: evil.example; x=y", GOOGLE) == [2]
    assert trusted(INNER, INNER, OUTER, GOOGLE, received("x.example", sender=OUTSIDE)) == [3]


def test_google_is_believed_only_where_nobody_else_took_the_message_in():
    assert trusted(received(sender=OUTSIDE), OUTER, GOOGLE) == []
    assert trusted(INNER, received(sender=OUTSIDE), OUTER, GOOGLE) == []
    assert trusted(OUTER, received(sender=OUTSIDE), GOOGLE) == []
    assert trusted(INNER, GOOGLE) == []
    assert trusted(INNER.replace("2002:a05", "2002:a06"), OUTER, GOOGLE) == []
    assert trusted(INNER.replace("by", "from x by", 1), OUTER, GOOGLE) == []
    assert trusted(OUTER, GOOGLE.replace("mx.google.com", '"mx.google.com"')) == []


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("mx.example.net", "example.net"),
        ("MX.a.b.Example.NET.", "example.net"),
        ("example.net", "example.net"),
        ("net", "net"),
        ("mx.example.co.uk", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("mx.example.com.br", "example.com.br"),
        ("mx.example.de", "example.de"),
        ("com.example.de", "example.de"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("[IPv6:2001:DB8::0:1]", "2001:db8::1"),
        ("10.1.2.3", "10.1.2.3"),
        ("", ""),
        (".", ""),
        ("a..b", ""),
        ("exämple.net", ""),
        ("a b.net", ""),
        ("x" * 64 + ".net", ""),
    ],
)
def test_organisations(host, expected):
    assert organisation(host) == expected


# Hostile


def test_a_megabyte_of_received_takes_no_time():
    fields = parse_fields(b"Received: from a (b [192.0.2.1]) by ((((c; d\r\n" * 5000)
    assert len(trace(fields).hops) == MAX_HOPS


LINES = ["Received: ", "Authentication-Results: ", "Received-SPF: ", "DKIM-Signature: ", "by a.net",
         "from a.net (a.net [127.0.0.1]) ", "\r\n", " ", "; Mon, 2 Mar 2026 12:00:00 +0000",
         "a.net; spf=pass", "\xff", "(", "d=x;", "\x00"]  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(LINES)).map("".join)))
def test_any_header_never_raises(text):
    fields = parse_fields(text.encode("latin-1", "replace"))
    found = trace(fields)
    names = [field.name.lower() for field in fields]
    assert [hop.position for hop in found.hops][::-1] == [
        n for n, name in enumerate(names) if name == "received"
    ]
    for verdict in found.verdicts:
        assert names[verdict.position] == verdict.kind.value
        assert not verdict.trusted or "received" in names


@given(st.lists(st.integers(-10, 10) | st.none(), max_size=12))
def test_clocks_against_plain_arithmetic(seconds):
    hops = traced(*(received("a", second) for second in reversed(seconds))).hops
    for n, hop in enumerate(hops):
        before = seconds[n - 1] if n else None
        known = before is not None and seconds[n] is not None
        assert hop.delay == (seconds[n] - before if known else None)
        earlier = [s for s in seconds[:n] if s is not None][-1:]
        later = [s for s in seconds[n + 1 :] if s is not None][:1]
        wrong = any(s > seconds[n] + 1 for s in earlier if seconds[n] is not None) or any(
            s < seconds[n] - 1 for s in later if seconds[n] is not None
        )
        assert hop.clock is wrong
