"""What CAPA is worth."""

from app.pop3 import Capabilities
from app.pop3.replies import parse_capabilities
from app.report import Finding, Verdict
from app.report import capabilities as rules


def capa(*lines: bytes) -> Capabilities:
    return parse_capabilities(lines)


def test_a_misspelled_tag_is_named_with_what_was_meant():
    checks = list(rules.odd_tags(None, capa(b"UIDL", b"EXPIRENEVER"), capa(b"PIPELINE")))
    assert [(c.facts["tag"], c.facts["meant"]) for c in checks] == [
        ("EXPIRENEVER", "EXPIRE NEVER"),
        ("PIPELINE", "PIPELINING"),
    ]


def test_unknown_tags_are_named_together_and_known_ones_are_not():
    (check,) = rules.odd_tags(capa(b"TOP", b"X-ONE", b"sasl PLAIN"), capa(b"CELERITY", b"X-ONE"))
    assert check.facts["tags"] == ("X-ONE", "CELERITY")
    assert check.verdict is Verdict.NOTE
    assert not list(rules.odd_tags(capa(b"TOP", b"UIDL", b"EXPIRE NEVER")))


def test_what_came_and_what_went():
    before, after = capa(b"TOP", b"STLS", b"SASL PLAIN"), capa(b"TOP", b"SASL PLAIN LOGIN")
    lines = ("- STLS", "- SASL PLAIN", "+ SASL PLAIN LOGIN")
    assert rules.after_tls(before, after).details == lines
    assert rules.after_login(before, before).finding is Finding.CAPA_LOGIN_SAME


def test_passwords_in_clear_before_tls():
    offered = rules.cleartext(capa(b"USER", b"SASL PLAIN CRAM-MD5"))
    assert offered is not None
    assert offered.facts["names"] == ("USER", "PLAIN")
    safe = rules.cleartext(capa(b"STLS", b"SASL CRAM-MD5 SCRAM-SHA-256"))
    assert safe is not None
    assert safe.finding is Finding.CLEARTEXT_REFUSED
    assert rules.cleartext(Capabilities()) is None


def test_mechanisms():
    assert rules.mechanisms(capa(b"SASL PLAIN SCRAM-SHA-1")).finding is Finding.MECHANISMS
    assert rules.mechanisms(capa(b"SASL PLAIN LOGIN")).finding is Finding.MECHANISMS_PLAIN
    assert rules.mechanisms(capa(b"TOP")).finding is Finding.MECHANISMS_NONE


def promised(*lines: bytes) -> dict[Finding, object]:
    return {check.finding: check.facts.get("n") for check in rules.promises(capa(*lines))}


def test_what_the_server_promises():
    assert promised(b"LOGIN-DELAY 0", b"EXPIRE NEVER") == {
        Finding.DELAY_NONE: None,
        Finding.EXPIRE_NEVER: None,
    }
    assert promised(b"LOGIN-DELAY 300 USER", b"EXPIRE 0") == {
        Finding.DELAY: 300,
        Finding.EXPIRE_ZERO: None,
    }
    assert promised(b"EXPIRE 30 USER", b"UTF8 USER", b"LANG") == {
        Finding.EXPIRE_DAYS: 30,
        Finding.UTF8: None,
        Finding.LANGUAGES: None,
    }
    assert promised(b"EXPIRENEVER") == {Finding.EXPIRE_NEVER: None}
    assert promised(b"TOP") == {}


def test_no_capa_at_all():
    assert [check.finding for check in rules.announced(Capabilities())] == [Finding.CAPA_MISSING]


def test_names_in_utf8_need_their_own_word():
    assert Finding.UTF8_HEADERS in promised(b"UTF8")
    assert Finding.UTF8 not in promised(b"UTF8")
