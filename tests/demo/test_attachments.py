import base64
import re
import struct

import pytest

from app.demo import attachments


def content(part) -> bytes:
    decoded = base64.b64decode(b"".join(part.chunks()))
    assert decoded == b"".join(part.raw())
    return decoded


def number_after(pattern: bytes, octets: bytes) -> int:
    found = re.search(pattern, octets)
    assert found, pattern
    return int(found[1])


@pytest.mark.parametrize("size", [5_000, 300_000, 1_234_567])
def test_files_have_the_size_on_the_wire_that_was_asked_for(size):
    for part in (
        attachments.pdf("p", size, "Title"),
        attachments.mp4("f", size),
        attachments.mp3("s", size),
        attachments.jpeg("j", max(size, 6_000), 1),
    ):
        expected = max(size, 6_000) if part.head.startswith(b"\xff\xd8") else size
        assert abs(part.octets - expected) <= 4


def test_the_cross_reference_table_of_a_pdf_is_right():
    octets = content(attachments.pdf("p", 90_000, "Grüße (Seite 1\\2)"))
    assert octets.startswith(b"%PDF-1.7\n")
    start = number_after(rb"startxref\n(\d+)\n%%EOF\n$", octets)
    assert octets[start:].startswith(b"xref\n0 7\n")
    rows = octets[start + len(b"xref\n0 7\n") :].split(b"\n")[1:7]
    for number, row in enumerate(rows, 1):
        assert len(row) == 19
        assert octets[int(row[:10]) :].startswith(b"%d 0 obj\n" % number)
    assert "Grüße \\(Seite 1\\\\2\\)".encode("cp1252") in octets
    length = number_after(rb"6 0 obj\n<</Length (\d+)>>", octets)
    stream = octets.index(b"stream\n", octets.index(b"6 0 obj")) + len(b"stream\n")
    assert octets[stream + length :].startswith(b"\nendstream")


def test_the_boxes_of_a_film_fill_it():
    octets = content(attachments.mp4("f", 50_000))
    position, kinds = 0, []
    while position < len(octets):
        length, kind = struct.unpack_from(">I4s", octets, position)
        assert length >= 8
        kinds.append(kind)
        position += length
    assert position == len(octets)
    assert kinds == [b"ftyp", b"mdat"]


def test_the_segments_of_a_picture_lead_to_its_end():
    seen = set()
    for scene in range(attachments.SCENES):
        octets = content(attachments.jpeg("j", 40_000, scene))
        assert octets.startswith(b"\xff\xd8\xff\xe0")
        position = 2
        markers = []
        while octets[position + 1] != 0xDA:
            assert octets[position] == 0xFF
            markers.append(octets[position + 1])
            position += 2 + int.from_bytes(octets[position + 2 : position + 4], "big")
        assert markers == [0xE0, 0xDB, 0xC0, 0xC4, 0xC4]
        position += 2 + int.from_bytes(octets[position + 2 : position + 4], "big")
        end = position
        while not (octets[end] == 0xFF and octets[end + 1] != 0):
            end += 1
        assert octets[end : end + 2] == b"\xff\xd9", "no marker inside the scan"
        seen.add(octets[: end + 2])
        # One code and one end-of-block bit for each component of each tile, at the least.
        assert (end - position) * 8 >= attachments.TILES_WIDE * attachments.TILES_HIGH * 3 * 5
    assert len(seen) == attachments.SCENES
