"""Backgrounds from elsewhere: shown where that was asked for, and what becomes of text without."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.backgrounds import LOST, LOST_ATTRIBUTE
from app.mime.sanitise import SafeHtml, sanitise

from .judge import Judge

PNG = "data:image/png;base64,AAAA"
FAR = "https://x.example/a.png"


def safe(markup: str, *, remote: bool = False) -> SafeHtml:
    done = sanitise(markup, inline=lambda id: PNG if id == "in" else None, remote=remote)
    judge = Judge(remote=remote)
    judge.feed(done.html)
    judge.close()
    assert LOST not in done.html
    assert LOST_ATTRIBUTE not in done.html.replace(PNG, "")
    return done


@pytest.mark.parametrize(
    ("style", "written"),
    [
        (f"background:url({FAR})", f'background-image:url("{FAR}")'),
        (f"background-image:url('{FAR}')", f'background-image:url("{FAR}")'),
        (f'background-image: URL( "{FAR}" )', f'background-image:url("{FAR}")'),
        ("background:url(//x.example/a.png)", f'background-image:url("{FAR}")'),
        ("background:url(https://x.example/a%20b.png)", "a%20b.png"),
        ("background:url('https://x.example/(a)@b*.png')", "%28a%29%40b%2A.png"),
        ("background:\\75rl(https://x.example/a.png)", FAR),
        (f"background:#abc url({FAR}) no-repeat center / cover", "background-color:#abc"),
        (f"background:#abc url({FAR}) no-repeat center / cover", "background-size:cover"),
        (f"background:#abc url({FAR}) no-repeat center / cover", "background-repeat:no-repeat"),
        (f"background:url({FAR}),url(https://x.example/b.png)", f'url("{FAR}")'),
        (f"background:linear-gradient(#0008,#0008),url({FAR}) center", f'url("{FAR}")'),
        (f"background-image:url({FAR});background-size:100% 20px", "background-size:100% 20px"),
    ],
)
def test_a_background_comes_over_https_where_images_are_shown(style, written):
    markup = "<div style='" + style.replace("'", "&#39;") + "'>x</div>"
    shown, blocked = safe(markup, remote=True), safe(markup)
    assert written in shown.html.replace("&quot;", '"')
    assert "x.example" not in blocked.html
    assert "url" not in blocked.html
    assert shown.remote_images == blocked.remote_images == 1
    assert shown.coloured


@pytest.mark.parametrize(
    "style",
    [
        "background:url(http://x.example/a.png)",
        "background:url(ftp://x.example/a.png)",
        "background:url(javascript:alert(1))",
        "background:url(a.png)",
        "background:url(data:image/svg+xml;base64,AAAA)",
        "background:url(cid:out)",
        "background:image-set('https://x.example/a.png' 1x)",
        "background:src('https://x.example/a.png')",
        "background:var(--x)",
        "list-style:url(https://x.example/a.png)",
        "content:url(https://x.example/a.png)",
        "border-image:url(https://x.example/a.png)",
        "cursor:url(https://x.example/a.png),auto",
        "mask-image:url(https://x.example/a.png)",
        "background-image:cross-fade(url(https://x.example/a.png),url(b),50%)",
        'background:url("https://x.example/a.png" x)',
    ],
)
def test_nothing_else_comes(style):
    done = safe(f'<div style="{style.replace(chr(34), "&quot;")}">x</div>', remote=True)
    assert "url" not in done.html
    assert "x.example" not in done.html


@pytest.mark.parametrize("remote", [True, False])
def test_words_that_look_like_our_marks_stay(remote):
    words = "background-color:lost"
    html = safe(
        f'<p title="{words}">{words} <a href="https://x.example/;{words}">x</a></p>'
        f"<p style='background:url({FAR})'>&#xfdd3;\ufdd3</p>",
        remote=remote,
    ).html
    assert html.count("background-color:lost") == 3
    assert html.count("\ufffd") == 1  # the reference is none


@pytest.mark.parametrize("veil", ["\\fdd0 ", "\\fdd1 ", "\\fdd2 ", "\\fdd3 "])
def test_no_escape_writes_a_mark(veil):
    address = f"https://x.example/{veil};background-color:{veil}"
    html = safe(f"<p style='background:url(\"{address}\")'>x</p>", remote=True).html
    assert html.count("\ufffd") == 2
    assert html.count("&quot;") == 2


def test_a_picture_that_was_brought_along_is_shown_either_way():
    for remote in (True, False):
        html = safe("<td><div style='background:url(cid:in)'>x</div>", remote=remote).html
        assert f"url(&quot;{PNG}&quot;)" in html


def test_the_background_of_the_body_comes_too():
    markup = "<body background='https://x.example/\"a\\b.png' text=white>hi"
    assert "https://x.example/%22a/b.png" in safe(markup, remote=True).html
    assert "background-color:#222" in safe(markup).html


LEGIBLE = [
    f"<div style='background:url({FAR});color:#fff'>white</div>",
    f"<div style='background-image:url({FAR})'><p>dark</p><p style='color:white'>white</p></div>",
    f"<table background={FAR}><tr><td style='color:#fff'>white</td></tr></table>",
    f"<table><tr><td background={FAR} style='color:#fff'>white</td></tr></table>",
    f"<table><tr><td background={FAR}><font color=ffffff>white</font></td></tr></table>",
    "<div style='background:linear-gradient(#000,#333);color:#eee'>white</div>",
    "<div style='background-image:url(http://x.example/a.png);color:#ffd'>white</div>",
    "<div style='background:url(cid:out);color:white'>white</div>",
    f"<div style='background:#000'><div style='background:url({FAR});color:#111'>dark</div></div>",
    f"<div style='background:#000'><div style='background:url({FAR})'>by default</div></div>",
    f"<body background={FAR} text=#fefefe>white",
    f"<div style='background:url({FAR})'><div style='color:#fff'>a<div style='color:#eee'>b",
]


def luminances(html: str) -> set[str]:
    return set(re.findall(r"background-color:(#fff|#222|#767676)", html))


@pytest.mark.parametrize("markup", LEGIBLE)
def test_text_whose_background_was_taken_away_gets_a_plain_one(markup):
    assert len(luminances(safe(markup).html)) == 1


@pytest.mark.parametrize(
    "markup",
    [
        f"<div style='background:url({FAR})'>by default</div>",
        f"<div style='background:url({FAR});color:#333'>dark</div>",
        f"<div style='background:#369 url({FAR});color:#fff'>on blue</div>",
        f"<table><tr><td background={FAR} bgcolor=#336699 style='color:#fff'>on blue</td></table>",
        f"<div style='background:url({FAR})'><p style='background:#000;color:#fff'>own</p></div>",
        f"<div style='background:url({FAR})'><img src=x></div><p style='color:#fff'>not in it</p>",
        "<div style='color:#fff'>nothing was taken away</div>",
    ],
)
def test_what_is_legible_stays_as_it_was(markup):
    assert luminances(safe(markup).html) == set()


SHEET = f"<style>.h {{ Background: url({FAR}) }}</style>"


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        ("<div class=h><p style='color:#fff'>x", '<p style="background-color:#222;color:#fff">x'),
        (
            "<div class=h><font color=white>x</font>",
            '<font color="white" style="background-color:#222">',
        ),
        ("<a class=h href='https://a.example/' style='color:#eee'>x</a>", "background-color:#222;"),
        ("<b style='color:#fff'>x<i style='color:#fffffe'>y", '<b style="background-color:#222;'),
    ],
)
def test_white_letters_whose_background_a_dropped_sheet_had_can_be_read(markup, written):
    html = safe(SHEET + markup).html
    assert written in html
    assert html.count("#222") == 1
    assert "#222" not in safe(markup).html


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color:#999'>x",
        "<p style='color:#000'>x",
        "<div style='background:#003'><p style='color:#fff'>x",
        "<table bgcolor=navy><tr><td style='color:#fff'>x",
        "<div style='background:url(cid:in)'><p style='color:#fff'>x",
        "<p style='color:#fff'></p>x",
    ],
)
def test_a_dropped_sheet_takes_nothing_from_what_is_seen(markup):
    assert luminances(safe(SHEET + markup).html) <= {"#003"}


def test_light_and_dark_letters_share_a_grey():
    html = safe(
        f"<div style='background:url({FAR})'><b style='color:#fff'>a</b><i style='color:#000'>"
    )
    assert luminances(html.html) <= {"#222"}
    both = f"<div style='background:url({FAR})'><b style='color:#fff'>a</b><i style='color:#000'>b"
    assert luminances(safe(both).html) == {"#767676"}


@pytest.mark.parametrize("markup", LEGIBLE)
def test_with_images_shown_a_background_that_comes_is_left_alone(markup):
    html = safe(markup, remote=True).html
    if FAR in html:
        assert luminances(html) == set()


def test_one_style_many_times_stays_within_the_room_for_pictures():
    large = "data:image/png;base64," + "A" * 400_000
    markup = "<p style='background:url(cid:in)'>x</p>" * 100
    done = sanitise(markup, inline=lambda _: large, remote=False)
    assert len(done.html) < 10 * 1024 * 1024
    assert "inline-cut" in done.defects


SHARDS = [f"<div style='background:url({FAR});color:#fff'>", "</div>", f"<td background={FAR}>",
          "<table>", "</table>", "<b style='color:#000'>", "</b>", "<p bgcolor=#000>", "x",
          "<a href='https://x.example/'>", "<div style='background:#000'>", "<img>",
          f"<body background={FAR}>"]  # fmt: skip


@given(st.lists(st.sampled_from(SHARDS)).map("".join), st.booleans())
def test_any_markup_is_left_clean(markup, remote):
    safe(markup, remote=remote)
