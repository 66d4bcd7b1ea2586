"""Trees of parts: what is the text, what is an attachment, parts that are not in order."""

from .case import HTML, MIXED, PDF, PNG, TEXT, Case, mail, multipart

EMPTY_MIXED = "1 multipart/mixed 7bit"


def _html(name: str, hard: str, markup: bytes, text: str) -> Case:
    raw = mail(b"Content-Type: text/html; charset=utf-8\n\n" + markup + b"\n")
    return Case("html-" + name, hard, raw, structure="1 text/html 7bit", text=text)


STRUCTURE = (
    Case(
        "mixed",
        "nothing: the measure for the others",
        mail(multipart(b"mixed", TEXT, PDF)),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "alternative-in-mixed-in-related",
        "an attachment inside what belongs together",
        mail(
            multipart(
                b"related",
                multipart(
                    b"mixed",
                    multipart(b"alternative", TEXT, HTML, boundary=b"z"),
                    PDF,
                    boundary=b"y",
                ),
                PNG,
            )
        ),
        structure="""1 multipart/related 7bit
             1.1 multipart/mixed 7bit
                 1.1.1 multipart/alternative 7bit
                     1.1.1.1 text/plain 7bit
                     1.1.1.2 text/html 7bit
                 1.1.2 application/pdf base64 "a.pdf"
             1.2 image/png base64
         """,
        text="hello",
        octets=(("1.1.2", 3), ("1.2", 4)),
    ),
    Case(
        "alternative-in-related-in-mixed",
        "three levels, the text at the bottom of them",
        mail(
            multipart(
                b"mixed",
                multipart(
                    b"related",
                    multipart(b"alternative", TEXT, HTML, boundary=b"z"),
                    PNG,
                    boundary=b"y",
                ),
                PDF,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/related 7bit
                 1.1.1 multipart/alternative 7bit
                     1.1.1.1 text/plain 7bit
                     1.1.1.2 text/html 7bit
                 1.1.2 image/png base64
             1.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.1.2", 4), ("1.2", 3)),
    ),
    Case(
        "related-cid",
        "HTML that shows an image by its Content-ID",
        mail(
            multipart(b"related", b'Content-Type: text/html\n\n<p>see <img src="cid:i@x"></p>', PNG)
        ),
        structure="""1 multipart/related 7bit
             1.1 text/html 7bit
             1.2 image/png base64
         """,
        text="see",
        octets=(("1.2", 4),),
    ),
    Case(
        "preamble-and-epilogue",
        "both look like parts",
        mail(
            multipart(b"mixed", TEXT).replace(
                b"\n\n--x", b"\n\nContent-Type: text/html\n\n<p>preamble</p>\n--x", 1
            )
            + b"--x\nContent-Type: text/html\n\n<p>epilogue</p>\n--x--\n"
        ),
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit",
        text="hello",
    ),
    Case(
        "encoded-multipart",
        "a multipart says it is base64, which is forbidden",
        mail(b"Content-Transfer-Encoding: base64\n" + multipart(b"mixed", TEXT, PDF)),
        structure=MIXED.replace("7bit", "base64", 1),
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "parts-without-header",
        "parts begin with their blank line, or with nothing",
        mail(multipart(b"mixed", b"\nhello", b"", b"\n")),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 text/plain 7bit
             1.3 text/plain 7bit
         """,
        text="hello",
    ),
    Case(
        "part-without-blank-line",
        "a part whose header runs into the next delimiter",
        mail(multipart(b"mixed", b"Content-Type: image/gif", TEXT)),
        structure="""1 multipart/mixed 7bit
             1.1 image/gif 7bit
             1.2 text/plain 7bit
         """,
        text="hello",
        octets=(("1.1", 0),),
    ),
    Case(
        "part-text-without-blank-line",
        "text right behind the fields",
        mail(multipart(b"mixed", b"Content-Type: text/plain\nhello there\nyou", PDF)),
        structure=MIXED,
        text="hello there\nyou",
        octets=(("1.2", 3),),
    ),
    Case(
        "text-behind-attachment",
        "the attachment comes first",
        mail(multipart(b"mixed", PDF, TEXT)),
        structure="""1 multipart/mixed 7bit
             1.1 application/pdf base64 "a.pdf"
             1.2 text/plain 7bit
         """,
        text="hello",
        octets=(("1.1", 3),),
    ),
    Case(
        "html-empty-text-attached",
        "empty HTML, the text is an attachment",
        mail(
            multipart(
                b"mixed",
                b"Content-Type: text/html\n\n<html><body></body></html>",
                b"Content-Type: text/plain; name=note.txt\n"
                b"Content-Disposition: attachment; filename=note.txt\n\nattached",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/html 7bit
             1.2 text/plain 7bit "note.txt"
         """,
        text="",
        octets=(("1.2", 8),),
    ),
    Case(
        "html-only",
        "no plain text at all",
        mail(b"Content-Type: text/html\n\n<style>p{}</style><p>he&#108;lo<br>you</p>\n"),
        structure="1 text/html 7bit",
        text="hello\nyou",
    ),
    Case(
        "blank-plain-text",
        "the plain alternative is blank",
        mail(multipart(b"alternative", b"\n \n", HTML)),
        structure="""1 multipart/alternative 7bit
             1.1 text/plain 7bit
             1.2 text/html 7bit
         """,
        text="hello",
    ),
    Case(
        "alternative-html-first",
        "the alternatives in the wrong order",
        mail(multipart(b"alternative", HTML, TEXT)),
        structure="""1 multipart/alternative 7bit
             1.1 text/html 7bit
             1.2 text/plain 7bit
         """,
        text="hello",
    ),
    Case(
        "calendar",
        "an invitation as third alternative",
        mail(
            multipart(
                b"alternative",
                TEXT,
                HTML,
                b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR",
            )
        ),
        structure="""1 multipart/alternative 7bit
             1.1 text/plain 7bit
             1.2 text/html 7bit
             1.3 text/calendar 7bit
         """,
        text="hello",
        octets=(("1.3", 30),),
    ),
    Case(
        "content-type-twice",
        "two Content-Type fields, the first counts",
        mail(b"Content-Type: text/html\nContent-Type: text/plain\n\n<p>hello</p>\n"),
        structure="1 text/html 7bit",
        text="hello",
        defects=("duplicate-content-type",),
    ),
    Case(
        "content-type-comments",
        "comments around every token (RFC 2045, 5.1)",
        mail(b"Content-Type: (a) text/html (b); (c) charset=utf-8 (d)\n\n<p>K\xc3\xb6ln</p>\n"),
        structure="1 text/html 7bit",
        text="Köln",
    ),
    Case(
        "content-type-one-word",
        "a type without a subtype",
        mail(b"Content-Type: text\n\nhello\n"),
        defects=("bad-content-type",),
    ),
    Case(
        "content-type-empty",
        "a field without a value",
        mail(b"Content-Type: \n\nhello\n"),
        defects=("bad-content-type",),
    ),
    Case(
        "content-type-controls",
        "a NUL and an escape in the type",
        mail(b"Content-Type: text/\x1bplain\x00\n\nhello\n"),
        structure="1 text/\ufffdplain\ufffd 7bit",
        text="",
        octets=(("1", 7),),
    ),
    Case(
        "multipart-unknown",
        "a multipart nobody knows is read as mixed (RFC 2046, 5.1.3)",
        mail(multipart(b"x-mixed-replace", TEXT, PDF)),
        structure=MIXED.replace("mixed", "x-mixed-replace", 1),
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "multipart-attachment",
        "the whole multipart says it is an attachment",
        mail(
            b"Content-Disposition: attachment; filename=all.eml\n" + multipart(b"mixed", TEXT, PDF)
        ),
        structure=MIXED.replace("7bit", '7bit "all.eml"', 1),
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "appledouble",
        "a Macintosh file in two halves behind the text",
        mail(
            multipart(
                b"mixed",
                TEXT,
                multipart(
                    b"appledouble",
                    b"Content-Type: application/applefile; name=a.pdf\n"
                    b"Content-Transfer-Encoding: base64\n\nAAUWBw==",
                    PDF,
                    boundary=b"y",
                ),
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 multipart/appledouble 7bit
                 1.2.1 application/applefile base64 "a.pdf"
                 1.2.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2.1", 4), ("1.2.2", 3)),
    ),
    Case(
        "calendar-alone",
        "a message that is nothing but an invitation",
        mail(b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"),
        structure="1 text/calendar 7bit",
        text="",
        octets=(("1", 17),),
    ),
    _html(
        "script",
        "what no reader sees",
        b"<script>if (a<b) alert('</p>')</script><style>p{}</style><!-- <p>no</p> --><p>hello</p>",
        "hello",
    ),
    _html(
        "references",
        "references to an override, an escape, a NUL and a surrogate",
        b"a&#8238;b&#x202e;c&#27;d&#0;&#xd800;e",
        "abcd\ufffd\ufffde",
    ),
    _html(
        "references-huge",
        "references to numbers that are no characters",
        b"a&#99999999999999999999;b&#x110000;c",
        "a\ufffdb\ufffdc",
    ),
    _html("escaped-markup", "markup that is text", b"&lt;b&gt;hello&amp;lt;", "<b>hello&lt;"),
    _html(
        "unclosed-attribute",
        "a quote in a tag that is never closed",
        b'<a href="x>hello</a> you',
        "hello you",
    ),
    _html("blocks", "blocks on lines of their own", b"<DIV>a<BR>b</DIV><p>c<p>d", "a\nb\n\nc\n\nd"),
    _html(
        "preheader",
        "a preheader that only a list of mail shows, and letters without a size around others",
        b'<body bgcolor="#ffffff"><div style="display:none;max-height:0">no</div>'
        b'<span style="color:#ffffff">no</span><table><tr><td style="font-size:0">'
        b'<p style="font-size:14px">hello</p></td></tr></table></body>',
        "hello",
    ),
    _html("not-markup", "signs that begin no tag", b"1 < 2 and <3 & x", "1 < 2 and <3 & x"),
)
