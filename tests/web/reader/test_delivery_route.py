from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import parse_fields
from app.mime import trace as trace_of
from app.web.reader.delivery_route import duration, route_view
from app.web.reader.views import CheckView, RouteView
from app.web.site.render import Renderer

TOP = "Received: from out.example.org (out.example.org [198.51.100.7]) by mx.example.net with ESMTP"
US = "Authentication-Results: mx.example.net; "


def route(*fields: str) -> RouteView:
    return route_view(trace_of(parse_fields("".join(f"{f}\r\n" for f in fields).encode())))


def checks(*fields: str) -> list[tuple[str, str]]:
    return [(check.level, check.text) for check in route(*fields).checks]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (89, "1 min"),
        (90, "2 min"),
        (180, "3 min"),
        (3569, "59 min"),
        (3570, "1 h"),
        (7500, "2 h 5 min"),
        (86_369, "23 h 59 min"),
        (86_370, "1 d"),
        (3 * 86_400 + 4 * 3600, "3 d 4 h"),
        (2 * 86_400 - 1, "2 d"),
        (1200 * 86_400, "1,200 d"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@given(st.integers(0, 10**9))
def test_a_duration_is_what_it_says_but_for_rounding(seconds):
    units = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
    words = duration(seconds).replace(",", "").split()
    pairs = list(zip(words[::2], words[1::2], strict=True))
    told = sum(int(figure) * units[unit] for figure, unit in pairs)
    smallest = 1 if seconds < 60 else 60 if seconds < 86_370 else 3600
    assert abs(told - seconds) <= smallest / 2


# Hops


def test_a_hop_in_words():
    view = route(
        "Received: from relay.local (out.example.org [198.51.100.7]) (using TLSv1.3 with cipher"
        " TLS_AES_256_GCM_SHA384 (256/256 bits)) by mx.example.net (Postfix) with ESMTPS id 4T"
        " for <anna@example.net>; Mon, 2 Mar 2026 12:00:12 +0000",
        "Received: from pc ([192.0.2.3]) by out.example.org with ESMTP; Mon, 2 Mar 2026 12:00:00"
        " +0000",
    )
    first, second = view.hops
    assert (first.title, first.delay, first.encryption) == (
        "From pc to out.example.org", "", "not encrypted",
    )  # fmt: skip
    assert first.level == "bad"
    assert second.title == "From out.example.org to mx.example.net"
    assert second.lines == (
        "The sender called itself relay.local",
        "Its address was 198.51.100.7",
        "Handed over by ESMTPS",
        "For anna@example.net",
        "Its id on the server: 4T",
    )
    assert second.delay == "12 s"
    assert second.encryption == "encrypted with TLS 1.3 (TLS_AES_256_GCM_SHA384)"
    assert (second.level, second.date) == ("ok", datetime(2026, 3, 2, 12, 0, 12, tzinfo=UTC))
    assert view.summary == "2 servers recorded passing it on, in 12 s."


@pytest.mark.parametrize(
    ("value", "title", "encryption", "lines"),
    [
        ("by mx.example.net", "Within mx.example.net", "encryption not stated", ()),
        ("from a", "From a", "encryption not stated", ()),
        ("(qmail 7 invoked by uid 1)", "Within a server", "encryption not stated",
         ("(qmail 7 invoked by uid 1)",)),
        ("from [192.0.2.1] by b via HTTP", "From 192.0.2.1 to b", "not encrypted",
         ("Handed over by HTTP",)),
        ("from a by b with ESMTPS", "From a to b", "encrypted", ("Handed over by ESMTPS",)),
        ("from root by b with local", "From root to b", "handed over within one machine",
         ("Handed over by LOCAL",)),
        ("from a ([::1]) by b with ESMTP", "From a to b", "handed over within one machine",
         ("Its address was ::1", "Handed over by ESMTP")),
        ("from a ([192.0.2.1]) by b with LMTP", "From a to b", "encryption not stated",
         ("Its address was 192.0.2.1", "Handed over by LMTP")),
    ],
)  # fmt: skip
def test_hops_that_tell_little(value, title, encryption, lines):
    (hop,) = route(f"Received: {value}").hops
    assert (hop.title, hop.encryption, hop.lines) == (title, encryption, lines)
    assert (hop.date, hop.delay) == (None, "")


def test_clocks_that_disagree_are_told():
    view = route(
        "Received: by b; Mon, 2 Mar 2026 12:00:00 +0000",
        "Received: by a; Mon, 2 Mar 2026 12:00:40 +0000",
        "Received: by o; Mon, 2 Mar 2026 12:00:35 +0000",
    )
    assert [(hop.delay, hop.clock) for hop in view.hops] == [
        ("", False),
        ("5 s, clock in doubt", True),
        ("clock differs by 40 s", True),
    ]
    assert view.summary == "3 servers recorded passing it on."


def test_summaries():
    assert route().summary == "No server has recorded passing on this message."
    assert route("Received: by b").summary == "1 server recorded passing it on."
    many = route(*["Received: by b"] * 300)
    assert many.summary == "The last 200 servers recorded passing it on."


# What is known of the sender

UNSAID = "the receiving server has not said whether it checked."


@pytest.mark.parametrize(
    ("result", "level", "words"),
    [
        ("pass", "ok", "SPF: the sending server was allowed to send for example.org."),
        ("fail", "bad", "SPF: the sending server was not allowed to send for example.org."),
        ("hardfail", "bad", "SPF: the sending server was not allowed to send for example.org."),
        ("softfail", "unsure", "probably not allowed"),
        ("neutral", "unsure", "example.org does not say"),
        ("none", "unsure", "example.org has no rule"),
        ("temperror", "unsure", "could not be looked up"),
        ("permerror", "unsure", "is broken"),
        ("policy", "unsure", "own rules"),
        ("strange", "unsure", "the receiving server says “strange” about example.org"),
    ],
)
def test_spf(result, level, words):
    said, dkim, dmarc = checks(f"{US}spf={result} smtp.mailfrom=a@example.org", TOP)
    assert said[0] == level
    assert words in said[1]
    assert (dkim, dmarc) == (("unsure", f"DKIM: {UNSAID}"), ("unsure", f"DMARC: {UNSAID}"))
    named = checks(f"Received-SPF: {result} receiver=mx.example.net; helo=example.org", TOP)[0]
    assert named == said


@pytest.mark.parametrize(
    ("result", "level", "words"),
    [
        ("pass", "ok", "DKIM: signed by example.org, and not changed since."),
        ("fail", "bad", "DKIM: the signature of example.org does not match"),
        ("none", "unsure", "DKIM: not signed."),
        ("neutral", "unsure", "could not be processed"),
        ("temperror", "unsure", "could not be looked up"),
        ("permerror", "unsure", "is broken"),
        ("policy", "unsure", "does not accept"),
    ],
)
def test_dkim(result, level, words):
    _, said, _ = checks(f"{US}dkim={result} header.i=@example.org", TOP)
    assert said[0] == level
    assert words in said[1]


@pytest.mark.parametrize(
    ("result", "level", "words"),
    [
        (
            "pass",
            "ok",
            "DMARC: the sender's address is protected by example.org, and the check passed.",
        ),
        ("fail", "bad", "and the check failed"),
        ("none", "unsure", "is not protected by example.org"),
        ("temperror", "unsure", "could not be looked up"),
        ("permerror", "unsure", "is broken"),
        ("policy", "unsure", "own rules"),
        ("bestguesspass", "unsure", "says “bestguesspass”"),
    ],
)
def test_dmarc(result, level, words):
    _, _, said = checks(f"{US}dmarc={result} header.from=example.org", TOP)
    assert said[0] == level
    assert words in said[1]


def test_without_a_domain_the_sentences_still_read_well():
    assert checks(f"{US}spf=pass; dkim=pass header.d=none; dmarc=pass", TOP) == [
        ("ok", "SPF: the sending server was allowed to send for the sender's domain."),
        ("ok", "DKIM: signed by an unnamed domain, and not changed since."),
        ("ok", "DMARC: the sender's address is protected by its domain, and the check passed."),
    ]


def test_of_several_signatures_the_senders_own_counts_first():
    both = "dkim=pass header.d=list.example; dkim=pass header.d=mail.example.org"
    failed = "dkim=fail header.d=example.org; dkim=pass header.d=list.example"
    dmarc = "; dmarc=pass header.from=example.org"
    assert "signed by mail.example.org" in checks(US + both + dmarc, TOP)[1][1]
    assert "signed by list.example" in checks(US + both, TOP)[1][1]
    assert "signed by list.example" in checks(US + failed + dmarc, TOP)[1][1]


def test_what_anybody_could_have_written_is_never_good_nor_bad():
    forged = "Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=bank.example;"
    said = checks(TOP, forged + " dkim=fail; dmarc=pass header.from=bank.example")
    assert [level for level, _ in said] == ["unsure"] * 3
    assert all("anybody could have written this" in words for _, words in said)
    assert "“pass” for bank.example" in said[0][1]


def test_what_is_trusted_outweighs_what_is_not():
    foreign = "Authentication-Results: evil.example; spf=pass smtp.mailfrom=bank.example"
    fields = (foreign, US + "spf=fail smtp.mailfrom=bank.example", TOP, foreign)
    assert checks(*fields)[0][0] == "bad"


def test_a_signature_that_nobody_checked():
    _, said, _ = checks(TOP, "DKIM-Signature: v=1; d=example.org; s=a")
    assert said == (
        "unsure",
        "DKIM: the message says it is signed by example.org, but no server we trust has checked.",
    )


# The template


def rendered(view: RouteView) -> str:
    template = Renderer()._environment.get_template("reader/_delivery_route.html")
    return template.render(message=SimpleNamespace(route=view))


def test_the_route_is_an_ordered_list_with_words_beside_every_colour():
    page = rendered(route(US + "spf=fail smtp.mailfrom=example.org", TOP, TOP + "S"))
    assert page.count("<ol") == 1
    assert page.index("encrypted</span>") < page.index("not encrypted</span>")
    assert '<span class="level bad">bad</span>' in page
    assert '<span class="level unsure">not sure</span>' in page


def test_without_hops_there_is_no_list():
    page = rendered(route())
    assert "<ol" not in page
    assert "No server has recorded passing" in page


@pytest.mark.parametrize("hostile", ["<b onmouseover=alert(1)>", "{{ 7*7 }}", "{domain}"])
def test_nothing_in_a_header_becomes_markup(hostile):
    fields = (
        f"{US}spf=pass smtp.mailfrom=a@{hostile}; dkim=fail header.d={hostile}",
        f"Received: from {hostile} by mx.example.net with {hostile} id {hostile}",
        f"DKIM-Signature: d={hostile}",
    )
    page = rendered(route(*fields)).replace(" id ", "")
    assert "<b on" not in page
    assert "49" not in page


@given(st.text(st.sampled_from("abspfdkimrc=;{}<>() .:@\r\n"), max_size=100))
def test_any_header_has_words(text):
    view = route("Received: " + text, US + text, TOP, text)
    assert all(isinstance(check, CheckView) and check.text.endswith(".") for check in view.checks)
    assert rendered(view)
