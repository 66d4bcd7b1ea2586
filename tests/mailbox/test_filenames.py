"""Names of files: made of what hostile mail says, harmless on every system."""

import re
from urllib.parse import quote

import pytest

from app.mailbox import message_name
from app.mailbox.filenames import dated_message_name, dated_part_name, part_name, unique
from app.mime import Contents, summarise

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


@pytest.mark.parametrize("device", ["con", "NUL", "com1", "Lpt9", "aux.txt", "prn.tar.gz"])
def test_no_subject_names_a_device_of_windows(device: str):
    assert named(device) == f"_{device}.eml"


def dated(header: str) -> str:
    return dated_message_name(summarise(header.encode().replace(b"\n", b"\r\n")), 7)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            "From: Uncle Bob <b@x.example>\nSubject: Video?\nDate: 2 Nov 2026 23:30:00 -0500\n",
            "2026-11-02 Uncle Bob - Video.eml",
        ),
        ("From: b@x.example\nSubject: a\n", "b@x.example - a.eml"),
        ("Subject: a\nDate: Tue, 29 Feb 2000 10:00:00 +0000\n", "2000-02-29 - a.eml"),
        ("Date: Tue, 29 Feb 2000 10:00:00 +0000\n", "2000-02-29 - message-7.eml"),
        ("Subject: nul\n", "_nul.eml"),
        ("From: con <a@b.example>\n", "con - message-7.eml"),
        ('From: "../..\\x" <a@b.example>\nSubject: ../y\n', "x - y.eml"),
        ("From: 林 美咲 <a@b.example>\nSubject: 大切な \n", "林 美咲 - 大切な.eml"),
        ("\n", "message-7.eml"),
    ],
)
def test_among_others_a_message_is_called_by_date_sender_and_subject(header: str, name: str):
    assert dated(header) == name


def test_a_message_of_which_nothing_is_known_is_called_by_its_number():
    assert dated_message_name(summarise(b""), 12) == "message-12.eml"


@pytest.mark.parametrize("letter", ["x", "ä", "大", "𝒳", "हि", "e\u0301", "💥", ". "])
def test_a_name_among_others_is_bounded_and_safe_in_every_script(letter: str):
    name = dated(f"From: {letter * 300} <a@b.example>\nSubject: {letter * 999}\n")
    assert len(name.encode()) <= 200
    assert re.fullmatch(r"[^\x00-\x1f\x7f/\\:*?\"<>|\u2028-\u202e]+[^. ]", name)


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


def test_among_others_a_part_is_called_by_date_sender_and_its_own_name():
    header = b"From: Shop <s@x.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
    names = [
        dated_part_name(summarise(header), part) for part in Contents(PARTS, whole=True).attachments
    ]
    assert names[1:3] == ["2026-11-02 Shop - part-1.2.pdf", "2026-11-02 Shop - part-1.3.png"]


@pytest.mark.parametrize("name", ["x" * 500 + ".pdf", "大" * 200 + ".pdf", "a." + "b" * 300])
def test_a_part_among_others_keeps_its_suffix_and_is_bounded(name: str):
    raw = b"Content-Disposition: attachment; filename*=UTF-8''" + quote(name).encode()
    (part,) = Contents(raw + b"\r\nContent-Type: a/b\r\n\r\nx", whole=True).attachments
    made = dated_part_name(summarise(b""), part)
    assert len(made.encode()) <= 140
    assert made.endswith(".pdf") is name.endswith(".pdf")
