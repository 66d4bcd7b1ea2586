import logging
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.tnef import MAX_FILES, Tnef, TnefFile, unpack
from tests.support import winmail as w

DATA = bytes(range(256)) + b"\0\0"
HTML = b"<p>Gr\xc3\xbc\xc3\x9fe</p>"

# What Outlook sends: an 8.3 title, the long name in Unicode, properties of all shapes before it.
OUTLOOK = w.tnef(
    w.text("Grüße\r\nBye".encode("cp1252")),
    w.message(
        w.short(0x0017, 1),
        w.variable(0x8001, w.STRING, b"x\0", named=w.named("Keywords")),
        w.variable(0x8002, w.UNICODE, b"y\0\0\0", named=w.named(7)),
        w.variable(0x1009, w.BINARY, b"LZFu"),
        w.long(0x3FDE, 65001),
        w.variable(0x1013, w.BINARY, HTML),
    ),
    w.file(
        b"GRUESS~1.PDF",
        DATA,
        w.unicode(0x3707, "Grüße 日本.pdf"),
        w.variable(0x370E, w.STRING, b"application/pdf\0"),
        w.unicode(0x3001, "shown"),
    ),
    w.file(b"plain.txt", b"abc"),
)


def read(data: bytes) -> Tnef:
    found = unpack(data)
    assert found is not None
    return found


def octets(data: bytes, file: TnefFile) -> bytes:
    return data[file.span[0] : file.span[1]]


def test_what_outlook_sends():
    found = read(OUTLOOK)
    first, second = found.files
    assert (first.name, first.content_type, first.octets) == (
        "Grüße 日本.pdf",
        "application/pdf",
        258,
    )
    assert (second.name, second.content_type) == ("plain.txt", "application/octet-stream")
    assert [octets(OUTLOOK, file) for file in found.files] == [DATA, b"abc"]
    assert all(file.complete for file in found.files)
    assert (found.text, found.html, found.has_rtf) == ("Grüße\nBye", "<p>Grüße</p>", True)
    assert found.defects == ()
    assert unpack(memoryview(OUTLOOK)) == found


def test_the_files_are_those_that_the_peer_finds():
    peer = pytest.importorskip("tnefparse")
    # It decodes this body in the code page of the HTML.
    data = OUTLOOK.replace("Grüße".encode("cp1252"), b"Hello")
    theirs, ours = peer.TNEF(data), read(data)
    assert [each.long_filename() for each in theirs.attachments] == [f.name for f in ours.files]
    assert [each.data for each in theirs.attachments] == [octets(data, f) for f in ours.files]
    assert theirs.htmlbody == ours.html


def test_data_among_the_properties():
    data = w.tnef(
        w.file(None, None, w.unicode(0x3704, "a.bin"), w.variable(0x3701, w.BINARY, DATA))
    )
    (found,) = read(data).files
    assert (found.name, octets(data, found)) == ("a.bin", DATA)


def test_a_message_within_can_be_unpacked_again():
    inner = w.tnef(w.text(b"inner"))
    data = w.tnef(w.file(None, None, w.unicode(0x3001, "Fwd: x"),
                         w.variable(0x3701, w.OBJECT, w.I_MESSAGE + inner)))  # fmt: skip
    (found,) = read(data).files
    assert (found.name, found.content_type) == ("Fwd_ x", "application/ms-tnef")
    assert octets(data, found) == inner
    assert read(octets(data, found)).text == "inner"


@pytest.mark.parametrize(
    ("codepage", "octets", "text"),
    [
        (1251, b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        (932, "日本".encode("cp932"), "日本"),
        (65001, "Grüße".encode(), "Grüße"),
        (28592, "Łódź".encode("iso8859-2"), "Łódź"),
        (None, "Grüße".encode("cp1252"), "Grüße"),
        (4_000_000_000, b"hello", "hello"),
        (65000, b"+ADw-", "+ADw-"),  # UTF-7 is refused
    ],
)
def test_code_pages(codepage, octets, text):
    assert read(w.tnef(w.text(octets), codepage=codepage)).text == text


def test_the_body_of_the_properties_wins():
    data = w.tnef(w.message(w.unicode(0x1000, "日本\u202e")), w.text(b"??"))
    assert read(data).text == "日本"


def test_multiple_values_are_stepped_over():
    many = struct.pack("<HHI3H2x", 0x1002, 0x1234, 3, 1, 2, 3)
    strings = w.variable(0x1235, 0x1000 | w.STRING, b"one\0", b"second\0")
    data = w.tnef(w.message(many, strings, w.unicode(0x1000, "behind")))
    assert (read(data).text, read(data).defects) == ("behind", ())


@pytest.mark.parametrize(
    ("title", "name"),
    [(b"..\\..\\evil.exe", "evil.exe"), (b"", None), (b"con", "_con"), (b"a\x07b", "a_b")],
)
def test_names_are_safe(title, name):
    (found,) = read(w.tnef(w.file(title, b"x"))).files
    assert found.name == name


def test_what_is_no_tnef():
    assert unpack(b"") is None
    assert unpack(b"PK\3\4 and more") is None
    assert unpack(b"\x78\x9f\x3e") is None


def test_cut_at_every_octet():
    whole = read(OUTLOOK)
    for cut in range(4, len(OUTLOOK)):
        found = read(OUTLOOK[:cut])
        for file, full in zip(found.files, whole.files, strict=False):
            assert file.span[1] <= cut
            assert octets(OUTLOOK, full).startswith(octets(OUTLOOK, file))
            assert file.complete is (file.span == full.span) or file.span == (0, 0)
        if len(found.files) < len(whole.files):
            assert "cut" in found.defects or cut in boundaries()
        assert found.text is None or "Grüße\nBye".startswith(found.text)


def boundaries() -> set[int]:
    """Offsets between two attributes."""
    at, found = 6, set()
    while at < len(OUTLOOK):
        found.add(at)
        at += 11 + struct.unpack_from("<I", OUTLOOK, at + 5)[0]
    return found


LIE = 2**32 - 1


@pytest.mark.parametrize(
    ("attributes", "defects"),
    [
        (w.attribute(w.ATTACHMENT, 0x800F, b"abc", length=LIE), {"cut"}),
        (w.message(count=LIE), {"bad-property"}),
        (w.message(w.long(1, 2), count=LIE), {"bad-property"}),
        (w.message(w.variable(0x1000, w.STRING, b"abc", length=LIE)), {"bad-property"}),
        (w.message(struct.pack("<HHI", 0x1002, 0x3001, LIE)), {"bad-property"}),
        (w.message(struct.pack("<HHI", w.STRING, 0x3001, LIE)), {"bad-property"}),
        (w.message(struct.pack("<HH16xIII", w.STRING, 0x8001, 1, LIE, 0)), {"bad-property"}),
        (w.message(struct.pack("<HHI", 0x7777, 0x3001, 0)), {"bad-property"}),
        (w.attribute(w.MESSAGE, 0x9003, b"\1"), {"bad-property"}),
        (w.attribute(9, 0x9003, b""), {"bad-attribute"}),
        (b"\1\2\3", {"cut"}),
    ],
)
def test_lies_are_named_and_cost_nothing(attributes, defects):
    data = w.tnef(attributes)
    tracemalloc.start()
    found = read(data)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    assert set(found.defects) == defects
    for file in found.files:
        assert file.span[1] <= len(data)


def test_a_lying_length_gives_what_is_there():
    data = w.tnef(w.attribute(w.ATTACHMENT, 0x800F, b"abc", length=LIE))
    (found,) = read(data).files
    assert (found.complete, octets(data, found)[:3]) == (False, b"abc")


@pytest.mark.parametrize(
    ("octets", "defect"),
    [
        (w.attribute(w.MESSAGE, 0, b""), "too-many-attributes"),
        (w.file(b"a", b"b"), "too-many-files"),
        (w.message(*[struct.pack("<HHI", 0x1003, 1, 0)] * 100), "too-many-properties"),
        (w.message(w.variable(0x1001, w.STRING, *[b""] * 1000)), None),
        (w.message(w.variable(0x1001, w.STRING, *[b""] * 1001)), "bad-property"),
        (w.text(b"x" * 1000), None),
    ],
)
def test_many_of_anything_take_linear_time(octets, defect):
    data = w.tnef(octets * (2**20 // len(octets)))
    found = read(data)
    assert len(found.files) <= MAX_FILES
    assert defect is None or defect in found.defects


def test_a_large_body_is_cut_and_no_file_is_copied():
    data = w.tnef(w.text(b"x" * 2**21), w.file(b"a", bytes(2**24)))
    tracemalloc.start()
    found = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.text == "x" * 2**20
    assert found.defects == ("text-cut",)
    assert found.files[0].octets == 2**24
    assert peak < 2**23


PIECES = [
    w.file(b"a.txt", b"abc"), w.file(None, None, w.variable(0x3701, w.BINARY, b"abc")),
    w.message(w.unicode(0x1000, "x")), w.message(count=99), w.text(b"y"), w.text(b""), b"\1", b"\2",
    w.attribute(w.ATTACHMENT, 0x9005, w.listed(w.unicode(0x3707, "n"), count=3)), bytes(11),
    w.message(w.variable(0x1013, w.STRING, b"<p>", length=70_000)),
]  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=120).map(lambda tail: w.tnef() + tail),
        st.lists(st.sampled_from(PIECES), max_size=8).map(lambda made: w.tnef(*made)),
    ),
    st.lists(st.tuples(st.integers(4, 2000), st.integers(0, 255)), max_size=6),
)
def test_any_octets_never_raise(data, changes):
    changed = bytearray(data)
    for at, octet in changes:
        if at < len(changed):
            changed[at] = octet
    found = read(bytes(changed))
    for file in found.files:
        assert 0 <= file.span[0] <= file.span[1] <= len(changed)
    for text in (found.text, found.html):
        assert text is None or "\0" not in text


def test_nothing_is_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        read(OUTLOOK)
    assert not caplog.records
