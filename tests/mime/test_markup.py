import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.markup import (
    Tag,
    TextToken,
    attributes,
    normal,
    revealed,
    text,
    tokens,
    unveiled,
    veiled,
)


def cut(markup: str) -> list[str]:
    """Tokens in short: text as it is, `+name` and `-name`."""
    return [
        one.text if isinstance(one, TextToken) else f"{'-' if one.closes else '+'}{one.name}"
        for one in tokens(normal(markup))
    ]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a<B>b</B >c", ["a", "+b", "b", "-b", "c"]),
        ("1 < 2 <3 <", ["1 < 2 <3 <"]),
        ('<a b="x>y">t', ["+a", "t"]),
        ("<a b='x>y'c=d>t", ["+a", "t"]),
        ("<a b=x>y>t", ["+a", "y>t"]),
        ("<a/b=c/>t", ["+a", "t"]),
        ('<a "x">t', ["+a", "t"]),
        ('</a x=">">t', ["-a", "t"]),
        ("<a<b>t", ["+a<b", "t"]),
        ("t<a", ["t"]),
        ("t<a b='x", ["t"]),
        ("t</", ["t</"]),
        ("t</>u</ v>w", ["t", "u", "w"]),
        ("<!DOCTYPE html>t<?x y?>u<![CDATA[v]]>w", ["t", "u", "w"]),
        ("t<!-- <b> -- > --!>u", ["t", "u"]),
        ("<!-->t<!--->u", ["t", "u"]),
        ("t<!--", ["t"]),
        ("<style><b></style x>t", ["-style", "t"]),
        ("<SCRIPT>'</scripty>'</sCript\n>t", ["-script", "t"]),
        ("<title>t", []),
        ("<noscript><b></noscript>t", ["-noscript", "t"]),
        ("<plaintext>t</plaintext>u", []),
        ("a\r\nb\rc", ["a\nb\nc"]),
        ("<scr\0ipt>t", ["+scr\ufffdipt", "t"]),
    ],
)
def test_markup_is_cut_where_a_browser_cuts_it(markup, expected):
    assert cut(markup) == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (" a=b C='d e' f=\"g'\" h", [("a", "b"), ("c", "d e"), ("f", "g'"), ("h", "")]),
        ("/a\n=\tb/c", [("a", "b/c")]),
        (" =x y", [("=x", ""), ("y", "")]),
        (' a="1"b="2"', [("a", "1"), ("b", "2")]),
        (" a= ", [("a", "")]),
        (" a=&lt;&#x3C;&#60 b", [("a", "<<<"), ("b", "")]),
        (" a='?x=1&copy=2&amp;y&lt'", [("a", "?x=1&copy=2&y<")]),
        (" a='&notit; &nosuch; & &#'", [("a", "&notit; &nosuch; & &#")]),
        (f" a='&#{'9' * 5000};'", [("a", "\ufffd")]),
        (" a='&#xFDD0;&#0;'", [("a", "\ufffd")]),
    ],
)
def test_attributes_with_their_references_resolved(rest, expected):
    assert list(attributes(rest)) == expected


def test_references_of_text():
    assert text("a &amp; b &lt; &#65; &nosuch; &") == "a & b < A &nosuch; &"
    assert text(f"&#{'1' * 100_000};") == "\ufffd"
    assert "\ud800" not in text("&#xD800;")


@given(st.text())
def test_what_is_veiled_comes_back(given_text):
    value = text(normal(given_text).replace("&", ""))
    hidden = veiled(value)
    assert not set(hidden) & set('&<"')
    assert unveiled(hidden) == value
    assert html.unescape(revealed(veiled('R&D <"'))) == 'R&D <"'


def test_what_stands_for_markup_cannot_be_brought_along():
    assert revealed(normal("\ufdd1b\ufdd2\ufdd0")) == "\ufffdb\ufffd\ufffd"
    assert normal("\ud800x\udfff") == "\ufffdx\ufffd"


@given(st.text(alphabet="<>/!-a= \"'&;\n?", max_size=60))
def test_any_markup_is_cut_to_its_end(markup):
    for one in tokens(normal(markup)):
        if isinstance(one, Tag):
            assert one.name
            list(attributes(one.rest))
        else:
            assert one.text
