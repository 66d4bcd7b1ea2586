import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.transfer import (
    decode_base64,
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
    ],
)
def test_quoted_printable_escapes(encoded, octets):
    assert decode_quoted_printable(encoded) == octets


def test_unknown_encodings_are_left_alone():
    assert decode_transfer(b"=41", "x-uuencode") == b"=41"
    assert not is_known_encoding("x-uuencode")
    assert all(map(is_known_encoding, ("7bit", "8bit", "binary", "base64", "quoted-printable")))


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable"]), st.booleans())
def test_any_octets_never_raise(data, encoding, complete):
    assert len(decode_transfer(data, encoding, complete=complete)) <= len(data)
