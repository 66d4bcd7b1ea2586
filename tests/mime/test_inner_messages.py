"""Messages within messages are opened by the path that leads to them."""

from binascii import b2a_uu

import pytest

from app.mime import Contents, Kind, holds_message, join_paths, split_path
from app.mime.inner_messages import MAX_DECODED, inner_octets
from tests.support.cms import signed_data
from tests.support.corpus.case import HTML, PDF, TEXT, b64, crlf, multipart

HELD = b"Content-Type: message/rfc822\n\n"
ENCODED = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: "
INNER = b"From: Bob <bob@example.org>\nSubject: inner\n" + multipart(
    b"mixed", TEXT, PDF, boundary=b"i"
)
SIGNED = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"


def outer(*parts: bytes, whole: bool = True) -> Contents:
    return Contents(crlf(b"Subject: outer\n" + multipart(b"mixed", TEXT, *parts)), whole=whole)


def wrapped(entity: bytes, *, piece: int = 0, octets: int | None = None) -> bytes:
    body = b64(signed_data(crlf(entity), piece=piece))[:octets]
    return SIGNED + b"Content-Transfer-Encoding: base64\n\n" + body


def opened(contents: Contents, path: str) -> Contents:
    found = contents.inner(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "part",
    [
        HELD + INNER,
        ENCODED + b"base64\n\n" + b64(crlf(INNER)),
        ENCODED + b"quoted-printable\n\n" + INNER.replace(b"=", b"=3D"),
        b"Content-Type: message/global\n\n" + INNER,
        b'Content-Type: application/octet-stream; name="a.eml"\n\n' + INNER,
        b'Content-Type: application/octet-stream; name="A.EML"\n'
        b"Content-Transfer-Encoding: base64\n\n" + b64(crlf(INNER)),
        b"Content-Type: message/news\n\n" + INNER,
        b"Content-Type: message/rfc2822\n\n" + INNER,
        b'Content-Type: text/plain; name="a.eml"\nContent-Disposition: attachment\n\n' + INNER,
        b'Content-Type: application/eml; name="a.eml"\n\n' + INNER,
        HELD + b"\n" + INNER,
        HELD + b" \n\n\n" + INNER,
        HELD + b"\n>From bob@example.org Fri Mar  1 10:00:00 2024\n" + INNER,
        ENCODED + b"base64\n\n" + b64(crlf(b"\n\n" + INNER)),
    ],
)
def test_an_attached_message_is_read_as_one_of_its_own(part):
    found = opened(outer(part), "1.2")
    assert [(field.name, field.value) for field in found.fields][1] == ("Subject", "inner")
    assert found.text.text.strip() == "hello"
    assert [one.name for one in found.attachments] == ["a.pdf"]
    assert found.decoded(found.attachments[0]) == b"PDF"
    assert (found.whole, found.signed) == (True, 0)


def test_a_message_packed_by_uuencode_is_opened():
    lines = crlf(INNER)
    packed = b"".join(b2a_uu(lines[at : at + 45]) for at in range(0, len(lines), 45))
    contents = Contents(
        crlf(b"Subject: outer\n\nold one:\nbegin 644 old.eml\n" + packed + b"`\nend\n"), whole=True
    )
    assert [one.name for one in opened(contents, "1~1").attachments] == ["a.pdf"]


def test_a_text_behind_no_header_is_no_header():
    found = opened(outer(HELD + b"\nNote: this line is a text's\n"), "1.2")
    assert (found.fields, found.text.text) == ((), "Note: this line is a text's\n")


def test_a_shown_text_that_has_the_name_of_a_message_is_opened_too():
    named = b'Content-Type: text/plain; name="a.eml"\nContent-Disposition: inline\n\n' + INNER
    contents = outer(named)
    assert [one.path for one in contents.shown] == ["1.2"]
    assert [one.name for one in opened(contents, "1.2").attachments] == ["a.pdf"]


def test_a_message_in_one_in_another_is_opened_by_all_their_paths():
    middle = b"Subject: middle\n" + multipart(b"mixed", TEXT, HELD + INNER, boundary=b"m")
    contents = outer(HTML, HELD + middle)
    path = join_paths("1.3", "1.2")
    assert (path, split_path(path)) == ("1.3:1.2", ("1.3", "1.2"))
    assert [one.name for one in opened(contents, path).attachments] == ["a.pdf"]
    assert split_path("1.2") == ("", "1.2")


@pytest.mark.parametrize(
    "path", ["", "1", "1.1", "1.9", "1.3", "1.2:1.1", "1.2:", ":1.2", "x", "1.2" + ":1.2" * 50]
)
def test_a_path_that_leads_to_no_message_opens_none(path):
    assert outer(HELD + INNER, PDF).inner(path) is None


def test_the_beginning_of_an_attached_message_is_opened_as_far_as_it_came():
    whole = crlf(b"Subject: outer\n" + multipart(b"mixed", TEXT, HELD + INNER))
    cut = whole[: whole.index(b"hello", whole.index(b"inner")) + 3]
    found = opened(Contents(cut, whole=False), "1.2")
    assert (found.text.text, found.whole) == ("hel", False)


@pytest.mark.parametrize("piece", [0, 9])
def test_a_message_that_is_all_signed_is_read_through_the_signature(piece):
    contents = Contents(crlf(b"Subject: s\n" + wrapped(INNER, piece=piece)), whole=True)
    path, found = contents.readable()
    assert (path, found.signed, found.whole) == ("1", 1, True)
    assert found.text.text.strip() == "hello"
    assert [one.name for one in found.attachments] == ["a.pdf"]
    assert contents.has_attachments is True
    assert contents.wrapper is not None
    assert contents.text.kind == "none"


def test_what_is_signed_and_has_no_attachment_has_none():
    assert Contents(crlf(wrapped(TEXT)), whole=True).has_attachments is False
    assert Contents(crlf(wrapped(TEXT, octets=90)), whole=False).has_attachments is None


def test_a_signed_part_beside_a_text_is_opened_when_asked():
    contents = outer(wrapped(INNER))
    assert contents.wrapper is None
    assert contents.readable() == ("", contents)
    found = opened(contents, "1.2")
    assert (found.text.text.strip(), found.signed) == ("hello", 1)


def test_a_signature_that_is_all_a_multipart_holds_is_read_through():
    blank = b"Content-Type: text/plain\n\n\n"
    for parts in ((wrapped(INNER),), (blank, wrapped(INNER)), (wrapped(INNER), blank)):
        contents = Contents(crlf(multipart(b"mixed", *parts)), whole=True)
        path, found = contents.readable()
        assert (path.split(".")[0], found.text.text.strip(), found.signed) == ("1", "hello", 1)
    cut = crlf(multipart(b"mixed", wrapped(INNER))).removesuffix(b"--x--\r\n")
    assert Contents(cut, whole=False).wrapper is None
    beside = Contents(crlf(multipart(b"mixed", wrapped(INNER), PDF)), whole=True)
    assert beside.wrapper is None


def test_signatures_around_signatures_are_opened_unasked_up_to_four():
    entity = TEXT
    for _ in range(6):
        entity = wrapped(entity)
    path, found = Contents(crlf(entity), whole=True).readable()
    assert (path, found.signed) == ("1:1:1:1", 4)
    assert [one.kind for one in found.attachments] == [Kind.SMIME_SIGNED]
    assert opened(found, "1:1").text.text == "hello"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Hello: these words alone\r\nwere signed\r\n", "Hello: these words alone\nwere signed\n"),
        (
            b"<?xml version='1.0'?>\n<p:Bill xmlns:p='x'/>",
            "<?xml version='1.0'?>\n<p:Bill xmlns:p='x'/>",
        ),
        (b"\r\nno header\r\n", "no header\n"),
        (b"\r\nContent-Type: text/plain\r\n\r\nhello", "hello"),
        (b"From: Bob <bob@example.org>\r\n\r\nhello", "hello"),
        (b"Autocrypt: x\nContent-Type: text/plain\n\nhello", "hello"),
    ],
)
def test_a_signed_text_is_read_with_or_without_a_header(content, text):
    body = b64(signed_data(content))
    head = crlf(SIGNED + b"Content-Transfer-Encoding: base64\n\n")
    path, found = Contents(head + body, whole=True).readable()
    assert (path, found.text.text) == ("1", text)


@pytest.mark.parametrize(
    "part",
    [
        HELD.removesuffix(b"\n"),
        SIGNED.replace(b"smime", b"bill.pdf")
        + b"Content-Transfer-Encoding: base64\n\n"
        + b64(signed_data(b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n\x00\x01")),
        SIGNED + b"\nno signature",
        SIGNED + b"Content-Transfer-Encoding: base64\n\n" + b64(signed_data(None)),
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
        PDF,
    ],
)
def test_what_holds_no_message_is_not_offered(part):
    contents = outer(part)
    (found,) = contents.attachments
    assert not holds_message(contents.data, found)
    assert inner_octets(contents.data, found) is None


@pytest.mark.heavy
def test_an_encoded_message_too_large_for_memory_is_not_opened():
    large = b"QUJD\r\n" * (MAX_DECODED // 6 + 1)
    contents = outer(ENCODED + b"base64\n\n" + large)
    (found,) = contents.attachments
    assert not holds_message(contents.data, found)
    assert contents.inner("1.2") is None
    plain = outer(HELD + b"Subject: inner\n\n" + large)
    assert holds_message(plain.data, plain.attachments[0])
    assert plain.inner("1.2") is not None
