import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import transfer
from app.mime.transfer import (
    decode_base64,
    decode_q,
    decode_quoted_printable,
    decode_transfer,
    is_known_encoding,
)


@given(st.binary(max_size=100))
def test_base64_gives_the_octets_back_and_a_prefix_wherever_it_is_cut(data):
    encoded = base64.encodebytes(data)
    assert decode_base64(encoded) == data
    for cut in range(len(encoded)):
        assert data.startswith(decode_base64(encoded[:cut]))


@pytest.mark.parametrize(
    ("encoded", "octets"),
    [
        (b"YWJj", b"abc"),
        (b"YW Jj\r\n!!", b"abc"),
        (b"YQ==YQ==", b"aa"),  # two blocks joined
        (b"YWI", b"ab"),  # padding missing
        (b"YWJjZ", b"abc"),  # one character over
        (b"=", b""),
        (b"Z", b""),
        (b"", b""),
    ],
)
def test_base64_of_broken_mailers(encoded, octets):
    assert decode_base64(encoded) == octets


@given(st.binary(max_size=100))
def test_quoted_printable_cut_anywhere_is_a_prefix(data):
    data = data.replace(b"\r", b"").replace(b"\n", b"")
    encoded = quopri.encodestring(data, quotetabs=True)
    assert decode_quoted_printable(encoded) == data
    for cut in range(len(encoded)):
        assert data.startswith(decode_quoted_printable(encoded[:cut], complete=False))


@pytest.mark.parametrize(
    ("encoded", "octets"),
    [
        (b"a=\r\nb", b"ab"),
        (b"a=\nb", b"ab"),
        (b"a=zzb", b"a=zzb"),
        (b"a=c3=a4", b"a\xc3\xa4"),
        (b"a_b", b"a_b"),
        (b"a==41", b"a=A"),
        (b"a===\n41", b"a==41"),
        (b"=4=\r\n1", b"=41"),
        (b"a=\rb=\rc\rd", b"abc\rd"),  # CR alone ends a line too
        (b"a= \t\r\nb", b"ab"),
        (b"a \t\r\nb \nc ", b"a\r\nb\nc"),
        (b"a=20\r\nb", b"a \r\nb"),
        (b"a=", b"a"),
        (b"a=\r\n", b"a"),
    ],
)
def test_quoted_printable_escapes(encoded, octets):
    assert decode_quoted_printable(encoded) == octets


def test_quoted_printable_takes_linear_time():
    for shard in (b" ", b"=", b"= ", b"=\r", b"\r", b" \r"):
        assert len(decode_quoted_printable(shard * 500_000)) <= 1_000_000


@pytest.mark.parametrize(
    ("word", "octets"),
    [(b"a_b=20c", b"a b c"), (b"a==3D", b"a=="), (b"=5F", b"_"), (b"a=zz", b"a=zz")],
)
def test_q_words(word, octets):
    assert decode_q(word) == octets


def test_unknown_encodings_are_left_alone():
    assert decode_transfer(b"=41", "x-uuencode") == b"=41"
    assert not is_known_encoding("x-uuencode")
    assert all(map(is_known_encoding, ("7bit", "8bit", "binary", "base64", "quoted-printable")))


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable"]), st.booleans())
def test_any_octets_never_raise(data, encoding, complete):
    assert len(decode_transfer(data, encoding, complete=complete)) <= len(data)


@pytest.mark.parametrize("signs", range(1, 9))
def test_of_a_row_of_equals_signs_each_is_one(signs):
    row = b"=" * signs
    assert decode_quoted_printable(b"a" + row + b"3Db") == b"a" + row[:-1] + b"=b"
    assert decode_quoted_printable(b"a" + row + b"\r\nb") == b"a" + row[:-1] + b"b"


@given(st.text("=ab \t\r\n3D", max_size=40), st.integers(1, 8))
def test_quoted_printable_is_the_same_in_blocks_of_any_size(text, size):
    data = text.encode()
    whole = transfer.undo_quoted_printable(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "_BLOCK", size)
        assert transfer.undo_quoted_printable(data) == whole
