import base64
import binascii
import hashlib
import mmap
import quopri
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.attachments import MAX_BLOCK, Attachment, Kind, Measured, attachments, measure, stream
from app.mime.structure import scan
from app.mime.transfer import decode_transfer
from tests.mime.reading import peek

DATA = bytes(range(256)) * 3


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = b"Content-Type: multipart/" + kind + b"; boundary=x\n\n"
    return head + b"".join(b"--x\n" + part + b"\n" for part in parts) + b"--x--\n"


def part(kind: bytes, body: bytes = b"", *fields: bytes) -> bytes:
    return b"\n".join([b"Content-Type: " + kind, *fields]) + b"\n\n" + body


TEXT = part(b"text/plain", b"hello")
BASE64 = b"Content-Transfer-Encoding: base64"
DISPOSITION = b"Content-Disposition: attachment; filename=r.pdf; size=768"
PDF = part(b"application/pdf", base64.encodebytes(DATA), BASE64, DISPOSITION, b"Content-ID: <a@b>")


def offered(data: bytes, bodies: set[str] | None = None, *, whole=True) -> tuple[Attachment, ...]:
    paths = {"1.1"} if bodies is None else bodies
    return attachments(data, scan(data, whole=whole), paths, whole=whole)


def uu(data: bytes, name: bytes = b"x.bin") -> bytes:
    lines = [binascii.b2a_uu(data[i : i + 45]) for i in range(0, len(data), 45)]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


def test_an_attachment_behind_the_text():
    data = mixed(TEXT, PDF)
    (found,) = offered(data)
    start = data.index(base64.encodebytes(DATA))
    end = data.index(b"\n--x--")
    assert found == Attachment(
        path="1.2", content_type="application/pdf", name="r.pdf", disposition="attachment",
        content_id="a@b", charset=None, encoding="base64", span=(start, end), octets=768,
        estimate=None, complete=True, kind=Kind.FILE,
    )  # fmt: skip
    assert b"".join(stream(data, found)) == DATA
    assert measure(data, found) == Measured(768, hashlib.sha256(DATA).hexdigest())


def test_a_cut_attachment_has_the_size_that_its_sender_declares():
    data = mixed(TEXT, PDF)
    cut = data[: data.index(base64.encodebytes(DATA)) + 100]
    (found,) = offered(cut, whole=False)
    assert (found.complete, found.octets, found.estimate) == (False, None, 768)
    got = b"".join(stream(cut, found))
    assert DATA.startswith(got)
    assert len(got) == 74  # 99 characters in front of the cut, and one line end
    assert offered(cut.replace(b"size=768", b"size=-1"), whole=False)[0].estimate is None
    assert offered(cut.replace(b"size=768", b"x=1"), whole=False)[0].estimate is None


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("base64", base64.encodebytes(DATA)),
        ("base64", base64.encodebytes(DATA).replace(b"A", b"A-\r!")),  # junk is exact, too
        ("base64", base64.b64encode(DATA[:10]) + base64.b64encode(DATA[10:])),
        ("quoted-printable", quopri.encodestring(DATA.replace(b"\r", b"").replace(b"\n", b""))),
        ("x-uuencode", uu(DATA)),
        ("8bit", b"line\nline"),
        ("unknown", b"=41"),
    ],
)
def test_sizes_are_exact(encoding, encoded):
    field = b"Content-Transfer-Encoding: " + encoding.encode()
    data = mixed(TEXT, part(b"application/octet-stream", encoded, field))
    (found,) = offered(data)
    expected = DATA if encoding == "x-uuencode" else decode_transfer(encoded, encoding)
    assert b"".join(stream(data, found)) == expected
    assert (found.octets, measure(data, found).octets) == (len(expected), len(expected))


CMS = {
    "signed": bytes.fromhex("3080 06092a864886f70d010702 a080"),
    "enveloped": bytes.fromhex("30820123 06092a864886f70d010703 a0820114"),
    "auth-enveloped": bytes.fromhex("3081aa 060b2a864886f70d0109100117 a0819a"),
    "compressed": bytes.fromhex("3081aa 060b2a864886f70d0109100109 a0819a"),
}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (b"image/png", b"", Kind.IMAGE),
        (b"message/rfc822", b"Subject: x\n\nbody", Kind.MESSAGE),
        (b"text/calendar; method=REQUEST", b"BEGIN:VCALENDAR", Kind.CALENDAR),
        (b"application/ics", b"", Kind.CALENDAR),
        (b"application/ms-tnef", b"", Kind.TNEF),
        (b"application/vnd.ms-tnef", b"", Kind.TNEF),
        (b"application/octet-stream; name=WINMAIL.DAT", b"", Kind.TNEF),
        (b"application/pkcs7-signature", b"", Kind.SMIME_SIGNATURE),
        (b"application/x-pkcs7-signature", b"", Kind.SMIME_SIGNATURE),
        (b"application/pkcs7-mime; smime-type=signed-data", b"", Kind.SMIME_SIGNED),
        (b"application/x-pkcs7-mime; smime-type=Enveloped-Data", b"", Kind.SMIME_ENCRYPTED),
        (b"application/pkcs7-mime", CMS["signed"], Kind.SMIME_SIGNED),
        (b"application/pkcs7-mime", CMS["enveloped"], Kind.SMIME_ENCRYPTED),
        (b"application/pkcs7-mime", CMS["auth-enveloped"], Kind.SMIME_ENCRYPTED),
        (b"application/pkcs7-mime", CMS["compressed"], Kind.FILE),
        (b"application/pkcs7-mime; smime-type=signed-data", CMS["enveloped"], Kind.SMIME_ENCRYPTED),
        (b"application/pkcs7-mime; smime-type=certs-only", CMS["signed"], Kind.FILE),
        (b"application/pkcs7-mime", b"", Kind.FILE),
        (b"application/pgp-signature", b"", Kind.PGP_SIGNATURE),
        (b"application/pgp-keys", b"", Kind.PGP_KEYS),
        (b"application/pgp-encrypted", b"", Kind.PGP_ENCRYPTED),
        (b"message/delivery-status", b"", Kind.DELIVERY_STATUS),
        (b"message/partial; id=a; number=1", b"", Kind.PARTIAL),
        (b"application/octet-stream", CMS["signed"], Kind.FILE),
        (b"text/plain", b"footer", Kind.FILE),
    ],
)
def test_kinds(kind, body, expected):
    encoded = body
    fields: tuple[bytes, ...] = ()
    if body in CMS.values():
        encoded, fields = base64.b64encode(body), (BASE64,)
    (found,) = offered(mixed(TEXT, part(kind, encoded, *fields)))
    assert (found.kind, found.octets) == (expected, len(body))


def test_what_pgp_encrypted_is_said_of_both_parts():
    parts = (part(b"application/pgp-encrypted", b"Version: 1"), part(b"application/octet-stream"))
    data = mixed(*parts, kind=b'encrypted; protocol="application/pgp-encrypted"')
    assert [found.kind for found in offered(data, set())] == [Kind.PGP_ENCRYPTED] * 2
    assert [found.kind for found in offered(mixed(*parts), set())] == [
        Kind.PGP_ENCRYPTED, Kind.FILE,
    ]  # fmt: skip


def test_an_external_body_has_a_size_elsewhere():
    kind = b"message/external-body; access-type=URL; URL=http://a/; size=5000"
    (found,) = offered(mixed(TEXT, part(kind, b"Content-Type: image/gif\n\n")))
    assert (found.kind, found.estimate, found.complete) == (Kind.EXTERNAL_BODY, 5000, True)


def test_uuencoded_files_in_text_stand_behind_it():
    text = part(b"text/plain", b"Hi\n\n" + uu(DATA) + b"\nand\n" + uu(b"abc", b"WinMail.dat"))
    data = mixed(text, PDF, part(b"text/plain", uu(b"in the footer")))
    found = offered(data)
    assert [(one.path, one.name, one.kind, one.octets) for one in found] == [
        ("1.1~1", "x.bin", Kind.FILE, 768),
        ("1.1~2", "WinMail.dat", Kind.TNEF, 3),
        ("1.2", "r.pdf", Kind.FILE, 768),
        ("1.3", None, Kind.FILE, len(uu(b"in the footer"))),
        ("1.3~1", "x.bin", Kind.FILE, 13),
    ]
    assert b"".join(stream(data, found[0])) == DATA
    assert measure(data, found[1]).sha256 == hashlib.sha256(b"abc").hexdigest()


def test_uuencoded_files_of_a_plain_message_cut_or_whole():
    data = b"Subject: x\n\nHi\n" + uu(DATA)
    (whole,) = offered(data, {"1"})
    assert (whole.path, whole.complete, whole.octets) == ("1~1", True, 768)
    (cut,) = offered(data[:300], {"1"}, whole=False)
    assert (cut.path, cut.complete, cut.octets) == ("1~1", False, None)
    assert DATA.startswith(b"".join(stream(data[:300], cut)))


@pytest.mark.parametrize(
    "text",
    [
        part(b"text/html", uu(b"abc")),
        part(b"text/plain", base64.b64encode(uu(b"abc")), BASE64),
        part(b"text/plain", uu(b"abc"), b"Content-Disposition: attachment"),
    ],
)
def test_text_in_an_encoding_and_what_is_no_text_hold_no_uuencoded_files(text):
    assert offered(mixed(text)) == ()


def test_a_hundred_uuencoded_files_at_most():
    text = part(b"text/plain", uu(b"a") * 60)
    found = offered(mixed(text, text), {"1.1", "1.2"})
    assert [one.path for one in found[58:62]] == ["1.1~59", "1.1~60", "1.2~1", "1.2~2"]
    assert len(found) == 100


def test_messages_within_are_one_attachment_each():
    inner = part(b"message/rfc822", mixed(TEXT, PDF).replace(b"--x", b"--y").replace(b"=x", b"=y"))
    data = mixed(TEXT, inner)
    (found,) = offered(data)
    assert (found.path, found.kind) == ("1.2", Kind.MESSAGE)
    assert b"".join(stream(data, found)).startswith(b"Content-Type: multipart/mixed; boundary=y")


def test_a_multipart_whose_parts_have_not_come_is_nothing_to_take_out():
    data = mixed(TEXT, part(b"multipart/related; boundary=y", b"--y\n\nx\n--y--"))
    cut = data[: data.index(b"=y") + 4]
    assert offered(cut, whole=False) == ()
    assert offered(data[: data.index(b"--x")], whole=False) == ()


def test_a_message_that_is_one_attachment():
    (found,) = offered(PDF, set())
    assert (found.path, found.octets) == ("1", 768)


def test_a_message_on_disk_is_taken_apart_in_blocks():
    large = bytes(range(251)) * 4000
    data = mixed(TEXT, part(b"application/zip", base64.encodebytes(large), BASE64))
    with tempfile.TemporaryFile() as spool:
        spool.write(data)
        spool.flush()
        with (
            mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as view,
        ):
            (found,) = attachments(view, scan(view, whole=True), {"1.1"}, whole=True)
            blocks = list(stream(view, found))
            assert found.octets == len(large)
            assert measure(view, found).sha256 == hashlib.sha256(large).hexdigest()
    assert b"".join(blocks) == large
    assert max(map(len, blocks)) <= MAX_BLOCK


@pytest.mark.parametrize("encoding", [b"quoted-printable", b"8bit", b"x-uuencode"])
def test_blocks_have_at_most_64_ki_octets(encoding):
    body = b"begin 644 a\n" + b"M\n" * 100_000 + b"=4" * 100_000
    field = b"Content-Transfer-Encoding: " + encoding
    data = mixed(TEXT, part(b"application/zip", body, field))
    (found,) = offered(data)
    blocks = list(stream(data, found))
    assert max(map(len, blocks)) <= MAX_BLOCK
    assert sum(map(len, blocks)) == found.octets


SHARDS = [b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: text/plain\n", b"\n",
          b"Content-Type: message/rfc822\n", b"--x\n", b"--x--\n", b"QUJD", b"=C3", b"text\n",
          BASE64 + b"\n", b"Content-Disposition: attachment; size=9\n", b"begin 644 a\n#86)C\n",
          b"`\nend\n", b"Content-Type: multipart/encrypted; boundary=x\n", b"\n\n", b"\x00\xff",
          b"Content-Type: application/pkcs7-mime\n"]  # fmt: skip
messages = st.one_of(
    st.binary(max_size=200), st.lists(st.sampled_from(SHARDS), max_size=40).map(b"".join)
)


@given(messages, st.booleans())
def test_any_message_gives_what_it_says(data, whole):
    for found in offered(data, {"1", "1.1"}, whole=whole):
        start, end = found.span
        assert 0 <= start <= end <= len(data)
        assert (found.octets is None) is (not found.complete)
        assert found.octets in {None, measure(data, found).octets}


@given(messages, st.booleans())
def test_parts_are_those_of_the_peek(data, whole):
    seen = [part.path for part in peek(data, whole=whole).parts if "~" not in part.path]
    offers = [one for one in offered(data, set(), whole=whole) if "~" not in one.path]
    bodies = {one.content_type for one in offers if one.path not in seen}
    assert [one.path for one in offers if one.path in seen] == seen
    assert bodies <= {"text/plain", "text/html"} | {"multipart/mixed", "multipart/encrypted"}


def test_a_thousand_parts_are_as_many_as_are_read():
    data = mixed(*([part(b"application/pdf", b"QUJD", BASE64)] * 1200))
    assert len(offered(data)) == 998
