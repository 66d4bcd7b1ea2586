"""Names of files: made of what hostile mail says, harmless on every system."""

import re

import pytest

from app.mailbox import message_name
from app.mailbox.filenames import part_name, unique
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


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (["a.txt", "b.txt"], ["a.txt", "b.txt"]),
        (["a.txt", "a.txt", "a.txt"], ["a.txt", "a (2).txt", "a (3).txt"]),
        (["a.txt", "A.TXT"], ["a.txt", "A (2).TXT"]),
        (["a (2).txt", "a.txt", "a.txt"], ["a (2).txt", "a.txt", "a (3).txt"]),
        (["a", "a"], ["a", "a (2)"]),
        (["\xe9.txt", "e\u0301.txt"], ["\xe9.txt", "e\u0301 (2).txt"]),
        (["Stra\xdfe", "STRASSE"], ["Stra\xdfe", "STRASSE (2)"]),
        (["\uff41.txt", "a.txt"], ["\uff41.txt", "a (2).txt"]),
    ],
)
def test_no_name_takes_the_place_of_another(names: list[str], made: list[str]):
    assert list(unique(names)) == made


def test_a_thousand_of_one_name_cost_no_more_than_a_thousand():
    made = list(unique(["a.txt"] * 1000 + [f"a ({n}).txt" for n in range(1000)]))
    assert len({name.casefold() for name in made}) == 2000
