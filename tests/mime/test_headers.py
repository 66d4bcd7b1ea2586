from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.headers import (
    MAX_FIELDS,
    MAX_HEADER_OCTETS,
    Address,
    essence,
    find_header_end,
    parse_fields,
    split_header,
    summarise,
)

PLAIN = (
    b"From: =?UTF-8?Q?J=C3=BCrgen?= <j@example.org>\n"
    b"To: Bob <bob@example.net>,\n\tAlice <alice@example.net>\n"
    b"Subject: =?UTF-8?B?R3LDvMOf?=\n =?UTF-8?B?ZQ==?=\n"
    b"Date: Fri, 01 Mar 2024 10:00:00 +0000\n"
    b"Message-ID: <1@example.org>\n"
    b"Content-Type: MULTIPART/Mixed;\n boundary=x\n"
)
ENDS = pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])


@ENDS
@pytest.mark.parametrize("blank", [True, False])
def test_summary_of_an_ordinary_header(end, blank):
    summary = summarise((PLAIN + b"\n" * blank).replace(b"\n", end))
    assert summary.subject == "Grüße"
    assert summary.sender == Address("Jürgen", "j@example.org")
    assert summary.to == (Address("Bob", "bob@example.net"), Address("Alice", "alice@example.net"))
    assert summary.date == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert summary.message_id == "<1@example.org>"
    assert summary.content_type == "multipart/mixed"
    assert summary.defects == ()


@ENDS
def test_split_header_at_the_blank_line(end):
    head, body = PLAIN.replace(b"\n", end), b"Hello: world\n\nx".replace(b"\n", end)
    assert split_header(head + end + body) == (head, body)


@pytest.mark.parametrize(
    ("raw", "header", "body"),
    [
        (b"", b"", b""),
        (b"A: b", b"A: b", b""),
        (b"A: b\r\n", b"A: b\r\n", b""),
        (b"A: b\r\n\r\n", b"A: b\r\n", b""),
        (b"\r\nbody", b"", b"body"),
        (b"A: b\nhello there\nbye\n", b"A: b\n", b"hello there\nbye\n"),
        (b"A: b\nhello there\n\nbye\n", b"A: b\n", b"hello there\n\nbye\n"),
        (b"A: b\nhello there\nC: d\n\nbye\n", b"A: b\nhello there\nC: d\n", b"bye\n"),
        (b"From x Mon\nA: b\n\nbye", b"From x Mon\nA: b\n", b"bye"),
        (b"A: b\r\r\nC: d\r\r\n\r\r\nbye", b"A: b\r\r\nC: d\r\r\n", b"bye"),
        (b"A: b\n c\n\td\n\nx", b"A: b\n c\n\td\n", b"x"),
        (b"no header at all\n\nx", b"", b"no header at all\n\nx"),
    ],
)
def test_split_header_where_lines_are_missing_or_strange(raw, header, body):
    assert split_header(raw) == (header, body)


def test_find_header_end_keeps_to_its_range():
    data = b"junk\nA: b\n\nbody\n--x\nC: d\n\n"
    assert find_header_end(data, 5, 16) == (10, 11)
    assert find_header_end(memoryview(data), 20) == (25, 26)


def test_a_header_that_never_ends_is_cut():
    data = b"A:b\n" * (MAX_HEADER_OCTETS // 2)
    assert find_header_end(data) == (MAX_HEADER_OCTETS, MAX_HEADER_OCTETS)


def test_fields_keep_their_octets_and_order():
    header = (
        b"Received: a\r\n\tb;  c\r\nX-Y : 1\r\nreceived: =?utf-8?q?=C3=A4?=\r\n\r\nnot: this\r\n"
    )
    fields = parse_fields(header)
    assert [(f.name, f.raw, f.value) for f in fields] == [
        ("Received", b"Received: a\r\n\tb;  c", "a b;  c"),
        ("X-Y", b"X-Y : 1", "1"),
        ("received", b"received: =?utf-8?q?=C3=A4?=", "ä"),
    ]


def test_the_fields_together_are_the_header():
    header = PLAIN.replace(b"\n", b"\r\n")
    assert b"".join(field.raw + b"\r\n" for field in parse_fields(header)) == header


@pytest.mark.parametrize(
    ("header", "defects"),
    [
        (b"", {"no-from", "no-date"}),
        (b"From: a@b\nFrom: c@d\n", {"duplicate-from", "no-date"}),
        (b"From:\nSender: s@t\n", {"no-from", "no-date"}),
        (b"From: undisclosed:;\n", {"bad-from", "no-date"}),
        (b"From: a@b\nDate: soon\n", {"bad-date"}),
        (b"\xef\xbb\xbfFrom: a@b\nDate: 1 Mar 2024 1:00\n", {"byte-order-mark"}),
        (b"\xef\xbb\xbfFrom x\nFrom: a@b\n", {"byte-order-mark", "mbox-from-line", "no-date"}),
        (b"From someone Mon Jan 1\nFrom: a@b\nDate: 1 Mar 2024 1:00\n", {"mbox-from-line"}),
        (b"From: a@b\nwhat is this\nDate: 1 Mar 2024 1:00\n", {"junk-line"}),
        (b"From: a@b\nDate: 1 Mar 2024 1:00\nContent-Type: text\n", {"bad-content-type"}),
        (b"From: a@b\nDate: 1 Mar 2024 1:00\nTo: " + b"x" * 20_000, {"value-cut"}),
        (
            b"From: a@b\nDate: 1 Mar 2024 1:00\n" + b"X: y\n" * (MAX_HEADER_OCTETS // 4),
            {"header-cut"},
        ),
    ],
)
def test_defects_are_named(header, defects):
    assert set(summarise(header).defects) == defects


def test_a_header_that_was_cut_is_told():
    header, _ = split_header(b"From: a@b\nX: " + b"y" * MAX_HEADER_OCTETS)
    assert "header-cut" in summarise(header).defects


def test_thousands_of_to_fields_are_read_as_far_as_one_may_go():
    header = b"To: Bob <bob@example.net>\n" * MAX_FIELDS
    assert summarise(header).to == (Address("Bob", "bob@example.net"),) * 500


def test_the_first_from_counts_and_sender_stands_in():
    assert summarise(b"From: a@b\nFrom: c@d\n").sender == Address("", "a@b")
    assert summarise(b"Sender: s@t\n").sender == Address("", "s@t")
    assert summarise(b"From: Ann, a@b\n").sender == Address("", "a@b")
    assert summarise(b"From: root\n").sender == Address("root", "")
    assert summarise(b"Subject: x\n").sender is None


def test_several_to_fields_are_one_list():
    assert summarise(b"To: a@b\nTo: c@d\n").to == (Address("", "a@b"), Address("", "c@d"))


def test_raw_8_bit_values():
    assert summarise("Subject: Grüße\n".encode()).subject == "Grüße"
    assert summarise("Subject: Grüße\n".encode("cp1252")).subject == "Grüße"


def test_a_subject_never_reorders_the_page_or_breaks_the_line():
    header = "Subject: a\u202eb\u2066c\x00d\x1be\r\n\u2069 f\r\n".encode()
    assert summarise(header).subject == "abc\ufffdd\ufffde"
    assert summarise(b"Subject: a\rb\r\nFrom: c@d\r\n").subject == "a b"


@pytest.mark.parametrize("content_type", [b"", b"text", b"; charset=x", b"\xff"])
def test_an_unreadable_content_type_is_text_plain(content_type):
    assert summarise(b"Content-Type: " + content_type + b"\n").content_type == "text/plain"


@pytest.mark.parametrize(
    ("value", "found"),
    [(b"<a@b>", "<a@b>"), (b" <a@b> (x)", "<a@b>"), (b"a@b", "a@b"), (b"", None), (b"<<a>", "<a>")],
)
def test_message_id(value, found):
    assert summarise(b"Message-ID: " + value + b"\n").message_id == found


@pytest.mark.parametrize(
    "bomb",
    [b"From: " + b"(" * 50_000, b"Subject: " + b"=?a?q?x" * 50_000, b"To: " + b'"\\' * 50_000,
     b"Subject: " + b"=?utf-8?q?x?= " * 50_000, b"From: " + b"<" * 50_000, b"\n " * 50_000,
     b"Subject:" + b"\n " * 50_000, b":" * 50_000, b"Date: " + b"(" * 50_000],
)  # fmt: skip
def test_bombs_end_quietly(bomb):
    summary = summarise(bomb)
    assert len(summary.subject) <= 20_000
    assert len(parse_fields(bomb)) <= 2


def test_very_many_fields_are_cut():
    assert len(parse_fields(b"A: b\n" * (MAX_FIELDS + 10))) == MAX_FIELDS


@given(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=80),
    st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1, max_size=30),
)
def test_what_the_standard_library_writes_is_read(subject, name):
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = f'"{name}" <a@example.org>'
    summary = summarise(message.as_bytes())
    assert summary.subject == subject
    assert summary.sender == Address(name, "a@example.org")


FRAGMENTS = [b"From:", b"Date: ", b"Subject: ", b"\r\n", b"\n", b"\r", b" ", b"=?utf-8?q?=C3",
             b"?=", b"<a@b>", b"(", b"\x00", b"\xff", b"x"]  # fmt: skip


@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(FRAGMENTS)).map(b"".join)))
def test_any_octets_never_raise(raw):
    header, body = split_header(raw)
    assert raw.startswith(header)
    assert raw.endswith(body)
    summary = summarise(raw)
    for text in (summary.subject, summary.content_type, summary.message_id or ""):
        assert "\n" not in text
    for parsed in parse_fields(raw):
        assert parsed.raw in raw
        assert "\n" not in parsed.value


ARRIVED = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
OURS = b"Received: from a.example.net ([192.0.2.1]) by mx.example.org with ESMTPS id 1"
LOCAL = b"Received: from mx.example.org (mx.example.org [192.0.2.2]) by in.example.org with LMTP"
AT = b"; Fri, 1 Mar 2024 11:00:00 +0100\n"
FORGED = b"Received: from x by y.example.net; Thu, 1 Jan 2099 00:00:00 +0000\n"


@pytest.mark.parametrize(
    ("header", "date", "date_from"),
    [
        (
            OURS + AT + b"Date: 2 Mar 2024 10:00 +0000\n",
            datetime(2024, 3, 2, 10, tzinfo=UTC),
            "header",
        ),
        (OURS + AT + FORGED + b"Date: soon\n", ARRIVED, "received"),
        (OURS + AT + FORGED, ARRIVED, "received"),
        (b"Date: 6/7/2022 10:00:00 AM\n" + OURS + AT, ARRIVED, "received"),
        (LOCAL + b"; garbled\n" + OURS + AT + FORGED, ARRIVED, "received"),
        (LOCAL + AT + OURS + b"; Fri, 1 Mar 2024 09:00:00 +0000\n", ARRIVED, "received"),
        (OURS + b"\n" + FORGED, None, None),  # nobody of ours says when
        (OURS + b"; garbled\n" + FORGED + b"Date: soon\n", None, None),
        (b"Subject: x\n", None, None),
    ],
)
def test_without_a_date_the_arrival_counts(header, date, date_from):
    found = summarise(header)
    assert (found.date, found.date_from) == (date, date_from)


def test_of_thousands_of_received_fields_the_first_ones_are_read():
    found = summarise(b"Received: x" * 2 + b"\n" + FORGED * 4000)
    assert found.date is None


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\nDate: 1 Dec 2026 03:00:00 +0000\r\nX: y\r\nSubject: s\r\n t\r\n",
        b"Received: from a by b; 1 Dec 2026 03:00:00 +0000\r\nDate: nonsense\r\nSubject: s\r\n",
        b"Received: from a by b; 1 Dec 2026 03:00:00 +0000\r\nSubject: no date\r\n",
        b"TO: a@b.example\nto: c@d.example\nDATE: 1 Dec 2026 03:00 +0100\nX-To: no\n\n",
        b"Subject: one\rDate: 1 Dec 2026 03:00:00 +0000\rX: y\r",
        b"Date: 1 Dec 2026 03:00:00 +0000\r\nContent-Type: text/html\r\nMessage-ID: <a@b>",
        b"From:\r\n Ann\r\n\t<a@b.example>\r\nDate: 1 Dec 2026 03:00 -0000 (c)\r\nSender: x@y",
    ],
)
def test_the_essence_of_a_header_says_the_same(raw):
    kept = essence(raw)
    assert replace(summarise(kept), defects=()) == replace(summarise(raw), defects=())
    assert b"X: y" not in kept or b"\n" not in raw


def test_what_a_list_does_not_show_is_no_part_of_the_essence():
    raw = b"Date: 1 Dec 2026 03:00:00 +0000\r\n" + b"X-Filler: " + b"y" * 60_000 + b"\r\n"
    assert len(essence(raw + b"Subject: s\r\n")) < 100
