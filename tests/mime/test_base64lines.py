"""Where base64 ends, in whatever pieces it comes, and what is none."""

import base64
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import attachments, scan, stream
from app.mime.base64lines import Base64Lines, is_base64
from app.mime.transfer import split_base64
from tests.support.table import table

RULE = b"_______________________________________________\n"
FOOTERS = [
    RULE
    + b"list mailing list\nlist@example.org\nhttps://lists.example.org/mailman/listinfo/list\n",
    b"-- \nAnn\n",
    b"This message was scanned.\n",
    b"=====\nScanned: clean\n",
    b"Disclaimer\n\nWhat is in here is for you alone.\n",
    b"John\n",
    b"Unsubscribes\n",
    b"-----BEGIN CERTIFIED-----\nno virus\n",
    "Überprüft\n".encode(),
    b"Diese Nachricht wurde von einem Programm auf Viren geprueft. " * 90 + b"\nEnd\n",
    b"https://example.org/unsubscribe/abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopq\n",
]
ENDS = pytest.mark.parametrize("end", [b"\n", b"\r\n"])


LENGTHS = (1, 2, 3, 57, 300, 301, 3000, 3001)
GAPS = (b"", b"\n", b" \n\n")


@ENDS
@table("octets, gap, footer", product(LENGTHS, GAPS, FOOTERS))
def test_a_footer_is_no_octet_of_it(octets, gap, footer, end):
    if octets == 57 and footer + gap == b"John\n":
        return  # behind a full line, that is a last line as any
    data = bytes(range(256)) * 12
    body = (base64.encodebytes(data[:octets]) + gap + footer).replace(b"\n", end)
    found, behind = split_base64(body)
    assert found == data[:octets]
    assert behind.strip() == footer.replace(b"\n", end).strip()


@given(
    st.binary(min_size=1, max_size=400), st.sampled_from(FOOTERS), st.lists(st.integers(0, 2000))
)
def test_the_end_is_the_same_in_any_pieces(data, footer, cuts):
    body = base64.encodebytes(data) + footer
    whole = Base64Lines()
    expected = whole.feed(body) + whole.close()
    lines = Base64Lines()
    ends = sorted({cut % (len(body) + 1) for cut in cuts})
    pieces = [body[a:b] for a, b in zip([0, *ends], [*ends, len(body)], strict=True)]
    assert b"".join([*map(lines.feed, pieces), lines.close()]) == expected
    assert lines.end == whole.end


@given(st.binary(min_size=1, max_size=400), st.sampled_from(FOOTERS))
def test_cut_anywhere_it_is_a_prefix(data, footer):
    body = base64.encodebytes(data) + footer
    lines_end = [at for at in range(len(body)) if body[at : at + 1] == b"\n"]
    for cut in [*range(len(base64.encodebytes(data))), *lines_end]:
        found, behind = split_base64(body[:cut], complete=False)
        assert data.startswith(found)
        assert footer.strip().startswith(behind.strip())


@pytest.mark.parametrize(
    ("encoded", "octets"),
    [
        (b"YQ==\nYQ==\n", b"aa"),  # blocks joined, each in its line
        (b"YQ==\n\nYWJj\n", b"aabc"),
        (b"YQ==YQ==\nYQ==", b"aaa"),
        (b"YQ== YQ==", b"aa"),
        (b"YWJj\n-- \nYWJj\n", b"abcabc"),  # junk within
        (b"YW=\n", b"a"),
        (b"YWJ\xffj" + b"YWJj" * 20 + b"\nYWJj\n", b"abc" * 22),
        (b"YWJj\n" + b"YWJj" * 12 + b"\xff\n" + b"YWJj" * 14 + b"\n", b"abc" * 27),
        (b"YWJj" * 20 + b" " + b"YWJj" * 20 + b"\n" + b"YWJj" * 10, b"abc" * 50),
    ],
)
def test_what_goes_on_is_decoded(encoded, octets):
    assert split_base64(encoded)[0].startswith(octets)
    assert split_base64(encoded)[1] == b""


def test_blocks_of_many_lines_are_joined():
    data = [bytes(range(n % 250 + 1)) * 9 for n in range(30)]
    body = b"".join(map(base64.encodebytes, data))
    assert split_base64(body) == (b"".join(data), b"")


@pytest.mark.parametrize(
    "head",
    [
        b"Hello Ann,\n\nthis is not encoded.\n",
        b"Hello\n\nthis is not encoded.\n",
        b"hello",
        b"Hi\n",
        b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n",
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n",
        "Grüße aus Köln\n".encode("iso-8859-1"),
        "日本語の本文\n".encode(),
        b"<html><body><p>hello there</p></body></html>\n",
        b"> quoted\n\nFYI\n",
    ],
)
def test_plain_words_are_no_base64(head):
    assert not is_base64(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n\r\n",
        b"====\n",
        b"SGVsbG8\n",
        b"SGVsbG8hS\n",
        b"SGVs .\xff\n\n!bG8h-\n",
        b"iVBORw==\n",
        b"iVBORw0K\nlist footer\n",
        base64.encodebytes(bytes(range(256)) * 4)[:1024],
        b"X-Lost: field\n\n" + base64.encodebytes(bytes(range(256)) * 4)[:1000],
        base64.encodebytes("日本語".encode("utf-16")) + RULE,
    ],
)
def test_broken_base64_is_base64(head):
    assert is_base64(head)


def test_a_footer_in_the_way_of_a_whole_message():
    data = bytes(range(256)) * 500
    body = base64.encodebytes(data).replace(b"\n", b"\r\n") + b"\r\n" + RULE + b"list\r\n"
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/png\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + body + b"\r\n--x--\r\n"
    )
    (found,) = attachments(raw, scan(raw, whole=True), (), whole=True)
    assert found.octets == len(data)
    assert b"".join(stream(raw, found)) == data
