import email
import email.header
import email.policy

import pytest

from app.demo import compose
from app.demo.message import Generated


def parsed(part: compose.Part):
    body = b"".join(s if isinstance(s, bytes) else b"".join(s.chunks()) for s in part.body)
    octets = f"MIME-Version: 1.0\r\n{part.fields}\r\n".encode("ascii") + body
    return email.message_from_bytes(octets, policy=email.policy.default)


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("plain words", "utf-8"),
        ("Grüße aus Köln, und noch viel mehr davon, bis die Zeile voll ist, ganz voll", "utf-8"),
        ("Müller & Söhne", "iso-8859-1"),
        ("Ihre Rückmeldung über die Größe der Schränke und Türen im Erdgeschoß", "iso-8859-1"),
        (
            "京都旅行の件、そしてとても長い件名をもう少しだけ続けてみます、まだまだ続きます",
            "iso-2022-jp",
        ),
        ("Рукопись, вторая глава, и ещё очень много слов до самого конца строки", "koi8-r"),
        ("周末一起喝茶吗周末一起喝茶吗周末一起喝茶吗周末一起喝茶吗", "gb18030"),
        ("🫐" * 40, "utf-8"),
    ],
)
def test_encoded_words_come_back_and_fit(text, charset):
    coded = compose.words(text, charset)
    assert coded.isascii()
    assert all(len(word) <= 75 for word in coded.split(" ")) or coded == text
    back = str(email.header.make_header(email.header.decode_header(coded)))
    assert back == text


def test_fields_are_folded_at_spaces_and_unfold_to_the_same():
    value = " ".join(f"word{number}" for number in range(60))
    line = compose.field("Subject", value)
    assert line.endswith("\r\n")
    assert all(len(row) <= 78 for row in line.split("\r\n"))
    assert line.replace("\r\n ", " ") == f"Subject: {value}\r\n"
    assert compose.field("X", "y" * 200) == f"X: {'y' * 200}\r\n", "no space, no fold"


def test_mailboxes():
    assert compose.mailbox("", "a@b.example") == "a@b.example"
    assert compose.mailbox("Uncle Bob", "a@b.example") == "Uncle Bob <a@b.example>"
    assert compose.mailbox('A "B" (C)', "a@b.example") == '"A \\"B\\" (C)" <a@b.example>'
    assert compose.mailbox("Zoë", "a@b.example").startswith("=?utf-8?B?")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("content", ["Grüße\n\n.Punkt = alles\nEnde ", "x" * 300 + "ä\n"])
def test_text_parts_come_back(encoding, content):
    part = compose.text(content, encoding=encoding)
    (wire,) = part.body
    assert isinstance(wire, bytes)
    assert wire.endswith(b"\r\n")
    assert wire.count(b"\n") == wire.count(b"\r\n")
    back = parsed(part).get_content().replace("\r\n", "\n")
    assert back == content.removesuffix("\n") + "\n"


def test_ascii_that_fits_is_sent_as_it_is():
    assert "7bit" in compose.text("short\n").fields
    assert "quoted-printable" in compose.text("x" * 100).fields


def test_multipart_keeps_its_parts():
    film = Generated("x", b"film", 500)
    part = compose.multipart(
        "mixed",
        "b",
        [compose.text("Hallo ü\n"), compose.attachment("Größe 1.pdf", "application/pdf", film),
         compose.attachment("a.jpg", "image/jpeg", film, inline=True, content_id="c@x.example")],
        preamble="For old programs.",
    )  # fmt: skip
    message = parsed(part)
    text, file, picture = message.iter_parts()
    assert not message.defects
    assert text.get_content() == "Hallo ü\r\n"
    assert file.get_filename() == "Größe 1.pdf"
    assert file.get_content() == b"".join(film.raw())
    assert file.get_content_disposition() == "attachment"
    assert picture.get_content_disposition() == "inline"
    assert picture["Content-ID"] == "<c@x.example>"


def test_small_neighbours_are_joined_and_large_ones_shared():
    large = b"x" * compose.JOIN_BELOW
    joined = compose.merged([b"a", b"b", large, b"c", Generated("x", b"", 1), b"d"])
    assert joined[:2] == (b"ab", large + b"c")
    assert compose.merged([b"a", large])[1] is large
