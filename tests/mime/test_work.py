"""What one mail may take: parsers stop there, and the rest of the mail stays readable."""

import base64

import pytest

from app.mime import Contents
from app.mime.work import MOST, Work
from tests.support.cms import signed_data


def multipart(*parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return (
        b'Subject: s\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + body + b"--b--\r\n"
    )


def text(words: bytes) -> bytes:
    return b"Content-Type: text/plain\r\n\r\n" + words


def html(words: bytes) -> bytes:
    return b"Content-Type: text/html\r\n\r\n" + words


def file(octets: bytes, encoding: bytes = b"base64") -> bytes:
    head = b"Content-Type: application/x-a\r\nContent-Disposition: attachment; filename=a\r\n"
    return head + b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + octets


def test_work_is_counted_down():
    work = Work(10)
    assert work.spend(4)
    assert not work.over
    assert not work.spend(7)
    assert work.over
    assert work.spend(6)
    work.spent(100)
    assert not work.spend(1)


def test_a_large_mail_may_take_a_little_more():
    few, many = Work(), Work(octets=1024**3)
    assert few.spend(MOST)
    assert not few.spend(1)
    assert many.spend(MOST)
    assert many.spend(MOST)


def test_texts_are_shown_as_far_as_they_go():
    found = Contents(multipart(*[text(b"word " * 20)] * 50), whole=True, work=Work(70_000))
    shown = [one for one in found.passages if one.text]
    assert 0 < len(shown) < 50
    assert found.text.text.startswith("word word")
    assert "work-cut" in found.defects


def test_so_is_html():
    found = Contents(multipart(*[html(b"<p>word " * 20)] * 50), whole=True, work=Work(30_000))
    assert 0 < len(found.markups) < 50
    assert "work-cut" in found.defects


@pytest.mark.parametrize("word", [b"=?utf-8?q?=C3=A4?=", b"=?iso-2022-jp?b?GyRC?="])
def test_fields_stay_as_they_came_and_their_order(word):
    header = b"".join(b"X-%d: " % n + word + b"\r\n" for n in range(100))
    found = Contents(header + b"\r\nhello", whole=True, work=Work(5000))
    assert found.text.text == "hello"
    values = [field.value for field in found.fields]
    assert len(values) == 100
    assert values[0] != word.decode()
    assert values[-1] == word.decode()
    assert "work-cut" in found.defects


def test_what_is_no_encoded_word_costs_nothing():
    header = b"".join(b"X-%d: plain words\r\n" % n for n in range(5000))
    found = Contents(header + b"\r\nhello", whole=True, work=Work(5000))
    assert all(field.value == "plain words" for field in found.fields)
    assert found.defects == ()


def test_sizes_and_digests_that_are_too_much_are_not_told_and_the_text_is_read():
    odd = b"QQ=\r\n" * 2000
    found = Contents(multipart(text(b"hello"), *[file(odd)] * 20), whole=True, work=Work(20_000))
    told = [one.octets for one in found.attachments]
    assert len(told) == 20
    assert told[0] is not None
    assert told[-1] is None
    assert found.text.text.strip() == "hello"
    assert "work-cut" in found.defects


def test_a_digest_that_is_too_much_is_not_told():
    data = base64.encodebytes(b"x" * 50_000)
    found = Contents(multipart(text(b"hi"), file(data)), whole=True, work=Work(5000))
    (part,) = found.attachments
    assert found.measured(part).octets == 50_000
    assert found.measured(part) is found.measured(part)
    found = Contents(multipart(text(b"hi"), file(data)), whole=True, work=Work(390))
    (part,) = found.attachments
    assert found.measured(part).sha256 == ""


def signed(inner: bytes) -> bytes:
    head = b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n"
    encoded = base64.encodebytes(signed_data(inner))
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded


def test_what_a_signature_is_around_is_opened_once(monkeypatch):
    opened: list[str] = []
    real = Contents._opened

    def noted(self: Contents, path: str, work: Work) -> Contents | None:
        opened.append(path)
        return real(self, path, work)

    monkeypatch.setattr(Contents, "_opened", noted)
    found = Contents(signed(signed(signed(signed(text(b"hello"))))), whole=True)
    for _ in range(3):
        _, readable = found.readable()
        assert readable.text.text.strip() == "hello"
    assert len(opened) == 4


def test_an_ordinary_mail_is_far_from_its_end():
    parts = [text(b"hello world\r\n" * 2000), html(b"<p>hello</p>" * 2000)]
    files = [file(base64.encodebytes(bytes(range(256)) * 1000))] * 10
    work = Work()
    found = Contents(multipart(*parts, *files), whole=True, work=work)
    assert found.defects == ()
    for one in found.attachments:
        found.measured(one)
    assert work.spend(MOST * 9 // 10)
