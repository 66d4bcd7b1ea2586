import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.decoders import decoder
from app.mime.uuencode import MAX_FILES, UuFile, begins_file, decode_line, find_uuencoded

DATA = bytes(range(256))


def uu(data: bytes = DATA, name: bytes = b"a b.bin") -> bytes:
    lines = [binascii.b2a_uu(data[i : i + 45], backtick=True) for i in range(0, len(data), 45)]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


def find(data: bytes, *, whole: bool = True) -> tuple[UuFile, ...]:
    return find_uuencoded(data, 0, len(data), whole=whole)


def decoded(data: bytes, found: UuFile) -> bytes:
    made = decoder("uuencode")
    return made.feed(data[found.start : found.end]) + made.close()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_a_file_between_text(end):
    text = (b"Hello,\n\n" + uu() + b"\nBye\n").replace(b"\n", end)
    (found,) = find(text)
    assert text[found.start :].startswith(b"begin 644")
    assert text[found.end :] == end + b"Bye" + end
    assert (found.name, found.complete) == ("a b.bin", True)
    assert decoded(text, found) == DATA


def test_a_file_is_the_whole_text_and_the_last_line_has_no_end():
    text = uu().rstrip(b"\n")
    assert find(text) == (UuFile("a b.bin", 0, len(text), complete=True),)
    # More may come: it may be the word ending.
    assert find(text, whole=False) == (UuFile("a b.bin", 0, len(text), complete=False),)


def test_offsets_count_from_the_start_of_the_data_and_nothing_outside_is_met():
    text = b"begin 644 x\n" + uu() + b"more"
    start = len(b"begin 644 x\n")
    (found,) = find_uuencoded(memoryview(text), start, len(text), whole=True)
    assert (found.start, found.end) == (start, len(text) - 4)
    (cut,) = find_uuencoded(text, start, start + 100, whole=True)
    assert (cut.end, cut.complete) == (start + 100, False)


@pytest.mark.parametrize("zeros", [b" ", b"`"])
def test_blank_lines_and_checksums_are_borne(zeros):
    lines = uu(b"\1" * 100).replace(b"`", zeros).splitlines()
    text = lines[0] + b"\n" + b"\n\n".join(lines[1:])
    (found,) = find(text)
    assert found.complete
    assert decoded(text, found) == b"\1" * 100
    checked = b"\n".join(line + b"X" if line.startswith(b"M") else line for line in lines)
    (found,) = find(checked)
    assert decoded(checked, found) == b"\1" * 100


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 things\nwith care\n",
        b"begin 644 a\nMEETING AT NOON\n",  # too short for an M line
        b"begin 644 a\n#86)CCC\n",  # too long
        b"begin 644 a\n#86\n",  # too short
        b"begin 644 a\n",
        b"begin 644 a\n\nDear all,\n",
        b"begin 644 a\n`\nnot the end\n",
        b"begin here\n#86)C\nend\n",
        b"x begin 644 a\n#86)C\nend\n",
        b"> begin 644 a\n#86)C\nend\n",
        b"begin 89 a\n#86)C\nend\n",
        b"begin-base64 644 a\nnot base64\n====\n",
    ],
)
def test_a_text_that_only_says_begin_is_no_file(text):
    assert find(text) == ()


def test_the_file_behind_a_false_beginning_is_found():
    text = b"begin 644 nothing\n" + uu()
    (found,) = find(text)
    assert (found.name, found.start) == ("a b.bin", 18)


def test_a_file_ends_in_front_of_what_cannot_belong_to_it():
    whole = uu()
    text = whole[: whole.index(b"`\nend")] + b"lost the end\n" + uu(name=b"second")
    first, second = find(text)
    assert (first.complete, text[first.end :][:4]) == (False, b"lost")
    assert decoded(text, first) == DATA
    assert (second.name, second.complete) == ("second", True)


def test_cut_at_every_octet_the_octets_are_a_prefix():
    text = b"Hi\n" + uu()
    seen = 0
    for cut in range(len(text)):
        for found in find(text[:cut], whole=False):
            assert not found.complete
            assert found.end <= cut
            assert DATA.startswith(decoded(text, found))
            seen += 1
    assert seen > len(text) - 120


def test_base64_of_uuencode_m():
    text = b"text\nbegin-base64 600 x.bin\n" + base64.encodebytes(DATA) + b"====\nmore\n"
    (found,) = find(text)
    assert (found.name, found.complete, text[found.end :]) == ("x.bin", True, b"more\n")
    assert decoded(text, found) == DATA
    (cut,) = find(text[: text.index(b"====")])
    assert not cut.complete
    assert decoded(text, cut) == DATA


def test_empty_files():
    found = find(b"begin 644 a\n`\nend\nbegin-base64 644 b\n====\n")
    assert [(file.name, file.complete) for file in found] == [("a", True), ("b", True)]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"../../etc/passwd", "passwd"),
        ("Grüße.txt".encode("cp1252"), "Grüße.txt"),
        (b"..", None),
        (b"evil\x00\x1b[2J.sh", "evil__[2J.sh"),
    ],
)
def test_names_are_safe(raw, name):
    (found,) = find(uu(name=raw))
    assert found.name == name


def test_a_hundred_files_at_most():
    assert len(find(uu(b"abc") * (MAX_FILES + 5))) == MAX_FILES


@pytest.mark.parametrize(
    "octets",
    [b"\nbegin 644 a", b"begin 644 ", b"\r", b"\r\n", b"\n", b"M\n", b"\nbegin 644 a\n#86)C",
     b"A" * 1000, b"\nbegin 644 a\n#86)C\n\n\n", b"begin-base64 644 a\nQUJD\n",
     b"begin 644 a\n\n"],
)  # fmt: skip
def test_hostile_text_takes_linear_time(octets):
    text = b"begin 644 a\n#86)C\n" + octets * (2**20 // len(octets))
    find(text)


SHARDS = [b"begin 644 a\n", b"begin-base64 644 b\r\n", b"#86)C\n", b"QUJD\n", b"`\n", b"end\n",
          b"====\n", b"\r", b"\n", b"M", b"begin", b"end", b"text\n"]  # fmt: skip


@given(
    st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(SHARDS)).map(b"".join)),
    st.booleans(),
)
def test_any_text_gives_files_in_order_that_do_not_overlap(text, whole):
    at = 0
    for found in find(text, whole=whole):
        assert at <= found.start < found.end <= len(text)
        assert begins_file(text[found.start : found.end].splitlines()[0])
        decoded(text, found)
        at = found.end


@given(st.binary(max_size=45))
def test_a_line_is_that_of_the_standard_library(data):
    assert decode_line(binascii.b2a_uu(data).rstrip(b"\n")) == data
    assert decode_line(binascii.b2a_uu(data, backtick=True).rstrip(b"\n ")) == data
