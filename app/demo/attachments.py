"""Files for the demo: small where a person opens them, padded with generated octets to any size.

Each starts and ends as its format wants it, so that a PDF shows its page and a JPEG its picture;
the filler lies where readers skip it. Sizes are those of the base64 form on the wire.
"""

import functools
import math

from .message import RAW_LINE, WIRE_LINE, Generated

TILES_WIDE, TILES_HIGH = 48, 36
"""Size of a picture, in tiles of 8 by 8 pixels."""
SCENES = 4
DISC_RADIUS = 4
"""Of the sun or moon, in tiles."""


def pdf(label: str, wire_octets: int, title: str) -> Generated:
    """A PDF with one page that shows `title`, and an unused stream of filler (PDF 1.7, 7.5)."""
    shown = title.encode("cp1252", "replace")
    shown = shown.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    page = b"BT /F1 24 Tf 60 760 Td (" + shown + b") Tj ET 60 740 475 2 re f"
    fonts = b"/Resources<</Font<</F1 5 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R" + fonts + b">>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    head = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(head))
        head += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    offsets.append(len(head))
    # The filler's length is written with ten digits, so that it does not change what it measures.
    opening = b"6 0 obj\n<</Length %010d>>stream\n"
    ending = b"\nendstream\nendobj\n"
    table = b"xref\n0 7\n0000000000 65535 f \n"
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    closing = b"trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n%010d\n%%%%EOF\n"
    fixed = len(head) + len(opening % 0) + len(ending) + len(table) + len(closing % 0)
    filler = max(0, _raw(wire_octets) - fixed)
    head += opening % filler
    start = len(head) + filler + len(ending)
    return Generated(label, head, filler, ending + table + closing % start)


def jpeg(label: str, wire_octets: int, scene: int) -> Generated:
    """A small picture; the filler follows its end marker, where decoders stop reading."""
    picture = _picture(scene % SCENES)
    return Generated(label, picture, max(0, _raw(wire_octets) - len(picture)))


def mp4(label: str, wire_octets: int) -> Generated:
    """A file type box and a media data box of filler (ISO 14496-12): a film of nothing."""
    kind = b"ftypisom\0\0\2\0isomiso2avc1mp41"
    head = (len(kind) + 4).to_bytes(4, "big") + kind
    filler = max(0, _raw(wire_octets) - len(head) - 8)
    return Generated(label, head + (filler + 8).to_bytes(4, "big") + b"mdat", filler)


def mp3(label: str, wire_octets: int) -> Generated:
    """An ID3v2 header with an empty tag, then filler."""
    head = b"ID3\4\0\0\0\0\0\0"
    return Generated(label, head, max(0, _raw(wire_octets) - len(head)))


def _raw(wire_octets: int) -> int:
    return wire_octets * RAW_LINE // WIRE_LINE


@functools.cache
def _picture(scene: int) -> bytes:
    """A landscape in tiles: sky, sun or moon, hills, in the colours of the scene."""
    sky_top, sky_low, disc, far, near = (
        ((70, 130, 200), (210, 230, 245), (255, 240, 170), (110, 150, 120), (60, 110, 60)),
        ((60, 40, 90), (250, 150, 90), (255, 210, 120), (90, 60, 90), (45, 30, 50)),
        ((15, 20, 50), (50, 70, 120), (235, 235, 220), (30, 45, 70), (12, 20, 35)),
        ((160, 190, 205), (235, 225, 205), (250, 250, 240), (190, 175, 140), (60, 140, 160)),
    )[scene]
    tiles = []
    for y in range(TILES_HIGH):
        for x in range(TILES_WIDE):
            far_ridge = 19 + 3 * math.sin(x / 6 + scene) + 1.5 * math.sin(x / 2.3)
            near_ridge = 26 + 4 * math.sin(x / 9 + 2 * scene)
            if y > near_ridge:
                colour = near
            elif y > far_ridge:
                colour = far
            elif math.hypot(x - 12 - 8 * scene, y - 8) < DISC_RADIUS:
                colour = disc
            else:
                share = y / far_ridge
                red, green, blue = (
                    round(top + (low - top) * share)
                    for top, low in zip(sky_top, sky_low, strict=True)
                )
                colour = (red, green, blue)
            tiles.append(colour)
    return _jpeg_of_tiles(tiles)


def _jpeg_of_tiles(tiles: list[tuple[int, int, int]]) -> bytes:
    """A baseline JPEG (ITU T.81) whose 8 by 8 blocks have one colour each: DC terms only."""
    high, wide = TILES_HIGH * 8, TILES_WIDE * 8
    # With 8 for every quantiser step a DC term is just the mean, less 128 (A.3.3).
    quantisers = b"\xff\xdb\0\x43\0" + b"\x08" * 64
    frame = b"\xff\xc0\0\x11\x08" + high.to_bytes(2, "big") + wide.to_bytes(2, "big")
    frame += b"\x03\x01\x11\0\x02\x11\0\x03\x11\0"
    # Twelve categories, all with codes of four bits; for AC one code, "end of block", of one bit.
    dc_codes = b"\xff\xc4\0\x1f\0" + bytes([0, 0, 0, 12, *[0] * 12]) + bytes(range(12))
    ac_codes = b"\xff\xc4\0\x14\x10" + bytes([1, *[0] * 15]) + b"\0"
    scan = b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0"
    bits: list[str] = []
    before = [0, 0, 0]
    for red, green, blue in tiles:
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        terms = (luma - 128, 0.564 * (blue - luma), 0.713 * (red - luma))
        for component, term in enumerate(terms):
            value = round(term)
            change = value - before[component]
            before[component] = value
            category = abs(change).bit_length()
            bits.append(f"{category:04b}")
            if category:
                coded = change if change > 0 else change + (1 << category) - 1
                bits.append(f"{coded:0{category}b}")
            bits.append("0")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    entropy = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    jfif = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    head = b"\xff\xd8" + jfif + quantisers + frame + dc_codes + ac_codes
    return head + scan + entropy + b"\xff\xd9"
