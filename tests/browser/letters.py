"""Messages that show what the reader can do, each for one purpose."""

import base64
import struct
import zlib

from tests.support import winmail as w


def _png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + sum_

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _head(subject: str, more: str = "", *, day: int = 3) -> bytes:
    return (
        f"From: Nora Bergström <nora@example.org>\r\nTo: anna@example.net\r\n"
        f"Subject: {subject}\r\nDate: Tue, {day:02} Mar 2026 09:12:00 +0000\r\n"
        f"Message-ID: <{day}@example.org>\r\nMIME-Version: 1.0\r\n{more}\r\n"
    ).encode()


def _part(kind: str, body: bytes, more: str = "") -> bytes:
    return f"Content-Type: {kind}\r\n{more}\r\n".encode() + body + b"\r\n"


def _file(kind: str, name: str, body: bytes) -> bytes:
    more = "Content-Transfer-Encoding: base64\r\n"
    more += f'Content-Disposition: attachment; filename="{name}"\r\n'
    return _part(kind, _base64(body), more)


def _multipart(kind: str, *parts: bytes, boundary: str = "cut") -> tuple[str, bytes]:
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"
    return f'multipart/{kind}; boundary="{boundary}"', body


NEWSLETTER = "The harbour gazette"
QUOTES = "Re: the ferry"
INVITATION = "Budget, second round"
OUTLOOK = "The figures, from Outlook"
UUENCODED = "A file in the old way"
ROUTE = "It came a long way"
BULKY = "Photographs of the summer"
BROKEN = "This one ends in the mid"
FILE = bytes(range(256)) * 12


def newsletter(port: int = 9) -> bytes:
    """An alternative with an image of its own, two of elsewhere, and a link that lies."""
    html = f"""<body style="margin:0;background-color:#eef1f4"><table width="100%"><tr><td>
<table width="560" align="center" bgcolor="#ffffff"><tr><td style="padding:20px">
<img src="cid:logo" width="120" height="40" alt="Gazette">
<h2 style="color:#1d4d4f">The ferry runs again</h2>
<p>From Monday it leaves at eight. <a href="https://gazette.example/ferry?u=8f3a91">Read on</a></p>
<p><img src="https://img.lan:{port}/harbour.png" width="520" height="160" alt="The harbour"></p>
<p><a href="https://track.example/c/77ab">https://bank.example/account</a></p>
<img src="http://img.lan:{port}/pixel.gif" width="1" height="1" alt="">
</td></tr></table></td></tr></table></body>"""
    related, body = _multipart(
        "related",
        _part("text/html; charset=utf-8", html.encode()),
        _part(
            'image/png; name="logo.png"',
            _base64(_png(120, 40, (29, 77, 79))),
            "Content-Transfer-Encoding: base64\r\nContent-ID: <logo>\r\n"
            "Content-Disposition: inline\r\n",
        ),
        boundary="inner",
    )
    plain = b"The ferry runs again.\r\nFrom Monday it leaves at eight: https://gazette.example/ferry\r\n"
    kind, whole = _multipart(
        "alternative", _part("text/plain; charset=utf-8", plain), _part(related, body)
    )
    return _head(NEWSLETTER, f"Content-Type: {kind}\r\n", day=1) + whole


def quotes() -> bytes:
    """Text with a long quote, links and a signature."""
    text = (
        "Hello Anna,\r\n\r\n"
        "at noon then, at https://ferry.example/pier?no=3 (not at the old one).\r\n"
        "Write to harbour@example.org if you are late.\r\n\r\n"
        "On Monday Anna wrote:\r\n"
        + "".join(f"> line {n} of what Anna wrote\r\n" for n in range(9))
        + ">> and what stood before\r\n\r\nSee you!\r\n-- \r\nNora Bergström\r\nPier 3\r\n"
    )
    return _head(QUOTES, "Content-Type: text/plain; charset=utf-8\r\n", day=2) + text.encode()


def invitation() -> bytes:
    """A calendar beside its text."""
    calendar = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Budget\\, second round
DTSTART:20261126T100000Z
DTEND:20261126T113000Z
LOCATION:Room 3
ORGANIZER;CN=Nora:mailto:nora@example.org
ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@example.org
ATTENDEE;CN=Anna;PARTSTAT=NEEDS-ACTION:mailto:anna@example.net
DESCRIPTION:Bring the figures.\\nAnd cake.
END:VEVENT
END:VCALENDAR
"""
    kind, body = _multipart(
        "mixed",
        _part("text/plain", b"Please come."),
        _part("text/calendar; method=REQUEST; name=invite.ics", calendar.encode()),
    )
    return _head(INVITATION, f"Content-Type: {kind}\r\n") + body


def outlook() -> bytes:
    """Files packed into a winmail.dat."""
    packed = w.tnef(w.file(b"figures.csv", b"a,b\r\n1,2\r\n"), w.file(b"photo.bin", FILE))
    kind, body = _multipart(
        "mixed",
        _part("text/plain", b"Here they are."),
        _file("application/ms-tnef", "winmail.dat", packed),
    )
    return _head(OUTLOOK, f"Content-Type: {kind}\r\n", day=4) + body


def uuencoded() -> bytes:
    """A uuencoded file between two sentences."""
    file = b"begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n"
    return _head(UUENCODED, day=5) + b"Look:\r\n\r\n" + file + b"\r\nNice, is it not?\r\n"


def route() -> bytes:
    """Twelve servers on the way."""
    hops = "".join(
        f"Received: from relay{n}.example.org (relay{n}.example.org [192.0.2.{n}])\r\n"
        f"\tby relay{n + 1}.example.org with ESMTP{'S' * (n % 2)} id A{n}00;\r\n"
        f"\tTue, 03 Mar 2026 09:{12 + 2 * n}:00 +0000\r\n"
        for n in range(12, 0, -1)
    )
    return hops.encode() + _head(ROUTE, day=6) + b"At last.\r\n"


def bulky(octets: int = 30_000_000) -> bytes:
    """Large attachments behind a sentence."""
    photo = _png(40, 30, (90, 120, 160)) + bytes(octets // 2 * 3 // 4)
    kind, body = _multipart(
        "mixed",
        _part("text/plain", b"The summer, all of it."),
        _file("image/png", "pier.png", photo),
        _file("image/png", "../../ferry.png", photo),
    )
    return _head(BULKY, f"Content-Type: {kind}\r\n", day=7) + body


def broken() -> bytes:
    """A message that ends in the middle of its second part."""
    kind, body = _multipart(
        "mixed", _part("text/plain", b"What is left of it."), _file("image/png", "a.png", FILE)
    )
    return _head(BROKEN, f"Content-Type: {kind}\r\n", day=8) + body[: len(body) * 2 // 3] + b"\r\n"


def all_of_them() -> list[bytes]:
    """One of each, the large one with 2 MB."""
    made = (newsletter, quotes, invitation, outlook, uuencoded, route, broken)
    return [*(make() for make in made), bulky(2_000_000)]
