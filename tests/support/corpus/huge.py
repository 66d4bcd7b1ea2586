"""Messages that are large in one way or another, made when they are asked for."""

from .case import TEXT, Case, crlf, mail, multipart

MIB = 1024 * 1024
TYPE = b"Content-Type: "
MIXED_X = TYPE + b"multipart/mixed; boundary=x\n\n"
CAP = 1000  # parts that are read of a message
DEEPEST = 20  # levels that are read of a message
DASHES = f"--{'b' * 32}\n"


def _nested(levels: int) -> bytes:
    opened = [
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels)
    ]
    closed = [b"\n--b%d--" % n for n in reversed(range(levels))]
    return mail(b"".join([*opened, TEXT, *closed, b"\n"]))


def _parts(count: int) -> bytes:
    return mail(
        MIXED_X + b"".join(b"--x\n\npart %d\n" % n for n in range(1, count + 1)) + b"--x--\n"
    )


def _levels(kind: str) -> str:
    return "\n".join(f"1{'.1' * n} {kind} 7bit" for n in range(DEEPEST))


PARTS = "\n".join(["1 multipart/mixed 7bit", *(f"1.{n} text/plain 7bit" for n in range(1, CAP))])
PART_TEXTS = "\n".join(f"part {n}" for n in range(1, CAP))

HUGE = (
    Case(
        "header-16-mb-folded",
        "a header of 16 MB, one field folded 200,000 times",
        lambda: mail(
            b"Subject: x\nX-Long: y\n" + (b" " + b"y" * 80 + b"\n") * 200_000 + b"\nhello\n"
        ),
        subject="x",
        text=None,
        defects=("header-cut", "text-cut"),
    ),
    Case(
        "header-16-mb-fields",
        "a header of 16 MB in 200,000 fields",
        lambda: mail(b"Subject: x\n" + (b"X-Long: " + b"y" * 73 + b"\n") * 200_000 + b"\nhello\n"),
        subject="x",
        text=None,
        defects=("header-cut", "text-cut"),
    ),
    Case(
        "field-1-mb",
        "a field of 1 MB before the subject",
        lambda: mail(b"X-Long: " + b"y" * 1_000_000 + b"\nSubject: x\n\nhello\n"),
        subject="x",
    ),
    Case(
        "field-2-mb",
        "a field of 2 MB, longer than all that is read of a header",
        lambda: mail(b"Subject: x\nX-Long: " + b"y" * 2_000_000 + b"\n\nhello\n"),
        subject="x",
        text=None,
        defects=("header-cut",),
    ),
    Case(
        "subject-1-mb",
        "a subject of 1 MB",
        lambda: mail(b"Subject: " + b"y" * 1_000_000 + b"\n\nhello\n"),
        subject="y" * (16 * 1024 - 1),
        defects=("value-cut",),
    ),
    Case(
        "subject-50000-words",
        "50,000 encoded words",
        # 16 KiB of them are read: 1,170 words of 14 octets, and 4 octets of the next
        lambda: mail(b"Subject:" + b" =?utf-8?Q?y?=" * 50_000 + b"\n\nhello\n"),
        subject="y" * 1170 + " =?u",
        defects=("value-cut",),
    ),
    Case(
        "fields-100000",
        "100,000 fields",
        lambda: mail(b"Subject: x\n" + b"X: y\n" * 100_000 + b"\nhello\n"),
        subject="x",
        defects=("header-cut",),
    ),
    Case(
        "to-5000",
        "5,000 To fields",
        lambda: mail(b"To: Bob <bob@example.net>\n" * 4900 + b"\nhello\n"),
    ),
    Case(
        "semicolons-16-kb",
        "a Content-Type of nothing but semicolons",
        lambda: mail(TYPE + b"text/plain" + b";" * 16_000 + b"\n\nhello\n"),
    ),
    Case(
        "line-1-mb",
        "a line of 1 MB",
        lambda: mail(b"\n" + b"x" * 1_000_000 + b"\n"),
        text="x" * 1_000_000 + "\n",
    ),
    Case(
        "line-5-mb",
        "a line of 5 MB",
        lambda: mail(b"\n" + b"x" * 5_000_000 + b"\n"),
        text="x" * MIB,
        defects=("text-cut",),
    ),
    Case(
        "base64-line-5-mb",
        "an attachment in one line of 5 MB",
        lambda: mail(
            TYPE
            + b"application/zip\nContent-Transfer-Encoding: base64\n\n"
            + b"QUJD" * 1_250_000
            + b"\n"
        ),
        structure="1 application/zip base64",
        text="",
        octets=(("1", 3_750_000),),
    ),
    Case(
        "base64-text-5-mb",
        "a text in one line of 5 MB, in base64",
        lambda: mail(b"Content-Transfer-Encoding: base64\n\n" + b"QUJD" * 1_250_000 + b"\n"),
        structure="1 text/plain base64",
        text="ABC" * (MIB // 4),
        defects=("text-cut",),
    ),
    Case(
        "qp-equals-1-mb",
        "900,000 equals signs, the last one a soft break",
        lambda: mail(b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 900_000 + b"\n"),
        structure="1 text/plain quoted-printable",
        text="=" * 899_999,
    ),
    Case(
        "qp-blanks-1-mb",
        "a million blanks before a letter",
        lambda: mail(
            b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * 1_000_000 + b"x\n"
        ),
        structure="1 text/plain quoted-printable",
        text=" " * 1_000_000 + "x\n",
    ),
    Case(
        "blank-lines",
        "500,000 blank lines",
        lambda: mail(b"\n" + b"\n" * 500_000),
        text="\n" * 500_000,
    ),
    Case(
        "lone-crs",
        "a million of CR before a letter",
        lambda: mail(b"\n" + b"\r" * 1_000_000 + b"x\n"),
        text="\n" * 1_000_000 + "x\n",
    ),
    Case(
        "unfinished-tags",
        "300,000 tags that never end",
        lambda: mail(TYPE + b"text/html\n\nhello" + b"<a " * 300_000),
        structure="1 text/html 7bit",
        text="hello",
    ),
    Case(
        "unfinished-comments",
        "200,000 comments of HTML that never end",
        lambda: mail(TYPE + b"text/html\n\nhello" + b"<!--" * 200_000),
        structure="1 text/html 7bit",
        text="hello",
    ),
    Case(
        "dashes",
        "25,000 lines that begin as delimiters do",
        lambda: mail(
            multipart(b"mixed", b"\nhello\n" + DASHES.encode() * 25_000, boundary=b"b" * 40)
        ),
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit",
        text="hello\n" + DASHES * 25_000,
    ),
    Case(
        "parts-2000",
        "more parts than are read",
        lambda: _parts(2000),
        structure=PARTS,
        text=PART_TEXTS,
        defects=("too-many-parts",),
    ),
    Case(
        "parts-999",
        "as many parts as are read",
        lambda: _parts(CAP - 1),
        structure=PARTS,
        text=PART_TEXTS,
    ),
    Case(
        "multiparts-3000-deep",
        "multiparts nested 3,000 deep",
        lambda: _nested(3000),
        structure=_levels("multipart/mixed"),
        text="",
        defects=("too-deep",),
    ),
    Case(
        "messages-1000-deep",
        "messages nested 1,000 deep",
        lambda: mail(b"Content-Type: message/rfc822\n\n" * 1000 + b"hello\n"),
        structure=_levels("message/rfc822"),
        text="",
        defects=("too-deep",),
    ),
    Case(
        "unclosed-quotes",
        "quotes that are never closed in every field that may have them",
        lambda: crlf(
            b'From: "' + b"a" * 15_000 + b" <ann@example.org>\n"
            b"Date: Fri, 1 Mar 2024 10:00:00 +0000\n"
            b'Content-Type: text/plain; name="' + b"a" * 15_000 + b"\n"
            b'Content-Disposition: inline; filename="' + b"a" * 15_000 + b"\n\nhello\n"
        ),
        sender=("a" * 15_000, "ann@example.org"),
        structure='1 text/plain 7bit "' + "a" * 200 + '"',
    ),
)
