"""The frame's document as one sees it: a letter and a newsletter, two widths, light and dark."""

import pytest
from playwright.async_api import Page

from app.mime import sanitise
from app.web.reader.html_frame import mail_document
from app.web.site.render import Renderer
from tests.support.browser import Chromium, Scheme

from . import looking

pytestmark = pytest.mark.browser

LINK = "https://photos.example/albums/2026/summer/" + "and-on-" * 12 + "?x=1&y=2"
LETTER = f"""<p>Dear Anna,</p><p>thank you for the <b>photographs</b>. They are all at
<a href="{LINK}">{LINK}</a>.</p><blockquote>Shall we meet at <i>noon</i>?</blockquote>
<pre>Bus 12:30 line 14, {"a long line of preformatted text " * 6}</pre><ul><li>bread</li></ul>
<img src="cid:none" alt="Bob's signature" width="180" height="60">"""
NEWSLETTER = """<body style="margin:0;background-color:#eef1f4">
<table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:16px">
<table width="600" bgcolor="#ffffff" style="width:600px;min-width:600px">
<tr><td style="padding:20px;background-color:#1d4d4f;color:#ffffff;font:24px Georgia">
Gazette</td></tr>
<tr><td><img src="https://img.example/a.jpg" width="600" height="200" alt="The harbour"
style="display:block;width:100%;height:auto"></td></tr>
<tr><td width="600" style="padding:20px;font:15px/1.5 Arial;color:#333333">
<p>The ferry runs again.</p>
<a href="https://gazette.example/ferry" style="color:#c8553d">Read on</a></td></tr></table>
</td></tr></table>"""


async def opened(chromium: Chromium, markup: str, scheme: Scheme = "light") -> Page:
    page = await chromium.page_at(390, scheme, height=760)
    safe = sanitise(markup, inline=lambda _: None, remote=False)
    answer = mail_document(Renderer(), safe, remote=False)
    await page.set_content(bytes(answer.body).decode())
    return page


async def test_mails_fit_the_frame(chromium: Chromium) -> None:
    for name, markup in (("mail-letter", LETTER), ("mail-newsletter", NEWSLETTER)):
        page = await opened(chromium, markup)
        async for _ in looking.at(page, (1024, 390)):
            await page.locator("a").hover()
            await looking.pictures(page, name)
            await looking.fits(page, name)


async def test_a_wide_blocked_picture_does_not_widen_its_table(chromium: Chromium) -> None:
    markup = """<table width="560" bgcolor="#fff"><tr><td style="padding:20px">
    <img src="https://img.example/a.jpg" width="520" height="160" alt="The harbour"></td></tr>"""
    page = await opened(chromium, markup)
    room = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert room[0] <= room[1]
    box = await page.locator("img").bounding_box()
    assert box is not None
    assert box["height"] == 160


async def test_the_place_a_link_leads_to_is_told_before_it_is_followed(chromium: Chromium) -> None:
    page = await opened(chromium, NEWSLETTER)
    told = "getComputedStyle(document.querySelector('a'), '::after').content"
    assert await page.evaluate(told) == "none"
    await page.keyboard.press("Tab")
    assert await page.evaluate(told) == '"https://gazette.example/ferry"'
    await page.evaluate("document.activeElement.blur()")
    assert await page.evaluate(told) == "none"
    await page.locator("a").hover()
    assert await page.evaluate(told) == '"https://gazette.example/ferry"'
    await page.emulate_media(media="print")
    assert await page.evaluate(told) == "none"


async def test_a_blocked_picture_keeps_its_place_and_words(chromium: Chromium) -> None:
    page = await opened(chromium, LETTER)
    picture = page.locator("img")
    box = await picture.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (180, 60)
    words = "getComputedStyle(document.querySelector('img'), '::after').content"
    assert await page.evaluate(words) == '"Bob\'s signature"'
    assert not chromium.requests


async def test_paper_is_light_where_the_mail_has_colours_and_dimmed_in_the_dark(
    chromium: Chromium,
) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    dimmed = "getComputedStyle(document.documentElement).filter"
    letter = await opened(chromium, LETTER, scheme="dark")
    assert await letter.evaluate(paper) == "rgb(24, 28, 32)"
    assert await letter.evaluate(dimmed) == "none"
    sheet = await opened(chromium, NEWSLETTER, scheme="dark")
    assert await sheet.evaluate(paper) == "rgb(238, 241, 244)"
    assert await sheet.evaluate(dimmed) == "brightness(0.84)"
    plain = await opened(chromium, "<font color=navy>x</font>", scheme="dark")
    assert await plain.evaluate(paper) == "rgb(255, 255, 255)"
