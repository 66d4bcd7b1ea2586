"""What is signed comes out, whatever wrote it and wherever it breaks off."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.cms import signed_content
from tests.support.cms import DATA, SIGNED, element, endless, in_pieces, signed_data

ENTITY = b"Content-Type: text/plain\r\n\r\n" + b"signed words\r\n" * 40
# `openssl cms -sign -binary -nodetach -nocerts -stream`, of the line "\r\nhello\r\n".
OPENSSL = base64.b64decode(
    "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgAQJDQpoZWxsbw0KAAAA"
    "AAAAMYGOMIGLAgEBMCQwDDEKMAgGA1UEAwwBdAIUNOTX8kM19KFPBxQTrICRNkRapzQwCwYJYIZIAWUDBAIBMAoG"
    "CCqGSM49BAMCBEcwRQIgXECDMxzeeP8y/2a8esfHX4gFrQQUGGUAb9jVGeqBjL4CIQDP/ZJDB2JdGZ0SjDU7eGjo"
    "ENxm2hT9W1mlUTZIXzIGZAAAAAAAAA=="
)


@pytest.mark.parametrize("piece", [0, 1, 7, 1000])
def test_the_content_comes_out_in_one_piece_or_many(piece):
    assert signed_content(signed_data(ENTITY, piece=piece)) == (ENTITY, True)
    assert signed_content(signed_data(b"", piece=piece)) == (b"", True)


def test_what_openssl_writes_is_read():
    assert signed_content(OPENSSL) == (b"\r\nhello\r\n", True)


def test_pieces_of_pieces_are_joined_in_order():
    string = element(0x24, in_pieces(b"abc", 2) + element(0x04, b"d") + element(0x24, b""))
    data = signed_data(b"@").replace(element(0xA0, element(0x04, b"@")), element(0xA0, string))
    assert signed_content(data) == (b"abcd", True)


@pytest.mark.parametrize("piece", [0, 100])
def test_what_is_cut_anywhere_gives_its_beginning(piece):
    whole = signed_data(ENTITY, piece=piece)
    for end in range(len(whole)):
        found = signed_content(whole[:end])
        if found is not None:
            content, complete = found
            assert ENTITY.startswith(content)
            assert not complete or content == ENTITY
    assert signed_content(whole[: len(whole) // 2]) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"0",
        signed_data(None),  # a signature that stands beside what is signed
        signed_data(ENTITY).replace(SIGNED, SIGNED[:-1] + b"\x03"),  # encrypted
        signed_data(ENTITY).replace(DATA, DATA[:-1] + b"\x05"),  # signed, but no mail
        b"\x30\x80" * 1000,
        b"\x30\x89" + b"\xff" * 9,
        b"\x1f" * 50,
        b"Content-Type: text/plain\r\n\r\nno CMS at all",
    ],
)
def test_what_is_no_signed_mail_gives_nothing(data):
    assert signed_content(data) is None


def test_contents_that_are_no_octets_end_it():
    before = signed_data(b"@").partition(element(0xA0, element(0x04, b"@")))[0]
    assert signed_content(before + endless(0xA0, element(0x0C, b"words"))) is None
    string = b"\x24\x80" + element(0x04, b"octets") + element(0x0C, b"words") + b"\0\0"
    assert signed_content(before + b"\xa0\x80" + string) == (b"octets", False)


@pytest.mark.parametrize("empty", [b"\x04\x00", b"\x24\x80\x00\x00", b"\x24\x80", b"\x24\x00"])
def test_a_million_empty_pieces_are_given_up(empty):
    before = signed_data(b"@").partition(element(0xA0, element(0x04, b"@")))[0]
    assert signed_content(before + b"\xa0\x80\x24\x80" + empty * 1_000_000) == (b"", False)


@given(st.binary(max_size=200), st.integers(0, 120), st.binary(max_size=4))
def test_nothing_raises(data, at, change):
    signed_content(data)
    whole = signed_data(b"abc", piece=2)
    signed_content(whole[:at] + change + whole[at + len(change) :])
