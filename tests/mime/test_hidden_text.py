"""Preheaders and other hidden text do not open the text that HTML is read as."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.html import strip_tags
from tests.mime.reading import peek
from tests.support.table import table

HIDDEN = [
    "display:none",
    "display: NONE !important",
    "display:none;max-height:0;overflow:hidden;mso-hide:all",
    "max-height:0",
    "max-height:0px;max-width:0px;opacity:0;overflow:hidden",
    "font-size:0",
    "font-size:0px;line-height:0",
    "font-size:1px;color:#fefefe;line-height:1px",
    "mso-hide:all",
    "visibility:hidden",
    "opacity:0",
    "opacity:0.0",
    "height:0;overflow:hidden",
    "width:0;height:0;overflow:hidden",
    "color:transparent",
    "color:#f6f6f6;background:#f6f6f6",
    "background-color:white;color:#ffffff",
    "color:rgba(1,2,3,0)",
    "/* x */display:none",
    "color:red;DISPLAY:none",
]


@table("style, tag", product(HIDDEN, ["div", "span", "p", "td", "h1", "center"]))
def test_a_hidden_preheader_does_not_open_the_text(style, tag):
    cell = f"<{tag} style='{style}'>Preheader <b>here</b> &zwnj;</{tag}>"
    row = f"<table><tr>{cell}<td>Hello</td></tr></table>" if tag == "td" else cell + "<p>Hello</p>"
    assert strip_tags(f"<html><body bgcolor='#eeeeee'>{row} you</body>").split() == ["Hello", "you"]


@pytest.mark.parametrize(
    "markup",
    [
        "<div hidden>no</div>yes",
        "<body bgcolor=#fff><font color=white>no</font>yes",
        "<body text=#ffffff bgcolor=#ffffff>no<p style='color:#000'>yes",
        "<table bgcolor=#123456><tr><td><span style='color:#123456'>no</span></table>yes",
        "<style>.p,td.x{color:red;display:none}</style><p class='a p'>no</p><td class=x>no</td>yes",
        "<style>@media a{.y{display:none}} .n{opacity:0}</style><p class=y>yes</p><p class=n>no",
        "<style>/* .y{display:none} */ .n{max-height:0}</style><i class=y>yes</i><i class=n>no",
        "<div style='display:none'><div>no</div>no<br>no</div>yes",
        "<div style='display:none'>no<p>no<p>no</div>yes",
        "<div><span style='display:none'>no</div>yes",
        "<ul><li style='display:none'>no<li>yes</ul>",
        "<table><tr style='display:none'><td>no<tr><td>yes</table>",
        "<p style='display:none'>no<p>yes",
        "<p style='display:none'>no<div>yes</div>",
        "<div style='display:none'><table><tr><td></div>no</td></tr></table>no</div>yes",
        "<img style='display:none'>yes",
        "<br style='display:none'>yes",
    ],
)
def test_what_is_hidden_and_where_it_ends(markup):
    assert strip_tags(markup).split() == ["yes"]


@pytest.mark.parametrize(
    "markup",
    [
        "<td style='font-size:0'><div style='font-size:14px'>yes</div></td>",
        "<div style='visibility:hidden'><p style='visibility:visible'>yes</p></div>",
        "<div style='color:#fff'>yes</div>",  # on a picture, or by a style sheet
        "<div style='background:#fff url(x.png);color:#fff'>yes</div>",
        "<td background=x.png bgcolor=#fff><p style='color:#fff;background-image:url(x)'>yes</p>",
        "<td bgcolor=#fff background=x><p style='background:#000;color:#fff'>yes</p>",
        "<td bgcolor=#fff style='color:#fff'><p style='color:#000'>yes</p>",
        "<p style='max-height:10px'>yes</p>",
        "<p style='font-size:.9em'>yes</p>",
        "<p style='font-size:10px'>yes</p>",
        "<p style='opacity:0.8'>yes</p>",
        "<p style='opacity:1'>yes</p>",
        "<p style='height:0'>yes</p>",
        "<a style='mso-hide:all'>yes</a>",
        "<div style='display:none'>yes",  # all there is
        "<div style='display:none'>yes</div>",
        "<style>.x{display:none}</style><p class=x style='display:block'>yes</p>",
        "<style>@media (max-width:600px){.x{display:none}}</style><p class=x>yes</p>",
    ],
)
def test_what_is_seen_stays(markup):
    assert strip_tags(markup) == "yes"


def test_outlooks_button_behind_text_is_seen():
    markup = "<p>a</p><p style='mso-hide:all'>b</p><a style='mso-hide:all'>c</a>"
    assert strip_tags(markup).split() == ["a", "b", "c"]


def test_a_preheader_is_no_text_of_a_message_that_breaks_off():
    head = b"Content-Type: text/html\r\n\r\n<div style='display:none'>preheader"
    assert peek(head + b"</div><p>words", whole=False).text == "words"


TAGS = ["<div style='display:none'>", "</div>", "<p>", "<td hidden>", "<table>", "</table>",
        "<tr>", "<span style='font-size:0'>", "</span>", "</td>", "words ", "<li>", "<style>.a{",
        "</style>", "<p class=a>", "<b>", "</b>", "</p>"]  # fmt: skip


@given(st.lists(st.sampled_from(TAGS)).map("".join))
def test_any_markup_with_words_has_words(markup):
    bare = strip_tags(markup.replace("style='display:none'", "").replace("hidden", ""))
    assert bool(strip_tags(markup)) or not bare


@pytest.mark.parametrize(
    "bomb",
    ["<div style='display:none'>", "<td hidden>", "</td>", "<p style='color:red'>", "<tr><td>",
     "<style>.a{display:none}", "<style>.a{}</style>", "<li>", "<p><td>", "<table></p>", "<style>",
     "<style>.a{", f"<style>{'x ' * 32_000}</style>"],
    ids=lambda bomb: bomb[:30],
)  # fmt: skip
@pytest.mark.heavy
@pytest.mark.timeout(10)  # quadratic time would be half a minute
def test_bombs_end_quietly(bomb):
    strip_tags(bomb * (256 * 1024 // len(bomb)))
