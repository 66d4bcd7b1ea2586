"""What real newsletters and letters are made of comes out as it went in, as far as one sees it."""

import re

import pytest

from app.mime.sanitise import SafeHtml, sanitise


def safe(markup: str) -> SafeHtml:
    return sanitise(markup, inline=lambda _: None, remote=True)


# In the shape in which a parser writes it: whatever differs was taken away. One fragment a
# paragraph, lines joined.
FRAGMENTS = """\
<table width="100%" border="0" cellpadding="0" cellspacing="0" bgcolor="#f4f4f4"
 role="presentation">
<tbody><tr><td align="center" valign="top" height="20">the outer frame</td></tr></tbody></table>

<table><tbody><tr bgcolor="#eeeeee"><td colspan="2" rowspan="2" nowrap="">cells that span</td>
<th scope="col" align="right">b</th></tr></tbody></table>

<table align="center"><tbody><tr>
<td style="border-radius:4px;background-color:#0b5fd0;padding:12px 24px;text-align:center">a button
</td></tr></tbody></table>

<p style="margin:0 0 16px;font-family:&quot;Helvetica Neue&quot;,arial,sans-serif;font-size:16px;
line-height:1.5;color:#333333">text</p>

<font face="Verdana, Arial" size="+1" color="#990000">text of old</font>

<span style="font-weight:700;letter-spacing:0.5px;text-transform:uppercase">x</span>

<div style="display:none;font-size:1px;line-height:1px;max-height:0px;overflow:hidden">hidden</div>

<div style="display:inline-block;width:100%;max-width:300px;vertical-align:top">fluid column</div>

<center><b>a</b><br><hr width="60%" size="1" align="left" noshade="">b</center>

<h1 align="center" style="margin:0">a</h1><h6>b</h6>

<p><big>a</big><small>b</small><u>c</u><s>d</s><tt>e</tt><strike>f</strike></p>

<ol start="3" type="a"><li>a</li><li value="7">b</li></ol><ul type="square"><li>c</li></ul>

<dl><dt>a</dt><dd>b</dd></dl>

<blockquote style="margin:0 0 0 0.8em;border-left:2px solid #cccccc;padding-left:1em">
x</blockquote>

<pre>a  b</pre><code>c</code><kbd>d</kbd><samp>e</samp>

<div dir="rtl" lang="ar">x</div><p dir="auto">y</p>

<img alt="The shop" width="600" height="200" style="display:block;width:100%;max-width:600px;
height:auto" src="https://img.example/a.png?x=1&amp;y=2">

<details><summary>a</summary>b</details>
"""
KEPT = ["".join(fragment.splitlines()) for fragment in FRAGMENTS.split("\n\n")]
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')


def shape(html: str) -> str:
    """The same for tags whose attributes stand in another order."""

    def sort(tag: re.Match[str]) -> str:
        return f"<{tag[1]} {' '.join(sorted(ATTRIBUTE.findall(tag[2])))}>"

    return re.sub(r'<(\w+)((?: [\w-]+="[^"]*")+)>', sort, html)


@pytest.mark.parametrize("markup", KEPT)
def test_it_stays_as_it_is(markup):
    assert shape(safe(markup).html) == shape(markup)


NEWSLETTER = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>News</title>
<!--[if mso]><xml><o:OfficeDocumentSettings></o:OfficeDocumentSettings></xml><![endif]-->
<style type="text/css">@media (max-width:480px){.c{width:100%!important}} td>a{color:red}</style>
</head>
<body style="margin:0;padding:0;background-color:#F0F0F0" class="body">
<table class="c" width="600" align="center" cellpadding="0" cellspacing="0" border="0">
<tr><td id="top" bgcolor="#FFFFFF" style="padding:20px;mso-line-height-rule:exactly">
<!--[if !mso]><!-->
<a href="https://news.example/?u=1&amp;id=2" class="b" style="color:#ffffff;text-decoration:none">
Read on</a>
<!--<![endif]-->
<![if !mso]><p>Shown<o:p></o:p></p><![endif]>
<img src="https://img.example/open.gif" width="1" height="1" alt="">
</td></tr>
</table>
</body></html>
"""


def test_a_newsletter():
    done = safe(NEWSLETTER)
    assert done.backdrop == "#f0f0f0"
    assert done.coloured
    assert done.remote_images == 1
    assert [(link.text, link.href) for link in done.links] == [
        ("Read on", "https://news.example/?u=1&id=2")
    ]
    for part in (
        '<div style="margin:0;padding:0;background-color:#f0f0f0">',
        'width="600"',
        'bgcolor="#FFFFFF"',
        'style="padding:20px"',
        "color:#ffffff;text-decoration:none",
        "<p>Shown</p>",
        '<img src="https://img.example/open.gif"',
    ):
        assert part in done.html
    for gone in ("News", "@media", "class", "mso", "endif", " id=", "<!", "o:p", "<meta"):
        assert gone not in done.html
    assert done.html.count("<td") == done.html.count("<table") == 1


def test_old_mails_that_close_nothing_look_the_same():
    markup = "<P>Dear all,<P><FONT COLOR=navy>see below<P>Bye<UL><LI>one<LI>two</UL>"
    assert safe(markup).html == (
        '<p>Dear all,</p><p><font color="navy">see below</font></p>'
        '<p><font color="navy">Bye</font></p><ul><li><font color="navy">one</font></li>'
        '<li><font color="navy">two</font></li></ul>'
    )
