"""Transfer encodings: broken base64 and quoted-printable, unknown ones, ones that are not true."""

import base64

from .case import PDF, TEXT, Case, mail, multipart


def _text(name: str, hard: str, encoding: bytes, body: bytes, text: str, *defects: str) -> Case:
    fields = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding
    shown = encoding.decode("ascii").split(" ")[0].strip('"').lower()
    return Case(
        name,
        hard,
        mail(fields + b"\n\n" + body),
        structure="1 text/plain " + shown,
        text=text,
        defects=defects,
    )


UUENCODED = b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n"
YENC = (
    b"=ybegin line=128 size=6 name=a.bin\n"
    b"\x92\x8f\x96\x96\x99=J\xff\x00\x7f\n"
    b"=yend size=6 crc32=00000000\n"
)

TRANSFER = (
    _text("base64", "nothing: base64 in order", b"base64", b"SMOkbGxvCg==\n", "Hällo\n"),
    _text(
        "base64-cut-group",
        "ends with three characters of a group",
        b"base64",
        b"SGVsbG8\n",
        "Hello",
    ),
    _text(
        "base64-one-over", "ends with one character of a group", b"base64", b"SGVsbG8hS\n", "Hello!"
    ),
    _text(
        "base64-junk",
        "blanks, dots and eight bits among the lines",
        b"base64",
        b"SGVs .\xff\n\n!bG8h-\n",
        "Hello!",
    ),
    _text(
        "base64-inner-padding",
        "two blocks joined, padding in the middle",
        b"base64",
        b"SGVsbG8=IHlvdQ==\n",
        "Hello you",
    ),
    _text("base64-only-padding", "nothing but padding", b"base64", b"====\n", ""),
    _text(
        "base64-rule",
        "a rule that a list added behind the base64",
        b"base64",
        b"SGVsbG8h\n\n__ !! __\n",
        "Hello!",
    ),
    _text(
        "base64-not",
        "says base64, is no base64 at all",
        b"base64",
        b"!?!? ... ,,,\n",
        "!?!? ... ,,,\n",
    ),
    _text(
        "base64-words",
        "says base64, is plain words, the first line one that base64 could be",
        b"base64",
        "Dear\n\nthis was never encoded: Grüße =20\n".encode(),
        "Dear\n\nthis was never encoded: Grüße =20\n",
    ),
    _text("base64-one-word", "says base64, is one plain word", b"base64", b"hello\n", "hello\n"),
    _text(
        "base64-list-footer",
        "a list's footer behind the padding, with a line of four letters",
        b"base64",
        b"SMOkbGxvCg==\n____________________\nlist mailing list\nJohn\nlist@example.org\n",
        "Hällo\n____________________\nlist mailing list\nJohn\nlist@example.org\n",
    ),
    _text(
        "base64-footer-without-padding",
        "a scanner's footer behind base64 that needs no padding",
        b"base64",
        b"SGVsbG8h\n\n-- \nScanned by Example\nUnsubscribes\n",
        "Hello!\n-- \nScanned by Example\nUnsubscribes\n",
    ),
    _text(
        "base64-footer-in-the-last-line",
        "a footer right behind the padding, in its line",
        b"base64",
        b"SGVsbG8=__________\nlist footer\n",
        "Hello\n__________\nlist footer\n",
    ),
    _text(
        "base64-blocks-in-lines",
        "three blocks joined, each in lines of its own",
        b"base64",
        b"SGVs\nbG8=\n\nIHlv\ndQ==\nIQ==\n",
        "Hello you!",
    ),
    Case(
        "base64-html-footer",
        "a list's footer behind HTML in base64",
        mail(
            b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(b"<html><body><p>hello</p></body></html>")
            + b"_____\nlist footer <list@example.org>\n"
        ),
        structure="1 text/html base64",
        text="hello\n\n_____\nlist footer <list@example.org>",
    ),
    Case(
        "base64-attachment-footer",
        "footers behind attachments are no octets of them, with padding and without",
        mail(
            multipart(
                b"mixed",
                TEXT,
                PDF + b"\n\nThis message was scanned.\n",
                PDF.replace(b"UERG", b"UERGIQ==\n__________\nlist"),
                PDF.replace(b"UERG", b"%PDF-1.4 is not base64"),
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 application/pdf base64 "a.pdf"
             1.3 application/pdf base64 "a.pdf"
             1.4 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2", 3), ("1.3", 4), ("1.4", 22)),
    ),
    _text(
        "base64-quoted-name",
        "the encoding's name in quotes and capitals",
        b'"BASE64"',
        b"SGVsbG8h\n",
        "Hello!",
    ),
    _text(
        "base64-comment",
        "a comment behind the encoding's name",
        b"base64 (RFC 2045)",
        b"SGVsbG8h\n",
        "Hello!",
    ),
    _text(
        "qp-broken-escapes",
        "escapes that are none stay",
        b"quoted-printable",
        b"100=% =zz =4 ==41 =\xc3\xa4\n",
        "100=% =zz =4 =A =ä\n",
    ),
    _text("qp-lower-case", "lower-case hexadecimal", b"quoted-printable", b"K=c3=b6ln\n", "Köln\n"),
    _text(
        "qp-soft-break-at-end",
        "a soft break with nothing behind it",
        b"quoted-printable",
        b"hello=\n",
        "hello",
    ),
    _text(
        "qp-blanks-at-line-end",
        "blanks added on the way, also behind a soft break",
        b"quoted-printable",
        b"a  \t\nb= \nc\n",
        "a\nbc\n",
    ),
    _text(
        "qp-split-character",
        "a soft break inside a character",
        b"quoted-printable",
        b"K=C3=\n=B6ln\n",
        "Köln\n",
    ),
    _text(
        "qp-raw-eight-bit",
        "raw octets among the escapes",
        b"quoted-printable",
        "Köln =C3=A4\n".encode(),
        "Köln ä\n",
    ),
    _text(
        "qp-hidden-controls",
        "controls and an override as escapes",
        b"quoted-printable",
        b"a=00b=1B=E2=80=AEc\n",
        "a\ufffdb\ufffdc\n",
    ),
    _text(
        "qp-delimiters",
        "what looks like a header",
        b"quoted-printable",
        b"From: x\nContent-Type: text/html\n\n=46rom x\n",
        "From: x\nContent-Type: text/html\n\nFrom x\n",
    ),
    _text(
        "unknown-encoding",
        "an encoding nobody knows",
        b"x-gzip64",
        b"hello\n",
        "hello\n",
        "unknown-encoding",
    ),
    _text(
        "misspelt-encoding",
        "8 bit with a dash",
        b"8-bit",
        b"hello\n",
        "hello\n",
        "unknown-encoding",
    ),
    _text(
        "uuencode",
        "uuencode by its field",
        b"x-uuencode",
        UUENCODED,
        UUENCODED.decode(),
        "unknown-encoding",
    ),
    _text("seven-bit-lie", "says 7bit, has eight", b"7bit", "Köln\n".encode(), "Köln\n"),
    Case(
        "uuencode-inline",
        "an attachment of the time before MIME",
        mail(b"Subject: file\n\nhere it is\n" + UUENCODED),
        subject="file",
        text="here it is\n" + UUENCODED.decode(),
    ),
    Case("yenc", "yEnc: eight bits and escapes of its own", mail(b"\n" + YENC), text=None),
    Case(
        "encoding-twice",
        "two encodings, the first counts",
        mail(b"Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nSGVsbG8h\n"),
        structure="1 text/plain base64",
        text="Hello!",
    ),
    Case(
        "encoding-empty", "a field without a value", mail(b"Content-Transfer-Encoding: \n\nhello\n")
    ),
    Case(
        "cr-in-qp",
        "soft breaks that end in CR alone, between CRLF lines",
        mail(b"Content-Transfer-Encoding: quoted-printable\n\n") + b"a=\rb=\rc\rd\r\n",
        structure="1 text/plain quoted-printable",
        text="abc\nd\n",
    ),
    Case(
        "qp-attachment",
        "a binary in quoted-printable, line ends and all",
        mail(
            b"Content-Type: application/octet-stream\n"
            b"Content-Transfer-Encoding: quoted-printable\n\n=00=01=\n=FF\n"
        ),
        structure="1 application/octet-stream quoted-printable",
        text="",
        octets=(("1", 5),),
    ),
    Case(
        "base64-attachment-cut",
        "an attachment that breaks off, its size is not known",
        mail(
            b"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(b"PK" * 500)
        )[:-200],
        structure="1 application/zip base64 cut",
        text="",
        whole=False,
    ),
    Case(
        "flowed",
        "soft breaks, stuffing, a quote and a signature (RFC 3676)",
        mail(
            b"Content-Type: text/plain; format=flowed\n\n"
            b"one \ntwo\n  stuffed\n From x\n> q1 \n> q2\n-- \nAnn\n"
        ),
        text="one two\n stuffed\nFrom x\n> q1 q2\n-- \nAnn\n",
    ),
    Case(
        "flowed-delsp",
        "soft breaks that take their space with them",
        mail(
            b"Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-8\n\n"
            + "日本 \n語\n".encode()
        ),
        text="日本語\n",
    ),
)
