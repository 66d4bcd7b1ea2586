import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.verdicts import AuthVerdict, VerdictKind, parse_verdict, plain_authserv_id

RESULTS, ARC, SPF = VerdictKind


def short(kind: VerdictKind, value: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    verdict = parse_verdict(kind, value)
    return verdict.authserv_id, [(r.method, r.result, dict(r.properties)) for r in verdict.results]


@pytest.mark.parametrize(
    ("value", "who", "results"),
    [
        ("", "", []),
        ("mx.example.net", "mx.example.net", []),
        ("mx.example.net; none", "mx.example.net", []),
        ("mx.example.net 1; none", "mx.example.net", []),
        ('"mx example"; none', "mx example", []),
        (
            "mx.example.net; spf=pass smtp.mailfrom=a@example.org",
            "mx.example.net",
            [("spf", "pass", {"smtp.mailfrom": "a@example.org"})],
        ),
        (
            ("mx.google.com; dkim=pass header.i=@example.org header.s=s1 header.b=AbC=;"
            " spf=pass (google.com: domain of a@example.org designates 198.51.100.7 as permitted"
            " sender) smtp.mailfrom=a@example.org; dmarc=pass (p=REJECT sp=REJECT dis=NONE)"
            " header.from=example.org"),
            "mx.google.com",
            [
                ("dkim", "pass", {"header.i": "@example.org", "header.s": "s1",
                                  "header.b": "AbC="}),
                ("spf", "pass", {"smtp.mailfrom": "a@example.org"}),
                ("dmarc", "pass", {"header.from": "example.org"}),
            ],
        ),
        (  # Exchange leaves out its name
            ("spf=softfail (sender IP is 198.51.100.7) smtp.mailfrom=example.org; dkim=none"
            " (message not signed) header.d=none;compauth=fail reason=001"),
            "",
            [
                ("spf", "softfail", {"smtp.mailfrom": "example.org"}),
                ("dkim", "none", {"header.d": "none"}),
                ("compauth", "fail", {}),
            ],
        ),
        (
            'mx; DKIM/1 = Pass (good) header . d = Example.org ; auth=pass smtp.auth="a b"',
            "mx",
            [("dkim", "pass", {"header.d": "Example.org"}), ("auth", "pass", {"smtp.auth": "a b"})],
        ),
        ("mx; dkim=; spf; =pass; a=b=c; (x); ;", "mx", [("a", "b", {})]),
        ("mx (spf=pass); dkim=fail", "mx", [("dkim", "fail", {})]),
        ("mx; iprev=pass policy.iprev=192.0.2.1 (x.example)", "mx",
         [("iprev", "pass", {"policy.iprev": "192.0.2.1"})]),
    ],
)  # fmt: skip
def test_authentication_results(value, who, results):
    assert short(RESULTS, value) == (who, results)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("mx; dkim=fail (bad (nested) key) header.d=x", "bad (nested) key"),
        ('mx; dkim=fail reason="signature; broken" (comment)', "signature; broken"),
        ("mx; dkim=fail (one) header.d=x (two)", "one; two"),
        ("mx; dkim=fail", ""),
    ],
)
def test_reasons(value, reason):
    (result,) = parse_verdict(RESULTS, value).results
    assert result.reason == reason
    assert result.get("reason") == ""


def test_arc_has_an_instance_in_front():
    value = "i=1; mx.google.com; arc=none; spf=fail smtp.mailfrom=x.example"
    who, results = short(ARC, value)
    assert who == "mx.google.com"
    assert [result[:2] for result in results] == [("arc", "none"), ("spf", "fail")]
    assert parse_verdict(ARC, "mx.example; none").authserv_id == "mx.example"


@pytest.mark.parametrize(
    ("value", "who", "result", "properties"),
    [
        (
            ("pass (mx.example.net: domain of example.org designates 198.51.100.7) receiver="
            'mx.example.net; client-ip=198.51.100.7; envelope-from="a@example.org";'
            " helo=out.example.org"),
            "mx.example.net",
            "pass",
            {"receiver": "mx.example.net", "client-ip": "198.51.100.7",
             "envelope-from": "a@example.org", "helo": "out.example.org"},
        ),
        ("SoftFail (google.com: x) client-ip=1.2.3.4;", "", "softfail", {"client-ip": "1.2.3.4"}),
        ("None", "", "none", {}),
    ],
)  # fmt: skip
def test_received_spf(value, who, result, properties):
    assert short(SPF, value) == (who, [("spf", result, properties)])


@pytest.mark.parametrize("value", ["", "(pass)", "spf=pass", ";", "1"])
def test_received_spf_without_a_result(value):
    assert short(SPF, value) == ("", [])


@pytest.mark.parametrize(
    ("kind", "value", "who"),
    [
        (RESULTS, "MX.Example.net; none", "mx.example.net"),
        (RESULTS, " mx.example.net 1 ; none", "mx.example.net"),
        (RESULTS, "mx.example.net", "mx.example.net"),
        (ARC, "i=12; mx.example.net; none", "mx.example.net"),
        (RESULTS, '"mx.example.net"; none', ""),
        (RESULTS, "(c) mx.example.net; none", ""),
        (RESULTS, "mx.example.net (c); none", ""),
        (RESULTS, "=?utf-8?q?mx.example.net?=; none", ""),
        (RESULTS, "mx.exam\u202aple.net; none", ""),
        (RESULTS, "mx\u2024example.net; none", ""),
        (RESULTS, "spf=pass; none", ""),
        (RESULTS, "i=1; mx.example.net", ""),
        (SPF, "pass receiver=MX.example.net;", "mx.example.net"),
        (SPF, "junk=1", ""),
    ],
)
def test_only_a_plain_name_counts(kind, value, who):
    assert plain_authserv_id(kind, value) == who


@pytest.mark.parametrize("piece", ["a=b;", "a=", "= ", ". ", "a . ", "(", "()", '"', 'a="', ";"])
@pytest.mark.parametrize("kind", VerdictKind)
def test_hostile_values_take_no_time(kind, piece):
    value = piece * (256 * 1024 // len(piece))
    verdict = parse_verdict(kind, value)
    plain_authserv_id(kind, value)
    assert len(verdict.results) <= 50


PIECES = ["spf", "dkim", "=", "pass", ";", " ", ".", "(", ")", '"', "\\", "i=1;", "header", "d",
          "reason=", "\u202e", "\x00", "/1"]  # fmt: skip


@given(
    st.sampled_from(VerdictKind),
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES)).map("".join)),
)
def test_any_value_never_raises(kind, value):
    verdict = parse_verdict(kind, value)
    assert isinstance(verdict, AuthVerdict)
    assert not verdict.trusted
    for result in verdict.results:
        assert result.method.isascii()
        assert result.method == result.method.lower() != ""
        assert result.result == result.result.lower() != ""
        for text in (result.reason, *(part for pair in result.properties for part in pair)):
            assert len(text) <= 256
            assert "\x00" not in text


@given(st.lists(st.tuples(st.sampled_from(["spf", "dkim", "dmarc"]),
                          st.sampled_from(["pass", "fail", "none"]),
                          st.from_regex(r"[a-z0-9.@-]{1,20}", fullmatch=True)), max_size=20),
       st.sampled_from(["", " ", "  "]), st.sampled_from(["", " (c;=) "]))  # fmt: skip
def test_what_is_written_is_read(results, space, comment):
    value = "mx.example" + "".join(
        f";{comment}{m}{space}={space}{r}{comment} header.d{space}={space}{d}"
        for m, r, d in results
    )
    assert short(RESULTS, value) == ("mx.example", [(m, r, {"header.d": d}) for m, r, d in results])
