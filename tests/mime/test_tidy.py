from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.markup import revealed
from app.mime.tidy import _SPARE, MAX_CHARACTERS, MAX_DEPTH, MAX_TAGS, TAGS, VOID, tidy

KEPT = {"*": frozenset({"style", "dir"}), "a": frozenset({"href"}), "font": frozenset({"face"})}
LINK = "<a href=https://example.org>"
OPEN = '<a href="https://example.org">'


def tidied(markup: str) -> str:
    done = tidy(markup, KEPT)
    assert done.refused is None
    return revealed(done.markup)


class Nesting(HTMLParser):
    """Start and end tags and text of what a parser says, and its depth."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.events: list[str] = []
        self.depth = self.deepest = 0
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.events.append(f"<{tag}>")
        if tag not in VOID:
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag):
        self.events.append(f"</{tag}>")
        self.depth -= 1

    def handle_data(self, data):
        if self.events and not self.events[-1].startswith("<"):
            data = self.events.pop() + data
        self.events.append(data.lstrip("<") or data)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a<div>b</div>c", "<p>a</p><div>b</div>c"),
        ("<p>a<b>b<p>c</b>d", "<p>a<b>b</b></p><p><b>c</b>d</p>"),
        ("<b><div>a</b>b</div>c", "<b><div>ab</div></b>c"),
        ("<i>a<b>b</i>c</b>d", "<i>a<b>b</b></i><b>c</b>d"),
        ("<span>a<div>b</span>c</div>d", "<span>a<div>bc</div></span>d"),
        ("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
         "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ("<h1>a<h2>b</h3>c", "<h1>a</h1><h2>b</h2>c"),
        ("<table><tr><td>a<td>b<tr><td>c</table>d",
         "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>d"),
        ("<table><thead><th>a<tbody><td>b</table>",
         "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"),
        ("<table><col><td>a</table>",
         "<table><colgroup><col></colgroup><tbody><tr><td>a</td></tr></tbody></table>"),
        ("<table>a<b>b<tr><td>c</table>",
         "a<b>b</b><table><tbody><tr><td>c</td></tr></tbody></table>"),
        ("<table><tr> <td>a</td> </tr></table>",
         "<table><tbody><tr> <td>a</td> </tr></tbody></table>"),
        ("<table><tr><td>a</div>b<div>c</table>",
         "<table><tbody><tr><td>ab<div>c</div></td></tr></tbody></table>"),
        ("<p><table><td>a</table>", "<p></p><table><tbody><tr><td>a</td></tr></tbody></table>"),
        ("<td>a</td>", "a"),
        ("</p></b></table>a</br>", "a<br>"),
        (f"{LINK}a{LINK}b", f"{OPEN}a</a>{OPEN}b</a>"),
        (f"{LINK}<div>a{LINK}b</div>",
         f"{OPEN}<div>a</div></a><div>{OPEN}b</a></div>"),
        ("<a name=x>a<a href='javascript:x'>b</a>", "ab"),
        ("<pre>\n\n a\n b</pre>", "<pre> a\n b</pre>"),
        ("<<svg>div>", "&lt;div>"),
        ("&lt;div&gt; R&amp;D", "&lt;div> R&amp;D"),
        ('<font face="a&quot;b" onclick=x id=y>a', '<font face="a&quot;b">a</font>'),
        ("<image>a<hr>b", "<img>a<hr>b"),
        ("<title>x</title><style>y</style><form><input>a<o:p>b</o:p></form>", "ab"),
    ],
)  # fmt: skip
def test_markup_is_balanced(markup, expected):
    assert tidied(markup) == expected


def test_the_mails_own_body_is_a_box_around_the_rest():
    done = tidy('<body bgcolor=red text="#111" style="margin:0" dir=rtl>a</div>b</body>c', KEPT)
    assert done.body == "background-color:red;color:#111;margin:0"
    assert done.markup == f'<div style="{done.body}" dir="rtl">abc</div>'
    assert (
        tidy('<body bgcolor="a;position:fixed">', KEPT).body == "background-color:aposition:fixed;"
    )
    assert tidied("<div>a<body style=x>b</div>") == "<div>ab</div>"


PIECES = [
    *(f"<{name}>" for name in sorted(TAGS - {"a"})), LINK, "<form>", "<svg>", "<body>",
    *(f"</{name}>" for name in sorted(TAGS)), "x", "y ", "\n", "<", "&",
]  # fmt: skip
SOME = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
TABLES = st.lists(
    st.sampled_from(
        [p for p in PIECES if any(f"{t}>" in p for t in ("table", "tr", "td", "p", "b"))]
    ),
    max_size=25,
).map("".join)


@given(st.one_of(SOME, TABLES))
def test_the_parser_nests_it_as_it_is_counted(markup):
    done = tidy(markup, KEPT)
    ours = Nesting(revealed(done.markup))
    parsed = nh3.clean(
        revealed(done.markup),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in KEPT.items()},
        link_rel=None,
    )
    theirs = Nesting(parsed)
    assert ours.events == theirs.events
    assert ours.depth == 0
    assert ours.deepest == theirs.deepest <= done.depth


NEST = [
    "<div>", "<b>", "<p><b>", "<table><td>", "<ul><li>", "<span>", "<b><p></b>", "<font face=x><p>",
    "<table><div>", "<a href=https://x.org><div>", "<!-- > --><div>", "<div title='>'>",
    "<style></div></style><div>", "<svg><div></svg>", "<br><div><br/>", "<p></div><blockquote>",
    "<math><mi><div></mi></math>", "<table><tr><b>", "<h1><i></h1><center>",
]  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("nest", NEST)
@pytest.mark.parametrize("times", [100, 700, 5000])
def test_what_would_be_deep_is_refused_and_never_undercounted(nest, times):
    done = tidy(nest * times, KEPT)
    if done.refused is None:
        assert Nesting(nh3.clean(revealed(done.markup), tags=set(TAGS))).deepest <= MAX_DEPTH
    else:
        assert done.refused == "too-deep"
        assert done.markup == ""
        assert times > 100


def test_flat_mails_are_not_deep():
    old = "<p>a<br><font face=x>b<p>c" * 500
    assert tidy(old, KEPT).refused is None
    rows = "<table>" + "<tr><td>a<td><b>b" * 3000
    assert tidy(rows, KEPT).depth == 5
    tables = "<table><tr><td>" * 100 + "x" + "</td></tr></table>" * 100
    assert tidy(tables, KEPT).depth == 400


def test_what_is_too_long_is_refused():
    assert tidy("x" * MAX_CHARACTERS, KEPT).refused is None
    assert tidy("x" * (MAX_CHARACTERS + 1), KEPT).refused == "too-large"
    assert tidy("<br>" * MAX_TAGS, KEPT).refused is None
    assert tidy("<br>" * (MAX_TAGS + 1), KEPT).refused == "too-large"


BOMBS = [
    "<p><b>x", "<p><font face=a>x", "<b>x</b>", "<div></span>", "<table>x", "<table><b>x", "<tr>",
    f"{LINK}<div>", "&", "&a", "&amp;", "<", "<a ", "<a b='", "<!--", "</", "<p ", "<![",
    "<h1><h2>",
    "<li><b>", "<dd><i>", "<td><p>", "</p>", "<x>", "<pre>\n", "<col>", "<body>",
]  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("before", ["", "<table><td>" + "<span>" * 450, "<p>" + "<font>" * 450])
@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_take_a_short_time_and_little_room(bomb, before):
    size = 25_000 if before else 100_000
    markup = before + bomb * (size // len(bomb))
    done = tidy(markup, KEPT)
    nh3.clean(done.markup, tags=set(TAGS))
    assert len(done.markup) < 4 * len(markup) + 3 * _SPARE


def test_unclosed_formatting_is_not_opened_for_ever():
    done = tidy("<p>" + "".join(f"<font face={n}>" for n in range(100)) + "<p>x" * 1000, KEPT)
    assert done.formatting_cut
    assert done.markup.count("<font") < 100 + 17 * 1000
    huge = tidy("<p><font face=" + "y" * 50_000 + ">" + "<p>x" * 1000, KEPT)
    assert huge.formatting_cut
    assert len(huge.markup) < 250_000
    assert not tidy("<p><b>a<p>b", KEPT).formatting_cut
