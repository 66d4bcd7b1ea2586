"""Names of files: made of what hostile mail says, harmless on every system."""

import re

import pytest

from app.mailbox import message_name
from app.mailbox.naming import part_name
from app.mime import Contents

from .arriving import message


def named(subject: str) -> str:
    one = message(number=7)
    one.header.learn(b"Subject: " + subject.encode() + b"\r\n\r\n", 1)
    return message_name(one)


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Re: the plan", "Re the plan.eml"),
        ("a/b\\c", "a b c.eml"),
        ("../../etc/passwd", "etc passwd.eml"),
        ('"quoted" <b> | x > y', "quoted b x y.eml"),
        ("  many   spaces  ", "many spaces.eml"),
        ("Grüße – 大切 हिन्दी", "Grüße 大切 हिन्दी.eml"),
        ("e\u0301", "é.eml"),
        ("5 € (net), 1+1 @home_x-y.z", "5 (net), 1+1 @home_x-y.z.eml"),
        ("ends with dots...", "ends with dots.eml"),
        ("\u202egnp.exe", "gnp.exe.eml"),
        ("....", "message-7.eml"),
        ("", "message-7.eml"),
        ("💥", "message-7.eml"),
    ],
)
def test_a_message_is_called_by_its_subject(subject: str, name: str):
    assert named(subject) == name


def test_a_message_whose_header_is_not_known_is_called_by_its_number():
    assert message_name(message(number=12)) == "message-12.eml"


@pytest.mark.parametrize("letter", ["x", "ä", "大", "𝒳", "e\u0301\u0302"])
def test_a_long_subject_is_cut_between_letters(letter: str):
    name = named(letter * 500)
    assert len(name.encode()) <= 204
    assert len(name.encode()) > 190
    assert "\ufffd" not in name


def test_no_subject_makes_a_name_that_leaves_the_folder():
    for code in (*range(0x20, 0x250), *range(0x2000, 0x2070), 0xFEFF, 0xFF0F, 0xE0001):
        name = named(f"a{chr(code)}b{chr(code)}.")
        assert re.fullmatch(r"[^\x00-\x1f\x7f/\\:*?\"<>|\u2028-\u202e]+\.eml", name), hex(code)
        assert not name.startswith("."), hex(code)


PARTS = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b'--b\r\nContent-Type: application/pdf; name="../a.pdf"\r\n\r\nx\r\n'
    b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nx\r\n"
    b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n"
    b"--b\r\nContent-Type: application/x-of-its-own\r\n\r\nx\r\n"
    b"--b--\r\n"
)


def test_a_part_is_called_by_its_own_name_else_by_place_and_type():
    names = [part_name(part) for part in Contents(PARTS, whole=True).attachments]
    assert names[0].endswith("a.pdf")
    assert "/" not in names[0]
    assert names[1:] == ["part-1.2.pdf", "part-1.3.png", "message-1.4.eml", "part-1.5.bin"]
