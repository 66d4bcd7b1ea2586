"""Bodies that are a series, or the same in several forms: what is shown, and what is attached."""

from .case import HTML, PDF, TEXT, Case, b64, mail, multipart

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
BLANK = b"Content-Type: text/plain\n\n \n"
MORE = b"Content-Type: text/plain\n\nmore"
LAST = b"Content-Type: text/plain\n\nlast"
LOOK = b'Content-Type: text/html\n\n<p>look <img src="cid:i%40x"></p>'


def picture(disposition: bytes, id: bytes = b"") -> bytes:
    """An image of 14 octets, with what it says of where it is to be shown."""
    named = b"Content-ID: <" + id + b">\n" if id else b""
    return (
        b"Content-Type: image/gif; name=a.gif\nContent-Transfer-Encoding: base64\n"
        + named
        + (b"Content-Disposition: " + disposition + b"\n" if disposition else b"")
        + b"\n"
        + b64(GIF)
    )


def _other(kind: bytes, words: bytes) -> bytes:
    return b"Content-Type: " + kind + b"\n\n" + words


BODIES = (
    Case(
        "series-apple-plain",
        "text, a file, text, a picture, text, as Apple Mail writes them",
        mail(multipart(b"mixed", TEXT, PDF, MORE, picture(b"inline"), LAST)),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 application/pdf base64 "a.pdf"
             1.3 text/plain 7bit
             1.4 image/gif base64 "a.gif"
             1.5 text/plain 7bit
         """,
        text="hello\nmore\nlast",
        octets=(("1.2", 3), ("1.4", None)),
    ),
    Case(
        "series-apple-html",
        "the same in HTML, as an alternative of plain text",
        mail(
            multipart(
                b"alternative",
                TEXT,
                multipart(
                    b"mixed",
                    HTML,
                    PDF,
                    _other(b"text/html", b"<p>more</p>"),
                    picture(b"inline"),
                    _other(b"text/html", b"<p>last</p>"),
                    boundary=b"y",
                ),
            )
        ),
        structure="""1 multipart/alternative 7bit
             1.1 text/plain 7bit
             1.2 multipart/mixed 7bit
                 1.2.1 text/html 7bit
                 1.2.2 application/pdf base64 "a.pdf"
                 1.2.3 text/html 7bit
                 1.2.4 image/gif base64 "a.gif"
                 1.2.5 text/html 7bit
         """,
        text="hello",
        octets=(("1.2.2", 3), ("1.2.1", None), ("1.2.3", None), ("1.2.4", None)),
    ),
    Case(
        "series-html-only",
        "HTML, a file, HTML, without plain text",
        mail(multipart(b"mixed", HTML, PDF, _other(b"text/html", b"<p>more</p>"))),
        structure="""1 multipart/mixed 7bit
             1.1 text/html 7bit
             1.2 application/pdf base64 "a.pdf"
             1.3 text/html 7bit
         """,
        text="hello\nmore",
        octets=(("1.2", 3), ("1.3", None)),
    ),
    Case(
        "series-blank-first",
        "a blank text, a picture, the words, as an iPhone writes them",
        mail(multipart(b"mixed", BLANK, picture(b"inline"), MORE)),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 image/gif base64 "a.gif"
             1.3 text/plain 7bit
         """,
        text="more",
        octets=(("1.1", None), ("1.2", None)),
    ),
    Case(
        "series-list-footer",
        "a list's footer behind alternatives",
        mail(multipart(b"mixed", multipart(b"alternative", TEXT, HTML, boundary=b"y"), LAST)),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain 7bit
                 1.1.2 text/html 7bit
             1.2 text/plain 7bit
         """,
        text="hello\nlast",
        octets=(("1.2", None), ("1.1.2", None)),
    ),
    Case(
        "series-html-footer",
        "a list's footer in plain text behind HTML",
        mail(multipart(b"mixed", HTML, LAST)),
        structure="1 multipart/mixed 7bit\n1.1 text/html 7bit\n1.2 text/plain 7bit",
        text="hello\nlast",
        octets=(("1.2", None),),
    ),
    Case(
        "alternatives-blank-plain-in-mixed",
        "a blank plain alternative gives way, the footer does not stand in for it",
        mail(multipart(b"mixed", multipart(b"alternative", BLANK, HTML, boundary=b"y"), LAST)),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain 7bit
                 1.1.2 text/html 7bit
             1.2 text/plain 7bit
         """,
        text="hello\nlast",
    ),
    Case(
        "alternatives-enriched-first",
        "enriched text before plain text, richtext behind",
        mail(
            multipart(
                b"alternative",
                _other(b"text/enriched", b"<bold>no</bold>"),
                TEXT,
                _other(b"text/richtext", b"<bold>no</bold>"),
            )
        ),
        structure="""1 multipart/alternative 7bit
             1.1 text/enriched 7bit
             1.2 text/plain 7bit
             1.3 text/richtext 7bit
         """,
        text="hello",
        octets=(("1.1", None), ("1.3", None)),
    ),
    Case(
        "alternatives-enriched-and-html",
        "enriched text or HTML: HTML is read better",
        mail(multipart(b"alternative", _other(b"text/enriched", b"<bold>no</bold>"), HTML)),
        structure="1 multipart/alternative 7bit\n1.1 text/enriched 7bit\n1.2 text/html 7bit",
        text="hello",
    ),
    Case(
        "alternatives-amp-and-watch",
        "forms for AMP and for watches, and an invitation that is no form",
        mail(
            multipart(
                b"alternative",
                TEXT,
                _other(b"text/x-amp-html", b"<html amp4email>no</html>"),
                _other(b"text/watch-html", b"<p>no</p>"),
                HTML,
                _other(b"text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\nEND:VCALENDAR"),
            )
        ),
        structure="""1 multipart/alternative 7bit
             1.1 text/plain 7bit
             1.2 text/x-amp-html 7bit
             1.3 text/watch-html 7bit
             1.4 text/html 7bit
             1.5 text/calendar 7bit
         """,
        text="hello",
        octets=(("1.2", None), ("1.3", None), ("1.4", None), ("1.5", 30)),
    ),
    Case(
        "related-start",
        "the root of what is related is not the first part",
        mail(
            multipart(
                b'related; start="<root@x>"',
                picture(b"inline", b"i@x"),
                LOOK.replace(b"text/html\n", b"text/html\nContent-ID: <root@x>\n"),
                picture(b"attachment"),
            )
        ),
        structure="""1 multipart/related 7bit
             1.1 image/gif base64 "a.gif"
             1.2 text/html 7bit
             1.3 image/gif base64 "a.gif"
         """,
        text="look",
        octets=(("1.1", None), ("1.2", None), ("1.3", 14)),
    ),
    Case(
        "related-in-mixed-in-alternative",
        "alternatives that hold a series that holds what is related",
        mail(
            multipart(
                b"alternative",
                TEXT,
                multipart(
                    b"mixed",
                    multipart(b"related", LOOK, picture(b"inline", b"i@x"), boundary=b"z"),
                    PDF,
                    boundary=b"y",
                ),
            )
        ),
        structure="""1 multipart/alternative 7bit
             1.1 text/plain 7bit
             1.2 multipart/mixed 7bit
                 1.2.1 multipart/related 7bit
                     1.2.1.1 text/html 7bit
                     1.2.1.2 image/gif base64 "a.gif"
                 1.2.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2.2", 3), ("1.2.1.2", None)),
    ),
    Case(
        "related-picture-not-shown",
        "a picture that the HTML does not name can only be saved",
        mail(multipart(b"related", HTML, picture(b"inline", b"i@x"))),
        structure='1 multipart/related 7bit\n1.1 text/html 7bit\n1.2 image/gif base64 "a.gif"',
        text="hello",
        octets=(("1.2", 14),),
    ),
    Case(
        "signed-series",
        "what was signed is a series, its signature is none of it",
        mail(
            multipart(
                b'signed; protocol="application/pgp-signature"',
                multipart(b"mixed", TEXT, MORE, boundary=b"y"),
                _other(b"application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----"),
            )
        ),
        structure="""1 multipart/signed 7bit
             1.1 multipart/mixed 7bit
                 1.1.1 text/plain 7bit
                 1.1.2 text/plain 7bit
             1.2 application/pgp-signature 7bit
         """,
        text="hello\nmore",
        octets=(("1.2", 29),),
    ),
    Case(
        "series-attached-text",
        "texts that are files: one that says so, one that has a name",
        mail(
            multipart(
                b"mixed",
                TEXT,
                _other(b"text/plain\nContent-Disposition: attachment", b"kept"),
                _other(b"text/plain; name=a.txt", b"kept"),
                LAST,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 text/plain 7bit
             1.3 text/plain 7bit "a.txt"
             1.4 text/plain 7bit
         """,
        text="hello\nlast",
        octets=(("1.2", 4), ("1.3", 4)),
    ),
    Case(
        "series-cut",
        "a series that breaks off in its third text",
        mail(multipart(b"mixed", TEXT, PDF, MORE).replace(b"more", b"mo"))[: -len("\r\n--x--\r\n")],
        structure="""1 multipart/mixed 7bit cut
             1.1 text/plain 7bit
             1.2 application/pdf base64 "a.pdf"
             1.3 text/plain 7bit cut
         """,
        text="hello\nmo",
        octets=(("1.2", 3),),
        whole=False,
    ),
)
