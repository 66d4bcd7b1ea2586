import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.styles import MAX_STYLE, PROPERTIES, clean_style
from tests.support.table import table


@pytest.mark.parametrize(
    ("style", "css"),
    [
        ("color: RED; Background: #FFF url(x) no-repeat", "color:red;background-color:#fff"),
        ('font:bold 12px/1.5 "Helvetica Neue", Arial,sans-serif',
         'font:bold 12px/1.5 "Helvetica Neue", arial,sans-serif'),
        ("margin:0 auto !important", "margin:0 auto"),
        ("width:600px;max-width:100%", "width:600px;max-width:100%"),
        ("padding:+.5em 0 1e1px", "padding:0.5em 0 10px"),
        ("border:1px solid rgba(0,0,0,.25)", "border:1px solid rgba(0,0,0,0.25)"),
        ("color:hsl(120deg 50% 50% / 40%)", "color:hsl(120deg 50% 50% / 40%)"),
        ("color:red;color:blue", "color:blue"),
        ("color:red;color:var(--x)", "color:red"),
        ("c\\olor:r\\65 d", "color:red"),
        ("color:r/**/ed", "color:r ed"),  # two words, so no colour to a browser either
        ("display:none;max-height:0;overflow:hidden;mso-hide:all",
         "display:none;max-height:0;overflow:hidden"),
        ("text-decoration:none;text-align:center", "text-decoration:none;text-align:center"),
        ("vertical-align:top;line-height:1.4", "vertical-align:top;line-height:1.4"),
        ("font-size:0", "font-size:0"),
        ("background:none", ""),
        ("background:url/**/(x) fixed", ""),
        ("background:no-repeat RGBA(0,0,0,.5) center", "background-color:rgba(0,0,0,0.5)"),
        ("background:transparent", "background-color:transparent"),
        ("color:red;;}{;width:1px", "color:red"),
    ],
)  # fmt: skip
def test_what_dresses_a_letter_stays(style, css):
    assert clean_style(style).css == css


@table(
    "style",
    [
        "position:fixed", "POSITION : absolute", "p\\6fsition:fixed", "z-index:9", "inset:0",
        "top:0;left:0;right:0;bottom:0", "transform:scale(9)", "opacity:0", "filter:blur(1px)",
        "margin:-1px", "margin-top:-9999px", "text-indent:-9999px", "letter-spacing:-1em",
        "width:99999px", "font-size:500px", "font-size:9999%", "font:900px x", "height:1e9px",
        "width:100vw", "height:100vh", "width:calc(100%)", "width:max(1px,2px)", "width:var(--x)",
        "--x:1", "color:env(x)", "color:attr(title)", "color:expression(alert(1))",
        "width:expr\\65ssion(alert(1))", "background:url(http://x.lan)", "background-image:url(x)",
        "background:URL( 'x' )", "background:u\\72l(x)", "background:image-set('x' 1x)",
        "background:linear-gradient(red,blue)", "list-style:url(x)", "list-style-image:url(x)",
        "border-image:url(x)", "cursor:url(x),auto", "content:'x'", "behavior:url(x)",
        "-moz-binding:url(x)", "-ms-behavior:url(x)", "font-family:'a\\22 b'", "font-family:'<x>'",
        "font-family:url(x)", "@import 'x'", "@import url(x);", "animation:x 1s", "transition:all",
        "all:unset", "display:flex", "display:contents", "display:fixed", "float:center",
        "overflow:scroll-x", "color:rgb(from red r g b)", "color:rgb(url(x))", "color:#12",
        "color:#ggg", "white-space:red", "visibility:2", "mask:url(x)", "shape-outside:url(x)",
        "pointer-events:none", "-webkit-text-security:disc", "unicode-bidi:bidi-override",
        "color:'red'", "color:{}", "color:[]", "color:()", "color:red !ie", "*zoom:1", "color:\\9",
        "columns:9", "clip-path:url(#x)", "direction:up",
    ],
)  # fmt: skip
def test_what_could_do_more_goes(style):
    assert clean_style(style).css == ""


def test_no_property_takes_anything_out_of_the_flow():
    out = {"position", "inset", "transform", "z-index", "filter", "opacity", "content", "all"}
    assert not PROPERTIES & out
    assert not [name for name in PROPERTIES if name.startswith("-") or "image" in name]


@pytest.mark.parametrize(
    ("style", "coloured", "background"),
    [
        ("color:red", True, ""),
        ("background:#FFF", True, "#fff"),
        ("background-color:rgb(1,2,3)", True, "rgb(1,2,3)"),
        ("background:transparent;color:inherit", False, "transparent"),
        ("border-color:red;width:1px", False, ""),
    ],
)
def test_colours_are_noticed(style, coloured, background):
    style = clean_style(style)
    assert (style.coloured, style.background) == (coloured, background)


def test_a_style_that_is_too_long_is_not_read():
    assert clean_style("color:red;" + " " * (MAX_STYLE - 10)).css == "color:red"
    assert clean_style("color:red;" + " " * MAX_STYLE) == clean_style("x" * (MAX_STYLE + 1))
    assert clean_style("x" * (MAX_STYLE + 1)).cut


SHARDS = [
    "color", ":", ";", "red", "#fff", "url(", ")", "(", "\\", "/*", "*/", "'", '"', "-1px",
    "1e99px",
    "!important", "{", "}", "@", "expression(", "var(--x)", "\0", "\n", ",", "/", "width", "rgb(",
    "position", "fixed", "<", ">", "&", "font-family", "background", "é", "--x", "1", "%",
]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(SHARDS)).map("".join)))
def test_any_style_gives_something_harmless_that_stays_as_it_is(style):
    css = clean_style(style).css
    assert clean_style(css).css == css
    assert not set(css) & set("\\<>&{}@!*'")
    assert "url" not in css
    for declaration in filter(None, css.split(";")):
        assert declaration.partition(":")[0] in PROPERTIES


@pytest.mark.parametrize(
    "bomb", ["(", "{", "a:", "/*", "\\", '"', "url(", "a{", "@a{", "!", "rgb("]
)
def test_bombs(bomb):
    clean_style((bomb * MAX_STYLE)[:MAX_STYLE])
    clean_style(("color:" + bomb * MAX_STYLE)[:MAX_STYLE])
