"""Boundaries of every kind: missing, misleading, alike, never opened, never closed."""

from .case import HTML, MIXED, PDF, TEXT, Case, body_of, mail, multipart


def _boundary(name: str, hard: str, parameter: bytes, boundary: bytes, *defects: str) -> Case:
    head = b"Content-Type: multipart/mixed; boundary=" + parameter + b"\n\n"
    return Case(
        "boundary-" + name,
        hard,
        mail(head + body_of(TEXT, PDF, boundary=boundary)),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
        defects=defects,
    )


B64_TEXT = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8="
EMPTY_MIXED = "1 multipart/mixed 7bit"

BOUNDARIES = (
    Case(
        "no-boundary-parameter",
        "the boundary is nowhere declared",
        mail(
            multipart(b"mixed", TEXT, PDF).replace(b'; boundary="x"', b"").replace(b"--x", b"--xyz")
        ),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
        defects=("no-boundary",),
    ),
    Case(
        "no-boundary-at-all",
        "a multipart that is plain text",
        mail(b"Content-Type: multipart/mixed\n\nhello\n"),
        structure=EMPTY_MIXED,
        defects=("no-boundary",),
    ),
    Case(
        "boundary-empty",
        "an empty boundary and lines of two dashes",
        mail(b'Content-Type: multipart/mixed; boundary=""\n\n--\n\nhello\n----\n'),
        structure=EMPTY_MIXED,
        text="--\n\nhello\n----\n",
        defects=("no-boundary",),
    ),
    _boundary("angles", "angles without quotes", b"<abc>", b"<abc>"),
    _boundary("blank-inside", "a blank inside quotes", b'"a b"', b"a b"),
    _boundary("blank-behind", "blanks at its end, which RFC 2046 forbids", b'"abc  "', b"abc"),
    _boundary("unclosed-quote", "a quote that is never closed", b'"abc', b"abc"),
    _boundary("no-quotes", "characters that want quotes", b"a=b?c/d:e", b"a=b?c/d:e"),
    _boundary(
        "all-punctuation", "every character that is allowed", b'"\'()+_,-./:=?"', b"'()+_,-./:=?"
    ),
    _boundary("regex", "what would be special in a regular expression", b'"(.*)+?[a"', b"(.*)+?[a"),
    _boundary(
        "encoded-word", "looks like an encoded word", b'"=?utf-8?Q?=41?="', b"=?utf-8?Q?=41?="
    ),
    _boundary("eight-bit", "octets beyond ASCII", b'"gr\xfcn"', b"gr\xfcn"),
    _boundary("dashes-behind", "ends as a closing delimiter does", b'"abc--"', b"abc--"),
    _boundary("very-long", "4,000 characters, 70 are allowed", b"b" * 4000, b"b" * 4000),
    _boundary("comment", "a comment behind it", b"abc (a comment)", b"abc"),
    Case(
        "boundary-in-sections",
        "the boundary in RFC 2231 sections",
        mail(
            b"Content-Type: multipart/mixed; boundary*1=yz; boundary*0=x\n\n"
            + body_of(TEXT, PDF, boundary=b"xyz")
        ),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "boundary-other-case",
        "delimiters in another case are text",
        mail(b"Content-Type: multipart/mixed; boundary=abc\n\n--abc\n\nhello\n--ABC\n--abc--\n"),
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit",
        text="hello\n--ABC",
    ),
    Case(
        "delimiter-with-blanks",
        "blanks and tabs behind the delimiters",
        mail(
            multipart(b"mixed", TEXT, PDF)
            .replace(b"--x\n", b"--x \t \n")
            .replace(b"--x--", b"--x-- ")
        ),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "delimiter-lookalikes",
        "lines that almost are delimiters",
        mail(multipart(b"mixed", b"\n--X\n --x\n-x\n- -x\n---x\n----x")),
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit",
        text="--X\n --x\n-x\n- -x\n---x\n----x",
    ),
    Case(
        "first-delimiter-ends-the-header",
        "no blank line before the first delimiter",
        mail(multipart(b"mixed", TEXT, PDF).replace(b"\n\n--x", b"\n--x", 1)),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
        defects=("junk-line", "duplicate-content-type"),  # as far as the header alone tells
    ),
    Case(
        "first-delimiter-behind-blanks",
        "the blank line before the first delimiter is none, but blanks and a tab",
        mail(multipart(b"mixed", TEXT, PDF).replace(b"\n\n--x", b"\n \t \n--x", 1)),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
        defects=("junk-line", "duplicate-content-type"),  # as far as the header alone tells
    ),
    Case(
        "inner-first-delimiters-end-headers",
        "the same in a multipart within, whose part is base64",
        mail(
            multipart(
                b"mixed",
                multipart(b"alternative", B64_TEXT, HTML, boundary=b"y").replace(
                    b"\n\n--y", b"\n--y", 1
                ),
                PDF,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain base64
                 1.1.2 text/html 7bit
             1.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "words-behind-delimiters",
        "delimiters with something behind them, the closing one like an HTML comment's end",
        mail(
            multipart(b"mixed", TEXT, PDF)
            .replace(b"--x\n", b"--x (part of a message)\n", 1)
            .replace(b"--x\n", b"--x;\n")
            .replace(b"--x--\n", b"--x-->\nno text\n")
        ),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "words-behind-the-longest-boundary",
        "each boundary begins with the next outer one, and words stand behind",
        mail(
            multipart(
                b"mixed",
                multipart(b"alternative", TEXT, HTML, boundary=b"ab")
                .replace(b"--ab\n", b"--ab!\n")
                .replace(b"--ab--\n", b"--ab--end\n--ab\nno part\n"),
                PDF,
                boundary=b"a",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain 7bit
                 1.1.2 text/html 7bit
             1.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "boundary-of-dashes",
        "a boundary of dashes, and longer rules in the text",
        mail(multipart(b"mixed", b"\n---------\nhello\n---------- Ann", PDF, boundary=b"----")),
        structure=MIXED,
        text="---------\nhello\n---------- Ann",
        octets=(("1.2", 3),),
    ),
    Case(
        "inner-begins-with-outer",
        "the inner boundary begins with the outer one",
        mail(
            multipart(
                b"mixed",
                multipart(b"alternative", TEXT, HTML, boundary=b"outer-in"),
                PDF,
                boundary=b"outer",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain 7bit
                 1.1.2 text/html 7bit
             1.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "outer-begins-with-inner",
        "and the other way round",
        mail(
            multipart(
                b"mixed",
                multipart(b"alternative", TEXT, HTML, boundary=b"out"),
                PDF,
                boundary=b"outer",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain 7bit
                 1.1.2 text/html 7bit
             1.2 application/pdf base64 "a.pdf"
         """,
        text="hello",
        octets=(("1.2", 3),),
    ),
    Case(
        "never-closed",
        "no closing delimiter",
        mail(multipart(b"mixed", TEXT, PDF).removesuffix(b"--x--\n")),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 3),),
        defects=("boundary-not-closed",),
    ),
    Case(
        "inner-never-closed",
        "the outer delimiter ends the inner multipart",
        mail(
            multipart(
                b"mixed",
                multipart(b"alternative", TEXT, boundary=b"y").removesuffix(b"--y--\n"),
                PDF,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 multipart/alternative 7bit
                 1.1.1 text/plain 7bit
             1.2 application/pdf base64 "a.pdf"
         """,
        text="hello\n",
        octets=(("1.2", 3),),
        defects=("boundary-not-closed",),
    ),
    Case(
        "never-opened",
        "the declared boundary never comes",
        mail(b"Content-Type: multipart/mixed; boundary=x\n\nhello\n"),
        structure=EMPTY_MIXED,
        defects=("boundary-not-found",),
    ),
    Case(
        "closed-at-once",
        "a closing delimiter and nothing else",
        mail(b"Content-Type: multipart/mixed; boundary=x\n\n--x--\n"),
        structure=EMPTY_MIXED,
        text=None,
    ),
    Case(
        "delimiter-in-base64",
        "a delimiter among the lines of base64 ends the part",
        mail(multipart(b"mixed", TEXT, PDF + b"\n--x\nUERG")),
        structure=MIXED + "1.3 text/plain 7bit",
        text="hello\nUERG",
        octets=(("1.2", 3),),
    ),
    Case(
        "dashes-in-base64",
        "a line of dashes among base64 is junk, no delimiter",
        mail(multipart(b"mixed", TEXT, PDF + b"\n-- \n--.\nUERG")),
        structure=MIXED,
        text="hello",
        octets=(("1.2", 6),),
    ),
)
