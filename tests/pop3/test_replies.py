"""What servers say, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pop3 import Capabilities, Reply, ScanListing, Stat, UniqueId
from app.pop3.replies import (
    apop_challenge,
    decode,
    parse_capabilities,
    parse_scan_listing,
    parse_stat,
    parse_status,
    parse_unique_id,
    read_unique_id,
    says_empty,
)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"+OK", Reply(True, None, "")),
        (b"+OK ", Reply(True, None, "")),
        (b"-ERR", Reply(False, None, "")),
        (b"+ok lower", Reply(True, None, "lower")),
        (b"-Err Mixed", Reply(False, None, "Mixed")),
        (b"-ERR\tUnknown command", Reply(False, None, "Unknown command")),
        (b"-ERR: Unknown command", Reply(False, None, "Unknown command")),
        (b"-ERR, [IN-USE] busy", Reply(False, "IN-USE", "busy")),
        (b"+OK.", Reply(True, None, "")),
        (b"+OK! ready", Reply(True, None, "ready")),
        (b"+OK   several   spaces ", Reply(True, None, "several   spaces")),
        (b"-ERR [IN-USE] Do you have another", Reply(False, "IN-USE", "Do you have another")),
        (b"-ERR [sys/temp] later", Reply(False, "SYS/TEMP", "later")),
        (b"-ERR [SYS/PERM/DISK]", Reply(False, "SYS/PERM/DISK", "")),
        (b"-ERR [AUTH]no space", Reply(False, "AUTH", "no space")),
        (b"-ERR not [AUTH] at the front", Reply(False, None, "not [AUTH] at the front")),
        (b"-ERR [not a code] x", Reply(False, None, "[not a code] x")),
        (b"+OK [192.0.2.1] ready", Reply(True, None, "[192.0.2.1] ready")),
        (b"-ERR [unclosed", Reply(False, None, "[unclosed")),
        (b"+OK caf\xc3\xa9 \xff", Reply(True, None, "café \\xff")),
        (b"-ERR \x1b[31mred\x07", Reply(False, None, "\\x1b[31mred\\x07")),
    ],
)
def test_status_lines(line, reply):
    assert parse_status(line) == reply


@pytest.mark.parametrize(
    "line",
    [
        b"", b" ", b"+", b"+ ", b"+ERR x", b"OK", b"ERR", b"+OKAY", b"-ERROR", b" +OK", b"+OK:x",
        b"-ERR;-ERR", b"+OK=", b"-ERR-5", b"\0+OK",
        b"220 mail ESMTP", b"* OK IMAP4rev1", b"HTTP/1.1 400 Bad Request", b"SSH-2.0-OpenSSH_9.2",
        b"1 120", b".", b"\x15\x03\x01\x00\x02\x02\x46",
    ],
)  # fmt: skip
def test_lines_that_are_no_status(line):
    assert parse_status(line) is None


@pytest.mark.parametrize(
    "line", ["+OK", "+OK ready", "-ERR [SYS/TEMP] later", "-ERR [AUTH]", "-ERR no"]
)
def test_a_reply_reads_as_it_was_said(line):
    reply = parse_status(line.encode())
    assert reply is not None
    assert reply.line == line


@given(st.binary(max_size=80))
def test_decoded_text_can_always_be_shown(line):
    text = decode(line)
    assert text.isprintable()
    assert text.encode().decode() == text


def test_a_bidirectional_override_is_escaped():
    assert decode("a\u202eb\u2028c".encode()) == "a\\x202eb\\x2028c"


@pytest.mark.parametrize(
    ("greeting", "challenge"),
    [
        (b"+OK POP3 <1896.697170952@dbc.mtview.ca.us>", b"<1896.697170952@dbc.mtview.ca.us>"),
        (b"+OK <a@b> ready <c@d>", b"<a@b>"),
        (b"+OK Dovecot ready.", None),
        (b"+OK <no-at-sign>", None),
        (b"+OK <@host>", None),
        (b"+OK <left@>", None),
        (b"+OK <a b@c>", None),
        (b"+OK <a@b@c>", None),
        (b"+OK <caf\xc3\xa9@host>", None),
        (b"+OK <unclosed@host", None),
    ],
)
def test_only_a_strict_timestamp_is_an_apop_challenge(greeting, challenge):
    assert apop_challenge(greeting) == challenge


@pytest.mark.parametrize(
    ("words", "stat"),
    [
        (b"2 320", Stat(2, 320)),
        (b"0 0", Stat(0, 0)),
        (b" 2   320 ", Stat(2, 320)),
        (b"2\t320", Stat(2, 320)),
        (b"1 -2147483648", Stat(1, -2147483648)),  # a counter of 32 bits, run over
        (b"3 5000000000 octets", Stat(3, 5_000_000_000)),
    ],
)
def test_stat(words, stat):
    assert parse_stat(words) == stat


@pytest.mark.parametrize(
    "words",
    [b"", b"2", b"-2 320", b"a b", b"2 3x", b"2 -", b"2 --1", b"2 +3", b"2 " + b"9" * 19, b"1_0 2"],
)
def test_stat_that_cannot_be_meant(words):
    with pytest.raises(ValueError):
        parse_stat(words)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b"1 120", (1, 120)),
        (b"1   120  ", (1, 120)),
        (b"\t1\t120", (1, 120)),
        (b"1 120 octets", (1, 120)),
        (b"+OK 1 120", (1, 120)),
        (b"7 -5", (7, 0)),
        (b"100000 42949672960", (100_000, 42_949_672_960)),
    ],
)
def test_rows_of_list(line, row):
    assert parse_scan_listing(line) == ScanListing(*row)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"1",
        b"+OK 1",
        b"0 120",
        b"-1 120",
        b"a 120",
        b"1 a",
        b"-ERR gone",
        b"\xb2 1",
        b"9" * 5000,
    ],
)
def test_rows_of_list_that_cannot_be_meant(line):
    with pytest.raises(ValueError):
        parse_scan_listing(line)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b"1 whqtswO00WBw418f9t5JxYwZ", (1, "whqtswO00WBw418f9t5JxYwZ")),
        (b"2   !~", (2, "!~")),
        (b"+OK 3 abc", (3, "abc")),
        (b"4 " + b"x" * 70, (4, "x" * 70)),
        (b"4 " + b"x" * 100, (4, "x" * 100)),  # too long, seen, and usable
        (b"5", None),
        (b"5 ", None),
        (b"5 two words", None),
        (b"5 caf\xc3\xa9", None),
        (b"5 " + b"x" * 256, None),
    ],
)
def test_rows_of_uidl(line, row):
    assert parse_unique_id(line) == (row and UniqueId(*row))


@pytest.mark.parametrize("line", [b"", b"abc", b"0 abc", b"-1 abc", b"+OK", b"-ERR no UIDL"])
def test_rows_of_uidl_that_cannot_be_meant(line):
    with pytest.raises(ValueError):
        parse_unique_id(line)


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("0 messages", True), ("no messages", True), ("Mailbox is empty", True), ("empty", True),
        ("no new mail", True), ("no mails in your maildrop", True), ("0 messages (0 octets)", True),
        ("10 messages", False), ("no such message", False), ("", False), ("1 message", False),
        ("0 320", False), ("scan listing follows", False), ("argument is empty", False),
    ],
)  # fmt: skip
def test_words_of_an_empty_maildrop(text, empty):
    assert says_empty(text) is empty


@pytest.mark.parametrize(
    "odd", [b"", b"abc", b"0 abc", b"-1 abc", b"uid 2", b"total 3", b"2", b"2 \xff"]
)
def test_an_odd_row_of_uidl_is_left_out_and_the_others_are_not(odd):
    rows = [row for line in (b"1 a", odd, b"3 c") if (row := read_unique_id(line))]
    assert [(row.number, row.uidl) for row in rows] == [(1, "a"), (3, "c")]
    assert read_unique_id(odd) is None


@given(st.binary(max_size=40))
def test_row_parsers_give_a_value_or_value_error(line):
    for parse in (parse_stat, parse_scan_listing, parse_unique_id):
        try:
            row = parse(line)
        except ValueError:
            continue
        assert row is None or isinstance(row, Stat | ScanListing | UniqueId)


DOVECOT = [
    b"CAPA", b"TOP", b"UIDL", b"RESP-CODES", b"PIPELINING", b"AUTH-RESP-CODE", b"STLS", b"USER",
    b"SASL PLAIN LOGIN CRAM-MD5",
]  # fmt: skip


def test_capabilities_of_dovecot():
    has = parse_capabilities(DOVECOT)
    assert has.pipelining
    assert has.mechanisms == {"PLAIN", "LOGIN", "CRAM-MD5"}
    assert "STLS" in has
    assert "UTF8" not in has
    assert not has.expire_at_once
    assert has.login_delay is None
    assert has.lines == tuple(line.decode() for line in DOVECOT)


def test_capabilities_come_in_any_case_with_repeats_tabs_and_empty_lines():
    has = parse_capabilities(
        [b"sasl\tplain  Login", b"", b"  ", b"Top", b"TOP again", b"pipelining"]
    )
    assert has.mechanisms == {"PLAIN", "LOGIN"}
    assert has.tags["TOP"] == ()
    assert "top" in has
    assert has.pipelining


@pytest.mark.parametrize(
    "lines",
    [
        [b"SASL PLAIN,LOGIN"],
        [b"SASL=PLAIN LOGIN"],
        [b"sasl: plain, login"],
        [b"AUTH=PLAIN", b"AUTH=LOGIN"],
        [b"AUTH PLAIN LOGIN"],
        [b"SASL LOGIN", b"UIDL", b"SASL PLAIN LOGIN"],
        [b"SASL", b"AUTH PLAIN LOGIN"],
    ],
)
def test_mechanisms_are_understood_however_they_are_listed(lines):
    assert parse_capabilities(lines).mechanisms == {"PLAIN", "LOGIN"}


@pytest.mark.parametrize("line", [b"SASLX PLAIN", b"AUTH-RESP-CODE", b"AUTHENTICATE PLAIN"])
def test_what_only_begins_like_mechanisms_is_another_tag(line):
    has = parse_capabilities([line])
    assert not has.mechanisms
    assert has.lines == (line.decode(),)


def test_mailutils_and_twisted_say_it_wrong():
    has = parse_capabilities([b"EXPIRENEVER", b"PIPELINE"])
    assert not has.expire_at_once
    assert not has.pipelining
    assert "EXPIRENEVER" in has


@pytest.mark.parametrize(
    ("line", "at_once"),
    [
        (b"EXPIRE 0", True),
        (b"EXPIRE 0 USER", True),
        (b"EXPIRE0", True),
        (b"EXPIRE=0", True),
        (b"expire: 0 USER", True),
        (b"EXPIRE 00", True),
        (b"EXPIRE NEVER", False),
        (b"EXPIRE 0x", False),
        (b"EXPIRE-POLICY 0", False),
        (b"EXPIRE 30", False),
        (b"EXPIRE", False),
    ],
)
def test_expire(line, at_once):
    assert parse_capabilities([line]).expire_at_once is at_once


@pytest.mark.parametrize(
    ("line", "delay"),
    [
        (b"LOGIN-DELAY 300", 300),
        (b"LOGIN-DELAY 10 USER", 10),
        (b"LOGIN-DELAY 0", 0),
        (b"LOGIN-DELAY=300", 300),
        (b"login-delay: 900 USER", 900),
        (b"LOGIN-DELAY 300s", 300),
        (b"LOGIN-DELAYS 300", None),
        (b"LOGIN-DELAY", None),
        (b"LOGIN-DELAY soon", None),
        (b"LOGIN-DELAY -1", None),
    ],
)
def test_login_delay(line, delay):
    assert parse_capabilities([line]).login_delay == delay


def test_no_answer_to_capa_is_no_capabilities():
    assert not Capabilities().pipelining
    assert Capabilities().mechanisms == frozenset()
    assert Capabilities().lines == ()


@given(st.lists(st.binary(max_size=30)))
def test_capabilities_can_be_made_of_anything(lines):
    has = parse_capabilities(lines)
    assert has.pipelining == ("PIPELINING" in has)
    assert all(name == name.upper() for name in has.mechanisms)
    assert has.login_delay is None or has.login_delay >= 0
    assert all(line.isprintable() for line in has.lines)
