import re
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.blocks import _WINDOW, Block, blocks
from tests.support.table import table

HREF = re.compile(r"(?:https?://|mailto:)\S+")


def joined(found: tuple[Block, ...]) -> str:
    return "".join(piece.text for block in found for piece in block.pieces)


def shape(text: str) -> list[tuple[str, int, int, str]]:
    """Kind, depth, lines and text of each block."""
    return [(b.kind, b.depth, b.lines, joined((b,))) for b in blocks(text)]


def links(text: str) -> list[tuple[str, str]]:
    found = blocks(text)
    assert joined(found) == text
    return [(p.text, p.href) for block in found for p in block.pieces if p.href is not None]


# Blocks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n", [("text", 0, 1, "\n")]),
        ("a", [("text", 0, 1, "a")]),
        ("a\n\nb\n", [("text", 0, 3, "a\n\nb\n")]),
        ("> a", [("quote", 1, 1, "> a")]),
        ("a\n> b\nc", [("text", 0, 1, "a\n"), ("quote", 1, 1, "> b\n"), ("text", 0, 1, "c")]),
        (">a\n>> b\n> > > c\n>d\n", [("quote", 3, 4, ">a\n>> b\n> > > c\n>d\n")]),
        (" > a\n", [("quote", 1, 1, " > a\n")]),
        ("> a\n\n> b\n", [("quote", 1, 3, "> a\n\n> b\n")]),
        ("> a\n\n\n", [("quote", 1, 1, "> a\n"), ("text", 0, 2, "\n\n")]),
        ("> a\n\nb", [("quote", 1, 1, "> a\n"), ("text", 0, 2, "\nb")]),
        ("> a\n \t", [("quote", 1, 1, "> a\n"), ("text", 0, 1, " \t")]),
        (">\n", [("quote", 1, 1, ">\n")]),
        ("1 > 0\n  > far in", [("text", 0, 2, "1 > 0\n  > far in")]),
        (">From here on", [("text", 0, 1, ">From here on")]),
        ("> a\n>From b", [("quote", 1, 2, "> a\n>From b")]),
        ("a\n-- \nAnna\n\nx", [("text", 0, 1, "a\n"), ("signature", 0, 4, "-- \nAnna\n\nx")]),
        ("-- \nAnna", [("signature", 0, 2, "-- \nAnna")]),
        ("a\n-- ", [("text", 0, 1, "a\n"), ("signature", 0, 1, "-- ")]),
        ("-- \na\n-- \nb\n", [("text", 0, 2, "-- \na\n"), ("signature", 0, 2, "-- \nb\n")]),
        ("a\n--\nb\n--  \nc\n -- \n", [("text", 0, 6, "a\n--\nb\n--  \nc\n -- \n")]),
        ("> a\n> -- \n> b\n", [("quote", 1, 3, "> a\n> -- \n> b\n")]),
        ("> a\n\n-- \nb", [("quote", 1, 1, "> a\n"), ("text", 0, 1, "\n"),
                           ("signature", 0, 2, "-- \nb")]),
    ],
)  # fmt: skip
def test_blocks(text, expected):
    assert shape(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, 2 Mar 2026 at 12:00, Ben <ben@example.org> wrote:\n",
        "Am 02.03.2026 um 12:00 schrieb Ben:\n",
        "-----Original Message-----\n",
    ],
)
def test_the_line_that_says_who_wrote_it_stays_with_the_text_before(line):
    assert shape(f"Yes.\n\n{line}> No?\n") == [
        ("text", 0, 3, f"Yes.\n\n{line}"),
        ("quote", 1, 1, "> No?\n"),
    ]
    assert shape(f"{line}\n> No?\n")[0] == ("text", 0, 2, f"{line}\n")


def test_each_piece_of_a_quote_knows_its_depth():
    (block,) = blocks("> a\n>> b\n\n>> c\n> d\n")
    assert [(piece.text, piece.depth) for piece in block.pieces] == [
        ("> a\n", 1),
        (">> b\n\n>> c\n", 2),
        ("> d\n", 1),
    ]


def test_very_many_changes_of_depth_end_as_text():
    text = "> a\nb\n" * 3000 + "> c\n\n"
    found = blocks(text)
    assert len(found) == 2000
    assert joined(found) == text
    assert sum(block.lines for block in found) == text.count("\n")


# Links


@table(
    "text, text_of_link, href",
    [
        ("see http://a.example/x now", "http://a.example/x", None),
        ("https://a.example", "https://a.example", None),
        ("HTTPS://A.example/X", "HTTPS://A.example/X", "https://A.example/X"),
        ("www.a.example/b", "www.a.example/b", "http://www.a.example/b"),
        ("WWW.A.example", "WWW.A.example", "http://WWW.A.example"),
        ("mailto:a@b.example", "mailto:a@b.example", None),
        ("mailto:a@b.example?subject=x%20y.", "mailto:a@b.example?subject=x%20y", None),
        ("a.b+c@d.example,", "a.b+c@d.example", "mailto:a.b+c@d.example"),
        ("<a@b.example>", "a@b.example", "mailto:a@b.example"),
        ("...a@b.example...", "a@b.example", "mailto:a@b.example"),
        ("a%b@c.example", "a%b@c.example", "mailto:a%25b@c.example"),
        ("http://münchen.example/ä?q=%C3%A4#z", "http://münchen.example/ä?q=%C3%A4#z", None),
        ("jörg@müller.example", "jörg@müller.example", "mailto:jörg@müller.example"),
        ("<http://a.example/x>", "http://a.example/x", None),
        ('"http://a.example/x"', "http://a.example/x", None),
        ("“http://a.example/x”", "http://a.example/x", None),
        ("(http://a.example/x)", "http://a.example/x", None),
        ("(http://a.example/x).", "http://a.example/x", None),
        ("http://a.example/x_(y)", "http://a.example/x_(y)", None),
        ("(http://a.example/x_(y))", "http://a.example/x_(y)", None),
        ("http://a.example/x_(y).", "http://a.example/x_(y)", None),
        ("http://a.example/x(see", "http://a.example/x", None),
        ("http://a.example/x)y", "http://a.example/x", None),
        ("[a](http://a.example/x)", "http://a.example/x", None),
        ("http://a.example/[x]", "http://a.example/[x]", None),
        ("http://a.example/x...", "http://a.example/x", None),
        ("http://a.example/x?!", "http://a.example/x", None),
        ("*http://a.example/x*", "http://a.example/x", None),
        ("_http://a.example/x_", "http://a.example/x", None),
        ("http://a.example/x。", "http://a.example/x", None),
        ("http://a.example/x,y;z", "http://a.example/x,y;z", None),
        ("http://a.example/x\u202etxt", "http://a.example/x", None),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x", None),
        ("http://localhost:8000/", "http://localhost:8000/", None),
        ("javascript:a@b.example", "a@b.example", "mailto:a@b.example"),
        ("> http://a.example/x\n", "http://a.example/x", None),
    ],
)
def test_one_link(text, text_of_link, href):
    assert links(text) == [(text_of_link, href or text_of_link)]


@table(
    "text",
    [
        "http://", "https:// x", "http:/a", "http://.", "http://[", "http://[x", "http://)",
        "www.", "www.a", "www..a", "awww.a.example", "xhttp://a", "javascript:alert(1)",
        "JavaScript:alert('http')", "data:text/html,<b>", "file:///etc/passwd", "ftp://a.example/",
        "tel:123", "vbscript:x", "@", "a@", "@b.example", "a@b", "a@.b", "a@-b.example", "a@@b.c",
        "mailto:", "mailto:x", "mailto:javascript:x", "mailto:?to=a", "ftp://u@h.example",
        "x" * 65 + "@a.example", "http://" + "a" * 5000, "mailto:a@b.example?" + "x" * 5000,
    ],
)  # fmt: skip
def test_no_link(text):
    assert links(text) == []


def test_many_links_in_their_order():
    text = "http://a.example, (www.b.example) a@b.example\nhttp://c.example/x(http://d.example)"
    assert [link for link, _ in links(text)] == [
        "http://a.example", "www.b.example", "a@b.example", "http://c.example/x(http://d.example)",
    ]  # fmt: skip
    assert len(links("http://a.example " * 6000)) == 5000


# Hostile

HOSTILE = [
    "<<<<http://", "((((", "@@@@", "http://a(", "http://a)", "http://a", "[http://x](", "www.a.b",
    "mailto:", "mailto:a@b.c?(", "a@", "a" * 63 + "@b.c", "a" * 70, "a.", "> ", ">\n", ">a\na\n",
    "\n", " \n> \n", "-- \n", "http://[", ".@a", "http://a" + "." * 50, "({[)}]http://a",
]  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.timeout(20)  # quadratic time would be minutes
def test_a_long_hostile_text_takes_no_time(piece):
    text = piece * (_WINDOW * 5 // 4 // len(piece))
    found = blocks(text)
    assert sum(len(block.pieces) for block in found) <= 2 * 5000 + 2000 + 1


WORDS = ["http://", "https://", "www.", "mailto:", "a", ".", "b.example", "@", "(", ")", "[", "]",
         "{", "}", "<", ">", "> ", "\n", "-- ", "-- \n", " ", "?", "%20", "ü", "\u202e", "\x00",
         "javascript:", '"', "'", "_", "\r", "\u2028", "x@y.example", "\ud800",
         ">From "]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS)).map("".join))


@given(TEXTS)
def test_nothing_is_lost_and_links_lead_only_to_the_web_and_to_mail(text):
    found = blocks(text)
    assert joined(found) == text
    assert sum(block.lines for block in found) == len(re.findall(r"[^\n]*\n|[^\n]+\Z", text))
    for block in found:
        assert block.lines == len(re.findall(r"[^\n]*\n|[^\n]+\Z", joined((block,))))
        assert block.depth == max(piece.depth for piece in block.pieces)
        assert (block.depth > 0) is (block.kind == "quote")
        for piece in block.pieces:
            assert piece.text
            if piece.href is not None:
                assert HREF.fullmatch(piece.href)
                assert not re.search(r"[\s<>\"\x00-\x20\u202e\ud800-\udfff]", piece.href)
                for opener, closer in ("()", "[]", "{}"):
                    assert piece.text.count(opener) == piece.text.count(closer)


@given(TEXTS)
def test_blocks_of_a_kind_never_follow_each_other_and_quotes_begin_with_a_mark(text):
    kinds = [block.kind for block in blocks(text)]
    assert all(a != b for a, b in pairwise(kinds))
    assert "signature" not in kinds[:-1]
    for block in blocks(text):
        if block.kind == "quote":
            assert joined((block,)).lstrip(" ").startswith(">")


@given(
    st.from_regex(r"https?://[a-z][a-z0-9.-]{0,20}[a-z0-9](/[a-zA-Z0-9%=&+-]{1,20})?",
                  fullmatch=True),
    st.sampled_from(["", " ", "\n", "<", "(", "„", "see: "]),
    st.sampled_from(["", " ", "\n", ">", ")", "“", ".", ",", "?", ").", "...", ":\n"]),
)  # fmt: skip
def test_an_ordinary_url_is_a_link_whatever_stands_around_it(url, before, after):
    assert links(before + url + after) == [(url, url)]


def test_links_are_found_wherever_the_windows_of_the_search_begin(monkeypatch):
    text = "see https://one.example/x, www.two.example or mailto:a@b.example and c@d.example " * 3
    whole = blocks(text)
    assert sum(piece.href is not None for block in whole for piece in block.pieces) == 12
    for window in range(1, len(text)):
        monkeypatch.setattr(sys.modules[blocks.__module__], "_WINDOW", window)
        assert blocks(text) == whole, window
