import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.html import MAX_CHARACTERS, strip_tags


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Hello <b>you</b></p><p>Bye</p>", "Hello you\n\nBye"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("  a \n\t b&nbsp;&amp;&#32;c ", "a b & c"),
        ("<script>var x = '<p>no</p>';</script>yes", "yes"),
        ("<STYLE>p {}</Style >yes", "yes"),
        ("<title>no</title><body>yes", "yes"),
        ("<script>never closed", ""),
        ("a<!-- no --> b", "a b"),
        ("a<!--[if mso]><p>no</p><![endif]-->b", "ab"),
        ("a<![if !mso]>b<![endif]>c", "abc"),
        ("a<!-- never closed", "a"),
        ("a<!-->b", "ab"),
        ("<!DOCTYPE html><?xml?>a", "a"),
        ('<img alt="a > b" title=\'"\'>c', "c"),
        ('<a href="x>y', "y"),
        ("<a href='it>s", "s"),
        ("1 < 2 <3", "1 < 2 <3"),
        ("<tr><td>a</td><td>b</td></tr>", "a b"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("&lt;script&gt;", "<script>"),
        ("&#" + "9" * 5000 + ";x", "\ufffdx"),
        ("&#xffffffffffff;x", "\ufffdx"),
        ("&unknown; x", "&unknown; x"),
        ("<div><div><div>a</div></div></div><div>b</div>", "a\n\nb"),
    ],
)
def test_words_without_markup(markup, text):
    assert strip_tags(markup) == text


@pytest.mark.parametrize("tail", ["<", "<b", '<a href="x', "&am", "&#1", "<!-- x", "<!"])
def test_a_cut_end_is_dropped(tail):
    assert strip_tags("a b" + tail, complete=False) == "a b"


@pytest.mark.parametrize(
    "bomb",
    ["<", "<a ", '<a "', "<a ' \" ", "<!--", "<script>", "<![", "&#9", "&", "<div>", "</", " <"],
)
def test_bombs_end_quietly(bomb):
    assert len(strip_tags(bomb * 20_000)) <= len(bomb) * 20_000


def test_only_the_beginning_of_a_huge_page_is_read():
    assert strip_tags("x" * (MAX_CHARACTERS + 5)) == "x" * MAX_CHARACTERS


SHARDS = ["<", ">", "p", "script", "/", "<!--", "-->", '"', "'", "&", "#1", ";", " ", "a", "\n"]


@given(st.lists(st.sampled_from(SHARDS)).map("".join), st.booleans())
def test_any_markup_gives_lines_without_blank_runs(markup, complete):
    text = strip_tags(markup, complete=complete)
    assert "\n\n\n" not in text
    assert text == text.strip("\n")
