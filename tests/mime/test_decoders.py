import base64
import binascii

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.mime.decoders import Base64Counter, decoder
from app.mime.transfer import decode_quoted_printable, decode_transfer, split_base64

ENCODINGS = ["base64", "quoted-printable", "x-uuencode", "8bit"]


def undone(encoding, pieces, *, complete=True) -> bytes:
    made = decoder(encoding, complete=complete)
    return b"".join([*map(made.feed, pieces), made.close()])


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


BASE64_SHARDS = [b"QUJD", b"YQ==", b"=", b"\r\n", b"-", b"Z", b"\xff", b"AB", b"\n", b"QUJD\n",
                 b"YQ==\n", b"A list\n", b"-- \n", b"QUJD" * 15 + b"\n", b"QUJD" * 260]  # fmt: skip
QP_SHARDS = [b"=", b"=3D", b"=\r\n", b"=\n", b"=\r", b"\r", b"\n", b"=4", b"==", b"a", b"C", b"\t",
             b" \r\n", b"=zz", b"=c3=a4", b"_"]  # fmt: skip
UU_SHARDS = [b"begin 644 a\n", b"#86)C\n", b"#86)C", b"\r\n", b"`\n", b"end\n", b"end", b"zz\n",
             b"begin-base64 600 b\r\n", b"QUJD\n", b"====\n", b"M", b"!"]  # fmt: skip
cuts = st.lists(st.integers(0, 500), max_size=12)


def octets(shards):
    return st.one_of(
        st.binary(max_size=120), st.lists(st.sampled_from(shards), max_size=40).map(b"".join)
    )


@given(octets(BASE64_SHARDS), cuts)
def test_base64_in_any_pieces_is_base64_in_one(data, cuts):
    for complete in (True, False):
        pieces = split(data, cuts)
        assert (
            undone("base64", pieces, complete=complete) == split_base64(data, complete=complete)[0]
        )


@given(octets(QP_SHARDS), cuts, st.booleans())
def test_quoted_printable_in_any_pieces_is_quoted_printable_in_one(data, cuts, complete):
    expected = decode_quoted_printable(data, complete=complete)
    assert undone("quoted-printable", split(data, cuts), complete=complete) == expected


@given(octets(UU_SHARDS), cuts)
def test_uuencode_in_any_pieces_is_uuencode_in_one(data, cuts):
    assert undone("uuencode", split(data, cuts)) == undone("uuencode", [data])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "data",
    [
        b"YQ==\r\nYWI=!YWJjZ",
        b"a=\r\nb \r\n=C3=A4==3D==\r=\rx\n=4",
        b"x\r\nbegin 644 a\r\n#86)C\r\n#86)C\r\n`\r\nend\r\nrest",
        b"begin-base64 644 a\nQUJD\nYQ==\n====\nQUJD",
    ],
)
def test_every_pair_of_cuts_gives_the_same(encoding, data):
    expected = undone(encoding, [data])
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            pieces = [data[:first], data[first:second], data[second:]]
            assert undone(encoding, pieces) == expected
    assert undone(encoding, [data[i : i + 1] for i in range(len(data))]) == expected


@pytest.mark.parametrize(
    ("encoded", "plain"),
    [
        (b"a=\r\nb", b"ab"),
        (b"a=\nb\r\n", b"ab\r\n"),
        (b"trailing \t\r\nspace", b"trailing\r\nspace"),
        (b"a=3", b"a=3"),  # complete, so it is no cut escape
        (b"a=", b"a"),
        (b"a==41", b"a=A"),
    ],
)
def test_quoted_printable(encoded, plain):
    assert undone("quoted-printable", [encoded]) == plain


@pytest.mark.parametrize(
    ("encoded", "plain"), [(b"a=", b"a"), (b"a=4", b"a"), (b"a=41", b"aA"), (b"a==4", b"a=")]
)
def test_a_cut_escape_is_dropped_where_more_follows(encoded, plain):
    assert undone("quoted-printable", [encoded], complete=False) == plain


def test_octets_in_no_or_an_unknown_encoding_stay_as_they_are():
    for encoding in ("7bit", "8bit", "binary", "", "x-mine"):
        assert undone(encoding, [b"=41\r", b"\nQQ=="]) == b"=41\r\nQQ=="


def uu(data: bytes, end: bytes = b"\n") -> bytes:
    lines = [binascii.b2a_uu(data[i : i + 45])[:-1] for i in range(0, len(data), 45)]
    return end.join([b"begin 644 name", *lines, b"`", b"end", b""])


@given(st.binary(max_size=300), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@example(bytes(range(256)), b"\r\n")
def test_a_uuencoded_file_comes_back(data, end):
    text = b"before" + end + uu(data, end) + b"behind"
    assert undone("x-uuencode", [text]) == data
    assert undone("x-uuencode", [text[i : i + 1] for i in range(len(text))]) == data


@given(st.binary(min_size=1, max_size=120))
def test_a_uuencoded_file_cut_anywhere_is_a_prefix(data):
    encoded = uu(data)
    for cut in range(len(encoded)):
        assert data.startswith(undone("uuencode", [encoded[:cut]]))


@pytest.mark.parametrize(
    ("line", "octets"),
    [
        (b"#86)C", b"abc"),
        (b"#86)CX", b"abc"),  # a checksum behind it
        (b"!80", b"a"),  # a short last group
        (b'"80', b"a\0"),  # zeros that were spaces
        (b"#86)z", b""),  # z stands for nothing
        (b"", b""),
    ],
)
def test_uuencoded_lines_of_sloppy_encoders(line, octets):
    assert undone("uuencode", [b"begin 644 a\n" + line + b"\nend\n"]) == octets


def test_base64_of_uuencode_m():
    data = bytes(range(256))
    encoded = b"begin-base64 644 a\n" + base64.encodebytes(data) + b"====\nQUJD\n"
    assert undone("uuencode", [encoded]) == data


@given(octets(BASE64_SHARDS), cuts)
def test_the_counter_counts_what_is_decoded(data, cuts):
    counter = Base64Counter()
    for piece in split(data, cuts):
        counter.feed(piece)
    assert counter.close() == len(split_base64(data)[0])


@pytest.mark.heavy
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("octet", [b"=", b"A", b"\r", b"=\r", b"==A", b"M"])
def test_a_line_of_any_length_takes_linear_time_and_little_memory(encoding, octet):
    head = b"begin 644 a\n" if encoding == "x-uuencode" else b""
    piece = octet * (64 * 1024 // len(octet))
    made = decoder(encoding)
    made.feed(head)
    most = len(piece) * 63 // 2 if encoding == "x-uuencode" else len(piece) + 4
    for _ in range(16):
        assert len(made.feed(piece)) <= most
    made.close()
    kept = [value for value in vars(made).values() if isinstance(value, bytes)]
    if encoding == "base64":
        kept += [value for value in vars(vars(made)["_lines"]).values() if isinstance(value, bytes)]
    assert sum(map(len, kept)) <= (10_000 if encoding == "base64" else 1000)


def test_one_shot_functions_still_agree_with_the_standard_library():
    data = bytes(range(256)) * 40
    assert undone("base64", [base64.encodebytes(data)]) == data
    assert undone("quoted-printable", [binascii.b2a_qp(data, istext=False)]) == data
    assert decode_transfer(base64.b64encode(data), "base64") == data
