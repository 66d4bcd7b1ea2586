import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from app.mime import Peek, Structure, Summary, parse_fields, scan, split_header, summarise
from tests.mime.reading import peek
from tests.support.corpus import CASES, Case
from tests.support.table import table

CUTS = 300  # lines at which one message is cut at most, spread evenly
CUT_OCTETS = 1_000_000  # octets read for the cuts of one message; at least 8 are made
SMALL = 4096  # octets of a message that is cut at every octet

BAD_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
BAD_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")
LINE_END = re.compile(rb"\r?\n|\r")

EVERY = table("case", CASES, ids=lambda case: case.name)
SMALL_ONES = [
    case for case in CASES if isinstance(case.source, bytes) and len(case.source) <= SMALL
]


def outline(structure: Structure) -> list[str]:
    """The parts as `Case.structure` writes them."""
    return [
        f"{part.path} {part.content_type} {part.encoding}"
        + (f' "{part.filename}"' if part.filename else "")
        + ("" if part.complete else " cut")
        for part in structure.root.walk()
    ]


def lines_shown(summary: Summary, structure: Structure, found: Peek) -> Iterator[str]:
    """Every string that stands on a page as one line."""
    yield from (summary.subject, summary.message_id or "", summary.content_type)
    for address in (summary.sender, *summary.to):
        if address is not None:
            yield from (address.name, address.email)
    for part in structure.root.walk():
        yield from (part.path, part.content_type, part.encoding, part.disposition)
        yield from (part.filename or "", part.charset or "")
        yield from (value for _, value in part.params.items)
    for peeked in found.parts:
        yield from (peeked.path, peeked.content_type, peeked.name or "")
    yield from (*summary.defects, *found.defects, *structure.defects)


def read(raw: bytes, *, whole: bool) -> tuple[Summary, Structure, Peek]:
    """What the app makes of a message; fails if any of it could harm the page."""
    header, body = split_header(raw)
    assert len(header) + len(body) <= len(raw)
    summary, structure, found = summarise(header), scan(raw, whole=whole), peek(raw, whole=whole)
    bad = BAD_IN_LINE.search("|".join(lines_shown(summary, structure, found)))
    assert bad is None, bad
    bad = BAD_IN_TEXT.search(found.text)
    assert bad is None, bad
    return summary, structure, found


def test_the_corpus_is_large_and_says_what_is_hard():
    assert len(CASES) >= 130
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case.name), case.name
        assert case.hard.strip(), case.name
        assert "\n" not in case.hard
        assert len(case.hard) < 90


@EVERY
@pytest.mark.timeout(60)  # what takes quadratic time on the huge ones takes hours
def test_a_message_is_read_as_it_is_meant(case: Case):
    summary, structure, found = read(case.raw, whole=case.whole)
    sender = summary.sender and (summary.sender.name, summary.sender.email)
    assert summary.subject == case.subject
    assert sender == case.sender
    assert (summary.date and summary.date.isoformat()) == case.date
    assert {*summary.defects, *found.defects} == {*case.defects}
    expected = [line.strip() for line in case.structure.splitlines()]
    assert outline(structure) == [line for line in expected if line]
    if case.text is not None:
        # Texts of megabytes make no readable difference.
        assert found.text[:1000] == case.text[:1000]
        assert len(found.text) == len(case.text)
        assert found.text == case.text or len(case.text) > 1000
        assert hash(found.text) == hash(case.text)
    sizes = {part.path: part.octets for part in found.parts}
    assert {path: sizes.get(path) for path, _ in case.octets} == dict(case.octets)
    assert (found.text_kind == "none") <= (found.text == "")
    assert found.text_complete or not case.whole


@EVERY
def test_fields_are_shown_as_harmless_lines(case: Case):
    for field in parse_fields(split_header(case.raw)[0]):
        assert not BAD_IN_LINE.search(field.name + field.value)


def cuts(raw: bytes) -> list[int]:
    """Ends of lines: all of them, or as many as are worth their time, evenly spread."""
    ends = [match.end() for match in LINE_END.finditer(raw)]
    most = max(8, min(CUTS, CUT_OCTETS // max(1, len(raw))))
    step = max(1, len(ends) // most)
    return ends[::step]


@pytest.mark.heavy
@pytest.mark.timeout(300)
@EVERY
def test_cut_behind_any_line_the_parts_met_are_the_first_of_the_whole_ones(case: Case):
    raw = case.raw
    text = peek(raw, whole=case.whole).text
    whole = [(part.path, part.content_type) for part in scan(raw, whole=case.whole).root.walk()]
    for at in cuts(raw):
        _, structure, found = read(raw[:at], whole=False)
        *parts, last = structure.root.walk()
        assert [(part.path, part.content_type) for part in parts] == whole[: len(parts)], at
        path, content_type = whole[len(parts)]
        assert last.path == path, at
        if last.body[0] > last.header[1]:  # its blank line is here
            assert last.content_type == content_type, at
        paths = {re.split("[:~]", part.path)[0] for part in found.parts}  # in a message, in a text
        assert paths <= {path for path, _ in whole}, at
        if found.text_complete:
            assert found.text == text, at


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_cut_behind_any_octet_nothing_is_raised_or_harmful():
    beginnings = {case.raw[:at] for case in SMALL_ONES for at in range(len(case.raw))}
    assert len(beginnings) > 40_000
    for raw in beginnings:  # many cases begin alike
        try:
            read(raw, whole=False)
        except Exception as error:
            error.add_note(f"in a message that begins {raw!r}")
            raise


# Octets of every kind, n times: the steps taken in Python may double with n, not more. Copies and
# regular expressions take no steps here; the huge cases run into their time limit instead.
MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
GROWING: dict[str, Callable[[int], bytes]] = {
    "fields": lambda n: b"X: y\r\n" * n,
    "folds": lambda n: b"Subject: x\r\n" + b" y\r\n" * n,
    "junk lines": lambda n: b"junk\r\n" * n + b"X: y\r\n",
    "to": lambda n: b"To: a@b\r\n" * n,
    "subjects": lambda n: b"Subject: a\r\n" * n,
    "words": lambda n: b"Subject:" + b" =?utf-8?q?a?=" * n,
    "open words": lambda n: b"Subject:" + b" =?utf-8?q?a" * n,
    "brackets": lambda n: b"From:" + b"(" * n,
    "angles": lambda n: b"From:" + b"<@a,b:" * n,
    "quotes": lambda n: b'From: "' + b'\\"' * n,
    "parameters": lambda n: b"Content-Type: a/b" + b"; c*1*=d" * n,
    "semicolons": lambda n: b"Content-Type: a/b" + b";" * n,
    "parts": lambda n: MIXED + b"--x\r\n\r\n" * n,
    "lookalikes": lambda n: MIXED + b"--x\r\n\r\n" + b"--xx\r\n" * n,
    "headers in parts": lambda n: MIXED + b"--x\r\nX: y\r\nZ\r\n" * n,
    "nested": lambda n: b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * n,
    "messages": lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n,
    "padding": lambda n: b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ==" * n,
    "tags": lambda n: b"Content-Type: text/html\r\n\r\n" + b"<p>a</p>" * n,
    "open tags": lambda n: b"Content-Type: text/html\r\n\r\n" + b"<p '" * n,
    "flowed": lambda n: b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> a \r\n" * n,
}  # fmt: skip


def steps(raw: bytes) -> int:
    """Calls of functions, Python's and ours, that reading the message takes."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        summarise(split_header(raw)[0])
        peek(raw, whole=True)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.heavy
@pytest.mark.parametrize("kind", GROWING)
def test_twice_the_octets_take_at_most_twice_the_steps(kind: str):
    made = GROWING[kind]
    steps(made(10))  # what is done once is done
    assert steps(made(400)) <= 2.05 * steps(made(200)) + 50


def test_steps_grow_with_what_is_read():
    assert steps(GROWING["parts"](400)) > 1.9 * steps(GROWING["parts"](200))


PLACES: dict[str, bytes] = {
    "a field without an end": b"X-Long: ",
    "a subject": b"Subject: ",
    "a sender": b"From: ",
    "a date": b"Date: ",
    "a type": b"Content-Type: text/plain; name=",
    "a quoted name": b'Content-Disposition: attachment; filename="',
    "a header": b"Subject: x\r\n",
    "a text": b"\r\n",
    "a flowed text": b"Content-Type: text/plain; format=flowed\r\n\r\n",
    "html": b"Content-Type: text/html\r\n\r\n",
    "quoted-printable": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
    "base64": b"Content-Transfer-Encoding: base64\r\n\r\n",
    "a preamble": MIXED,
    "an unknown boundary": b"Content-Type: multipart/mixed\r\n\r\n",
    "iso-2022-jp": b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
}
SHARDS = (
    *(bytes((octet,)) for octet in b"\x00 \t\r\n\x0c\x1b!\"%&'()*,-./:;<=>?@A[\\]_a{\x80\xe3\xff"),
    *(b"=?", b"?=", b"=\r", b"\r\r\n", b" \r", b"--", b"\r\n--", b"\n ", b"A=", b'\\"', b'="'),
    *(b"<a ", b"<!--", b"</", b"&#", b"&#x", b"&amp", b";a", b";(", b"()", b"*1*=%", b"\x1b$B"),
)


@pytest.mark.heavy
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.timeout(10)  # quadratic time would be 10^9 steps of a regular expression
def test_a_long_run_of_any_shard_is_read_once(place: str):
    for shard in SHARDS:
        raw = PLACES[place] + shard * (50_000 // len(shard))
        read(raw, whole=False)
        read(raw + b"!\r\n", whole=True)
