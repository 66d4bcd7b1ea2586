import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.peek import PeekedPart
from tests.mime.reading import peek

ALTERNATIVE = """\
From: a@b
Content-Type: multipart/mixed; boundary="o"

--o
Content-Type: multipart/alternative; boundary="o-i"

--o-i
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
aus M=C3=BCnchen
--o-i
Content-Type: text/html; charset=utf-8

<p>Grüße</p>
--o-i--
--o
Content-Type: application/pdf
Content-Disposition: attachment; filename="r.pdf"
Content-Transfer-Encoding: base64

QUJDRA==
--o--
""".encode()

HTML_ONLY = (
    b"Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes("<style>x</style><p>Grüße</p><p>Bye</p>".encode("iso-8859-1"))
)
PLAIN = b"Subject: x\n\nfirst\nsecond\n"


def test_plain_text_of_an_alternative_with_an_attachment():
    found = peek(ALTERNATIVE, whole=True)
    assert found.text == "Grüße\naus München"
    assert (found.text_kind, found.text_complete, found.html_available) == ("plain", True, True)
    assert found.parts == (PeekedPart("1.2", "application/pdf", "r.pdf", 4, complete=True),)
    assert not found.attachment_first
    assert found.defects == ()


def test_html_only_is_stripped():
    found = peek(HTML_ONLY, whole=True)
    assert (found.text, found.text_kind, found.html_available) == ("Grüße\n\nBye", "html", True)
    assert found.parts == ()


def test_a_plain_message():
    found = peek(PLAIN, whole=False)
    assert (found.text, found.text_kind, found.text_complete) == ("first\nsecond\n", "plain", False)
    assert peek(PLAIN, whole=True).text_complete


def test_the_header_alone_of_a_multipart_has_no_parts_and_no_error():
    header = ALTERNATIVE[: ALTERNATIVE.index(b"\n\n") + 2]
    found = peek(header, whole=False)
    assert (found.text, found.text_kind, found.text_complete) == ("", "none", False)
    assert (found.parts, found.defects, found.attachment_first) == ((), (), False)


def test_blank_plain_text_gives_way_to_html():
    data = ALTERNATIVE.replace(b"Gr=C3=BC=C3=9Fe\naus M=C3=BCnchen", b" \n")
    found = peek(data, whole=True)
    assert (found.text, found.text_kind) == ("Grüße", "html")
    assert [part.path for part in found.parts] == ["1.2"]


def test_a_blank_text_is_not_complete_while_its_alternative_is_to_come():
    data = ALTERNATIVE.replace(b"Gr=C3=BC=C3=9Fe\naus M=C3=BCnchen", b" \n")
    cut = data[: data.index(b"Content-Type: text/html")]
    assert not peek(cut, whole=False).text_complete
    plain_only = cut + b"\n--o-i--\n--o\n"
    assert not peek(plain_only[:-8], whole=False).text_complete
    assert not peek(plain_only, whole=False).text_complete  # a text may follow
    assert peek(plain_only[:-1] + b"--\n", whole=False).text_complete


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = b"Content-Type: multipart/" + kind + b"; boundary=x\n\n"
    return head + b"".join(b"--x\n" + part + b"\n" for part in parts) + b"--x--\n"


JPEG = b"Content-Type: image/jpeg; name=p.jpg\nContent-Transfer-Encoding: base64\n\nQUJD"
TEXT = b"Content-Type: text/plain\n\nhello"
HTML = b"Content-Type: text/html\n\n<p>hello</p>"


def test_an_attachment_before_the_text_is_told():
    found = peek(mixed(JPEG, TEXT), whole=True)
    assert (found.text, found.attachment_first) == ("hello", True)
    cut = peek(mixed(JPEG, TEXT)[:120], whole=False)
    assert (cut.text_kind, cut.text_complete, cut.attachment_first) == ("none", False, True)
    assert cut.parts == (PeekedPart("1.1", "image/jpeg", "p.jpg", None, complete=False),)


def test_a_message_that_is_one_attachment():
    found = peek(JPEG, whole=True)
    assert (found.text, found.text_kind, found.text_complete) == ("", "none", True)
    assert found.parts == (PeekedPart("1", "image/jpeg", "p.jpg", 3, complete=True),)


def test_text_that_is_an_attachment_is_a_part():
    log = b"Content-Type: text/plain\nContent-Disposition: attachment; filename=x.log\n\nlog"
    found = peek(mixed(TEXT, log), whole=True)
    assert found.text == "hello"
    assert [part.name for part in found.parts] == ["x.log"]
    assert peek(log, whole=True).text_kind == "none"


def test_a_footer_behind_the_text_is_text():
    found = peek(mixed(TEXT, b"Content-Type: text/plain\n\nlist footer"), whole=True)
    assert found.text == "hello\nlist footer"
    assert found.parts == ()


def test_html_of_a_later_alternative_follows_the_text():
    alternative = mixed(HTML, kind=b"alternative").replace(b"boundary=x", b"boundary=y")
    found = peek(mixed(TEXT, alternative.replace(b"--x", b"--y")), whole=True)
    assert (found.text, found.text_kind, found.html_available) == ("hello\nhello", "plain", True)
    assert found.parts == ()


def test_related_html_with_an_image():
    found = peek(mixed(HTML, JPEG, kind=b"related"), whole=True)
    assert (found.text, found.text_kind) == ("hello", "html")
    assert [part.content_type for part in found.parts] == ["image/jpeg"]


def test_the_text_of_a_message_within_is_not_this_messages_text():
    inner = b"Content-Type: message/rfc822\n\nSubject: in\n\ninner text"
    found = peek(mixed(inner, TEXT), whole=True)
    assert found.text == "hello"
    assert found.parts == (PeekedPart("1.1", "message/rfc822", None, 23, complete=True),)
    assert found.attachment_first


@pytest.mark.parametrize("boundary", [b"", b"; boundary=nowhere"])
def test_a_multipart_without_parts_shows_what_it_holds(boundary):
    found = peek(b"Content-Type: multipart/mixed" + boundary + b"\n\nhello\n", whole=True)
    assert (found.text, found.text_kind, found.parts) == ("hello\n", "plain", ())
    assert found.defects


def test_format_flowed_is_unfolded():
    data = b"Content-Type: text/plain; format=Flowed; delsp=no\n\na \nb\n> c \n> d\n"
    assert peek(data, whole=True).text == "a b\n> c d\n"


def test_an_unknown_encoding_is_told():
    found = peek(b"Content-Transfer-Encoding: x-uuencode\n\nabc", whole=True)
    assert (found.text, found.defects) == ("abc", ("unknown-encoding",))


SAMPLES = {
    "alternative": ALTERNATIVE,
    "html": HTML_ONLY,
    "plain": PLAIN,
    "base64": b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes("Grüße aus 日本\nzweite Zeile\n".encode() * 3),
    "iso-2022-jp": b"Content-Type: text/plain; charset=iso-2022-jp\n\n"
    + "日本語のメール\nです\n".encode("iso2022_jp"),
    "attachment first": mixed(JPEG, TEXT),
}


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("name", SAMPLES)
def test_cut_at_every_octet_the_text_is_a_prefix(name, end):
    data = SAMPLES[name].replace(b"\n", end)
    full = peek(data, whole=True).text
    for cut in range(len(data) + 1):
        found = peek(data[:cut], whole=False)
        if data[:cut].endswith((end, end[:1])) and found.text_kind == "plain":
            assert full.startswith(found.text.rstrip("\n"))
        if found.text_complete:
            assert found.text == full


@pytest.mark.parametrize("name", ["alternative", "html", "plain", "base64", "iso-2022-jp"])
def test_the_first_line_shows_as_soon_as_it_is_there(name):
    data = SAMPLES[name].replace(b"\n", b"\r\n")
    first = peek(data, whole=True).text.split("\n")[0]
    lines = data.splitlines(keepends=True)
    marker = {"alternative": b"Gr=C3", "plain": b"first"}.get(name)
    if marker is None:
        at = lines.index(b"\r\n") + 1
    else:
        at = next(i for i, line in enumerate(lines) if line.startswith(marker))
    assert first not in peek(b"".join(lines[:at]), whole=False).text.split("\n")
    assert peek(b"".join(lines[: at + 1]), whole=False).text.split("\n")[0].startswith(first)


SHARDS = [b"Content-Type: multipart/alternative; boundary=x\n", b"Content-Type: text/html\n", b"\n",
          b"Content-Type: message/rfc822\n", b"--x\n", b"--x--\n", b"\r\n", b"<p>", b"=C3", b"text",
          b"Content-Transfer-Encoding: base64\n", b"Content-Disposition: attachment\n",
          b"\n\n", b"\x00\xff"]  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(st.sampled_from(SHARDS), max_size=40).map(b"".join)
    ),
    st.booleans(),
)
def test_any_octets_never_raise(data, whole):
    found = peek(data, whole=whole)
    found.text.encode("utf-8")
    assert (found.text_kind == "none") <= (found.text == "")
    for part in found.parts:
        assert (part.octets is None) is (not part.complete)
