"""Parts as the reader lists them: names, sizes, kinds, digests, cards, files within."""

import base64
import hashlib
import sys

import pytest

from app.mime import Attachment, Contents, Kind
from app.mime.calendar import MAX_OCTETS
from app.mime.work import Work
from app.web.reader import attachments as parts
from app.web.reader.attachments import CALENDARS, TNEF_OCTETS, Place, part_views
from app.web.reader.tabs import Asked, show
from app.web.reader.views import PartView, Tab
from tests.support import winmail as w

PATH = "/mailbox/messages/x"
EVENT = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\n"
    b"DTSTART:20261126T110000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
ATTACHED = b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment"
PACKED = w.tnef(w.file(b"a/b.txt", b"abc"), w.file(None, b"12345"))


def part(head: bytes, body: bytes) -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


def file(name: bytes, body: bytes, kind: bytes = b"application/x-thing") -> bytes:
    encoded = base64.encodebytes(body).replace(b"\n", b"\r\n")
    head = b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n"
    return part(head + b'Content-Disposition: attachment; filename="' + name + b'"', encoded)


def views(
    *made: bytes, whole: bool = True, closely: bool = True, octets: int = 0
) -> list[PartView]:
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    raw = head + part(b"Content-Type: text/plain", b"words") + b"".join(made)
    contents = Contents(raw + (b"--b--\r\n" if whole else b""), whole=whole)
    return list(part_views(contents, Place(octets or len(raw), PATH), closely=closely, cards=True))


def test_every_kind_but_a_plain_file_is_named():
    assert set(Kind) - set(parts._KINDS) == {Kind.FILE, Kind.IMAGE}
    signed = [kind for kind in Kind if kind.value.endswith(("-signed", "-signature"))]
    assert len(signed) == 3
    assert all("not checked" in parts._KINDS[kind] for kind in signed)


def test_a_part_has_its_exact_size_and_the_digest_of_what_is_saved():
    data = bytes(range(256)) * 20
    (view,) = views(file(b"thing.bin", data))
    assert (view.name, view.type, view.note) == ("thing.bin", "application/x-thing", "5.1 KB")
    assert view.sha256 == hashlib.sha256(data).hexdigest()
    assert (view.kind, view.cards, view.files) == ("", (), ())
    assert view.href == f"{PATH}/parts/1.2"


def test_a_file_in_the_text_has_an_address_of_its_own():
    raw = b"\r\nwords\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n"
    (view,) = part_views(Contents(raw, whole=True), Place(len(raw), PATH), closely=True)
    assert (view.name, view.note) == ("cat.txt", "3 B")
    assert view.sha256 == hashlib.sha256(b"Cat").hexdigest()
    assert view.href == f"{PATH}/parts/1~1"


def test_digests_and_files_are_made_only_for_who_looks_closely():
    made = (file(b"i.ics", EVENT, b"text/calendar"), file(b"winmail.dat", PACKED))
    for view in views(*made, closely=False):
        assert (view.sha256, view.files) == ("", ())


def test_a_part_that_is_not_whole_has_a_size_to_expect_and_no_digest():
    head = ATTACHED + b"\r\nContent-Type: video/mp4"
    (view,) = views(part(ATTACHED + b"; size=2000000", b"QUJD"), whole=False, octets=4_000_000)
    assert view.note == "about 2.0 MB, not complete yet"
    assert view.sha256 == ""
    (view,) = views(part(head, b"QUJD"), whole=False, octets=4_000_200)
    assert view.note == "begins here, at most 3.0 MB"
    (view,) = views(part(head, b"QUJD"), whole=False, octets=1)
    assert view.note == "begins here"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"../../etc/passwd", "passwd"),
        (b"C:\\\\boot.ini", "boot.ini"),
        (b"=?utf-8?b?4oCuZ3BqLmV4ZQ==?=", "gpj.exe"),  # RIGHT-TO-LEFT OVERRIDE in front
        (b"a\x00b\x1bc.txt", "abc.txt"),
        (b"", "unnamed part"),
        (b"...", "unnamed part"),
    ],
)
def test_names_are_for_a_file_system_and_for_eyes(name, shown):
    (view,) = views(file(name, b"x"))
    assert view.name.replace("_", "").replace(" ", "") == shown.replace(" ", "")
    assert not set(view.name) & set("/\\\u202e\x00\x1b")


def test_a_name_of_5000_characters_is_cut_and_keeps_its_ending():
    (view,) = views(file(b"x" * 5000 + b".pdf", b"x"))
    assert len(view.name) <= 200
    assert view.name.endswith(".pdf")


def test_an_invitation_is_a_card():
    pytest.importorskip("icalendar")
    (view,) = views(file(b"i.ics", EVENT, b"text/calendar"))
    assert view.kind == "calendar"
    (card,) = view.cards
    assert card.title == "Invitation: Lunch"


@pytest.mark.parametrize("body", [b"", b"no calendar", EVENT[:20], EVENT + b"x" * MAX_OCTETS])
def test_a_calendar_that_is_none_or_too_large_is_a_file_like_others(body):
    (view,) = views(file(b"i.ics", body, b"text/calendar"))
    assert view.cards == ()
    assert view.sha256 == hashlib.sha256(body).hexdigest()


def test_without_the_library_an_invitation_says_how_to_see_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "icalendar", None)
    monkeypatch.setitem(sys.modules, "icalendar.parser", None)
    monkeypatch.setattr(parts, "formats_available", lambda: False)
    (view,) = views(file(b"i.ics", EVENT, b"text/calendar"))
    assert view.cards == ()
    assert "extra “formats”" in view.kind


def test_a_winmail_dat_lists_its_files():
    (view,) = views(file(b"winmail.dat", PACKED, b"application/ms-tnef"))
    assert view.kind == "files packed by Outlook"
    assert [(one.octets, one.href) for one in view.files] == [
        (3, f"{PATH}/parts/1.2?inner=1"),
        (5, f"{PATH}/parts/1.2?inner=2"),
    ]
    assert "/" not in view.files[0].name
    assert view.files[0].name.endswith("b.txt")
    assert view.files[1].name == "file 2"


@pytest.mark.parametrize("body", [b"", b"no tnef", PACKED[:9]])
def test_a_winmail_dat_that_is_none_is_a_file_like_others(body):
    (view,) = views(file(b"winmail.dat", body, b"application/ms-tnef"))
    assert view.files == ()
    assert view.sha256 == hashlib.sha256(body).hexdigest()


def test_a_winmail_dat_too_large_for_memory_is_not_unpacked():
    body = PACKED + bytes(TNEF_OCTETS)
    head = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary"
    (view,) = views(part(head, body))
    assert view.files == ()
    assert view.kind == "files packed by Outlook"


def test_an_encoding_that_lies_still_has_a_size_and_a_digest_that_fit_together():
    raw = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + part(b"Content-Type: text/plain", b"words")
        + part(ATTACHED, b"this is no base64 at all: \xff\xfe ==== !!")
        + b"--b--"
    )
    contents = Contents(raw, whole=True)
    (view,) = part_views(contents, Place(len(raw), PATH), closely=True)
    decoded = contents.decoded(contents.attachments[0])
    assert view.sha256 == hashlib.sha256(decoded).hexdigest()
    assert view.note == f"{len(decoded)} B"


def calendars(count: int, work: Work | None = None) -> Contents:
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    some = file(b"i.ics", EVENT, b"text/calendar") * count
    return Contents(head + some + b"--b--\r\n", whole=True, work=work)


def test_of_many_calendars_the_first_few_are_shown_and_each_is_read_once(monkeypatch):
    pytest.importorskip("icalendar")
    read: list[str] = []
    real = Contents.decoded

    def noted(self: Contents, attachment: Attachment) -> bytes:
        read.append(attachment.path)
        return real(self, attachment)

    monkeypatch.setattr(Contents, "decoded", noted)
    contents, place = calendars(30), Place(None, "/m")
    assert not any(one.cards for one in part_views(contents, place, closely=False))
    assert read == []
    for _ in range(3):
        found = part_views(contents, place, closely=True, cards=True)
        assert [bool(one.cards) for one in found] == [True] * CALENDARS + [False] * 20
    assert len(read) == CALENDARS


@pytest.mark.parametrize("tab", Tab)
def test_calendars_are_read_for_the_tabs_that_show_them(tab, monkeypatch):
    pytest.importorskip("icalendar")
    read: list[str] = []
    monkeypatch.setattr(Contents, "invitation", lambda _, part: read.append(part.path))
    found = show(calendars(200), Asked(tab), None, "/m")
    shown = tab in {Tab.TEXT, Tab.ATTACHMENTS}
    assert len(read) == (CALENDARS if shown else 0)
    assert found.more_calendars == (190 if shown else 0)
    assert len(found.parts) == 200


def test_calendars_are_read_as_far_as_the_work_of_a_mail_goes():
    pytest.importorskip("icalendar")
    contents = calendars(5, Work(3000))
    found = part_views(contents, Place(None, "/m"), closely=False, cards=True)
    shown = [bool(one.cards) for one in found]
    assert shown[0]
    assert not shown[-1]
    assert "work-cut" in contents.defects
    assert [one.octets for one in contents.attachments] == [len(EVENT)] * 5
