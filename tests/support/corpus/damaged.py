"""Messages that were damaged on the way: line ends, missing halves, junk in front, cut off."""

from .case import FROM, HTML, MIXED, PDF, TEXT, Case, b64, crlf, mail, multipart

PLAIN = mail(b"Subject: x\n\nhello\n")
TREE = mail(b"Subject: x\n" + multipart(b"mixed", TEXT, PDF))
NOBODY = ("no-from", "no-date")
JAPANESE = "日本語のメール".encode()


def _cut(name: str, hard: str, raw: bytes, structure: str, text: str, *defects: str) -> Case:
    return Case(
        "cut-" + name, hard, raw, structure=structure, text=text, defects=defects, whole=False
    )


DAMAGED = (
    Case("empty", "no octet at all", b"", sender=None, date=None, defects=NOBODY, text=""),
    Case(
        "one-line-end",
        "a line end and nothing else",
        b"\r\n",
        sender=None,
        date=None,
        defects=NOBODY,
        text="",
    ),
    Case("header-only", "no blank line, no body", mail(b"Subject: x\n"), subject="x", text=""),
    Case(
        "header-without-line-end",
        "ends in the middle of the last field",
        mail(b"Subject: x y z")[:-2],
        subject="x y",
        text="",
    ),
    Case("body-empty", "a blank line, and no body", mail(b"Subject: x\n\n"), subject="x", text=""),
    Case(
        "body-only",
        "no header at all",
        b"hello there\r\nyou\r\n",
        sender=None,
        date=None,
        defects=NOBODY,
        text="hello there\nyou\n",
    ),
    Case(
        "blank-line-first",
        "a blank line before the header makes it text",
        b"\r\n" + PLAIN,
        sender=None,
        date=None,
        defects=NOBODY,
        text="From: Ann <ann@example.org>\nDate: Fri, 1 Mar 2024 10:00:00 +0000\n"
        "Subject: x\n\nhello\n",
    ),
    Case(
        "bom-first",
        "a byte order mark before the first field",
        b"\xef\xbb\xbf" + PLAIN,
        subject="x",
        defects=("byte-order-mark",),
    ),
    Case(
        "mbox-line-first",
        "the From line of a mailbox file",
        b"From ann@example.org Fri Mar  1 10:00:00 2024\r\n" + PLAIN,
        subject="x",
        defects=("mbox-from-line",),
    ),
    Case(
        "quoted-mbox-line-first",
        "the same, quoted by a careful program",
        b">From ann@example.org Fri Mar  1 10:00:00 2024\r\n" + PLAIN,
        subject="x",
        defects=("mbox-from-line",),
    ),
    Case(
        "fold-first",
        "the first line is a continuation of nothing",
        b" lost\r\n" + PLAIN,
        subject="x",
    ),
    Case(
        "quoted-from",
        "a From in the text, quoted and not",
        mail(b"\n>From here\nFrom there\n"),
        text=">From here\nFrom there\n",
    ),
    Case(
        "missing-blank-line",
        "text right behind the fields",
        mail(b"Subject: x\nhello\nyou there\n"),
        subject="x",
        text="hello\nyou there\n",
    ),
    Case(
        "blank-line-of-blanks",
        "the blank line has a tab in it",
        mail(b"Subject: x\n\t\nhello\n\nyou\n"),
        subject="x",
        text="hello\n\nyou\n",
    ),
    Case(
        "lone-dots",
        "lines of dots, as no careful client leaves them",
        mail(b"\n.\n..\n...x\n"),
        text=".\n..\n...x\n",
    ),
    Case(
        "lf-only",
        "LF alone",
        TREE.replace(b"\r\n", b"\n"),
        subject="x",
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "cr-only",
        "CR alone, as on old Macintoshes",
        TREE.replace(b"\r\n", b"\r"),
        subject="x",
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "cr-cr-lf",
        "CR CR LF",
        TREE.replace(b"\r\n", b"\r\r\n"),
        subject="x",
        structure=MIXED,
        text=None,
        octets=(("1.2", 3),),
    ),
    Case(
        "mixed-ends",
        "the header in LF, the body in CRLF, one line in CR CR LF",
        PLAIN.replace(b"\r\n", b"\n", 4) + b"one\r\r\ntwo\nthree\r\n",
        subject="x",
        text="hello\none\ntwo\nthree\n",
    ),
    Case(
        "mixed-delimiters",
        "each delimiter with another line end",
        mail(b"Content-Type: multipart/mixed; boundary=x\n\n")
        + b"--x\n\nhello\n--x\r\n\r\nyou\r\r\n--x--\n",
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit\n1.2 text/plain 7bit",
        text="hello\nyou\n",
    ),
    Case("lone-cr-in-body", "CR inside lines of text", mail(b"\na\rb\nc\r\n"), text="a\nb\nc\n"),
    Case(
        "lone-cr-in-header",
        "CR hides a second From in the subject",
        mail(b"Subject: a\rFrom: eve@example.net\n\nhello\n"),
        subject="a From: eve@example.net",
    ),
    Case(
        "nul-in-name",
        "a NUL in a field's name",
        mail(b"Sub\x00ject: y\nSubject: x\n\nhello\n"),
        subject="x",
        defects=("junk-line",),
    ),
    Case("nul-body", "nothing but NULs", mail(b"\n" + b"\x00" * 100), text="\ufffd" * 100),
    Case(
        "nul-before-delimiter",
        "a NUL in front of a delimiter, so that it is none",
        mail(multipart(b"mixed", b"\nhello\n\x00--x\nyou")),
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit",
        text="hello\n\ufffd--x\nyou",
    ),
    Case(
        "eight-bit-name",
        "a field's name in UTF-8",
        mail("X-Grüße: y\nSubject: x\n\nhello\n".encode()),
        subject="x",
    ),
    Case(
        "octets-of-all-kinds",
        "every octet there is, twice",
        bytes(range(256)) * 2,
        sender=None,
        date=None,
        defects=NOBODY,
        text=None,
    ),
    _cut(
        "in-header",
        "the header goes on",
        crlf(FROM + b"Date: Fri, 1 Mar 2024 10:00:00 +0000\n"),
        "1 text/plain 7bit cut",
        "",
    ),
    _cut(
        "in-content-type",
        "the boundary is still to come",
        mail(b"Content-Type: multipart/mixed;\n"),
        "1 multipart/mixed 7bit cut",
        "",
        "no-boundary",
    ),
    _cut(
        "behind-header",
        "a multipart's header, as TOP n 0 answers",
        mail(b"Content-Type: multipart/mixed; boundary=x\n\n"),
        "1 multipart/mixed 7bit cut",
        "",
    ),
    _cut("in-text", "the text goes on", mail(b"\nhello\nyo"), "1 text/plain 7bit cut", "hello\nyo"),
    _cut(
        "in-character",
        "two of a character's three octets are here",
        mail(b"Content-Type: text/plain; charset=utf-8\n\n" + JAPANESE[:5]),
        "1 text/plain 7bit cut",
        "日",
    ),
    _cut(
        "in-base64",
        "a group of base64 is cut, and a character with it",
        mail(
            b"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\n"
            + b64(JAPANESE)[:6]
        ),
        "1 text/plain base64 cut",
        "日",
    ),
    _cut(
        "in-escape",
        "an escape of quoted-printable is cut",
        mail(b"Content-Transfer-Encoding: quoted-printable\n\nab=C"),
        "1 text/plain quoted-printable cut",
        "ab",
    ),
    _cut(
        "in-iso-2022-jp",
        "cut between two escapes, after half a character",
        mail(b"Content-Type: text/plain; charset=iso-2022-jp\n\n") + b"\x1b$BF|K",
        "1 text/plain 7bit cut",
        "日",
    ),
    _cut(
        "in-delimiter",
        "the closing delimiter is cut, and is no text",
        mail(multipart(b"mixed", TEXT, boundary=b"abc"))[:-7],
        "1 multipart/mixed 7bit cut\n1.1 text/plain 7bit cut",
        "hello",
    ),
    _cut(
        "behind-delimiter",
        "a part begins, nothing of it is here",
        mail(multipart(b"mixed", TEXT).removesuffix(b"-x--\n") + b"-x\n"),
        "1 multipart/mixed 7bit cut\n1.1 text/plain 7bit\n1.2 text/plain 7bit cut",
        "hello",
    ),
    _cut(
        "in-attachment",
        "the text is whole, the attachment is not",
        mail(multipart(b"mixed", TEXT, PDF))[:-12],
        '1 multipart/mixed 7bit cut\n1.1 text/plain 7bit\n1.2 application/pdf base64 "a.pdf" cut',
        "hello",
    ),
    _cut(
        "in-html",
        "a tag and a character reference are cut",
        mail(b"Content-Type: text/html\n\n<p>hello &amp; y&eac"),
        "1 text/html 7bit cut",
        "hello & y",
    ),
    _cut(
        "in-message-within",
        "the header of a message within goes on",
        mail(
            multipart(
                b"mixed", TEXT, b"Content-Type: message/rfc822\n\nSubject: inner\n"
            ).removesuffix(b"\n--x--\n")
        ),
        """1 multipart/mixed 7bit cut
             1.1 text/plain 7bit
             1.2 message/rfc822 7bit cut
                 1.2.1 text/plain 7bit cut
         """,
        "hello",
    ),
    _cut(
        "in-alternative",
        "the plain one is here, the HTML one begins",
        mail(multipart(b"alternative", TEXT, HTML))[:-14],
        "1 multipart/alternative 7bit cut\n1.1 text/plain 7bit\n1.2 text/html 7bit cut",
        "hello",
    ),
)
