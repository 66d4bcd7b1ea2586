"""The filter: what is wrong, what a size means, words of the page's language, what matched."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import Chromium, axe
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import enter_demo, sign_in, standing

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_marked_by_a_filter_while_it_is_wrong(
    chromium: Chromium, demo: RunningPopscope, scheme: str
) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(1024, "dark" if scheme == "dark" else "light")
    await enter_demo(page, demo.url)
    field, fault = page.locator("#q"), page.locator("#fault")
    bulk = page.locator("#markall, #pickall input, #every input")
    await field.fill("from:bob")
    await expect(page.locator("#markall")).to_be_enabled()
    there = await page.locator(".rows .row").count()
    ink = "one => getComputedStyle(one).color"
    sender = page.locator(".row .who b").first
    black = await sender.evaluate(ink)

    for typed, wrong in (
        ("colour:red", "there is no such field"),
        ("larger:5", "the unit is missing"),
        ("larger:1-5 MB", "for a range"),
        ("from:bob or", "“or” stands between two terms"),
        ("(from:bob", "this parenthesis is not closed"),
    ):
        await field.fill(typed)
        await expect(fault).to_contain_text(wrong)
        await expect(fault).to_contain_text("The list still shows what “from:bob” finds.")
        await expect(page.locator(".rows .row")).to_have_count(there)
        for one in await bulk.all():
            await expect(one).to_be_disabled()
        assert await sender.evaluate(ink) != black
        assert page.url.endswith("?q=from%3Abob")
    # What comes in by itself meanwhile changes nothing about that.
    async with page.expect_response("**/mailbox/counted?*"):
        await page.evaluate(
            "void htmx.ajax('GET', '/mailbox/counted?q=from:bob', {source: '#order', swap: 'none'})"
        )
    await expect(page.locator("#markall")).to_be_disabled()
    assert await axe(page) == []

    # Nor is anything marked by a filter whose list has not come yet.
    await page.route("**/mailbox/list?*", lambda route: route.abort())
    await field.fill("from:anna")
    await expect(page.locator("#markall")).to_be_disabled()
    await page.unroute("**/mailbox/list?*")
    chromium.allow("mailbox/list|ERR_FAILED")
    await field.fill("from:bob ")
    await expect(page.locator("#markall")).to_be_enabled()
    await expect(fault).to_be_empty()
    assert await sender.evaluate(ink) == black
    await expect(page.locator(".row.marked")).to_have_count(0)


async def test_units_apart_and_a_small_size_that_asks(
    chromium: Chromium, demo: RunningPopscope
) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(390, height=844, has_touch=True)
    await enter_demo(page, demo.url)
    field, head, fault = (page.locator(one) for one in ("#q", "#pickall", "#fault"))
    await field.fill("larger:5M")
    await expect(head).to_contain_text("match")
    count = await head.inner_text()
    for typed in ("larger:5 MB", "larger:5 mb", "larger:5,0\u00a0MB", "larger: 5 megabytes"):
        await field.fill(typed)
        await expect(page.locator("#found")).to_have_attribute("data-typed", typed)
        assert await head.inner_text() == count
        assert page.url.endswith("?q=larger%3A5M")
    await field.fill("larger:5000")
    await expect(fault).to_contain_text("“5000” has no unit: taken for 5,000 bytes (5.0 KB).")
    await expect(page.locator("#markall")).to_be_enabled()
    await field.fill("older:3 months or larger:5")
    await expect(fault).to_contain_text("Did you mean:")
    await expect(page.locator("#markall")).to_be_disabled()
    assert await axe(page) == []
    await fault.get_by_role("link", name="5 MB").tap()
    await expect(field).to_have_value("older:3 months or larger:5MB")
    await expect(page.locator("#markall")).to_be_enabled()
    await expect(fault).to_be_empty()


@pytest.mark.parametrize(
    ("code", "typed", "english", "still"),
    [
        (
            "de",
            "gr\u00f6\u00dfer:5 MB oder von:bob",
            "larger%3A5M+or+from%3Abob",
            "Die Liste zeigt",
        ),
        ("fr", "plus-grand:5 Mo -de:bob", "larger%3A5M+-from%3Abob", "La liste montre"),
        ("ja", "\u5927\u304d\u3044\uff1a5MB", "larger%3A5M", "\u4e00\u89a7\u306b\u306f"),
    ],
)
async def test_the_filter_speaks_the_language_of_the_page(
    chromium: Chromium, demo: RunningPopscope, code: str, typed: str, english: str, still: str
) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(1440, locale=code)
    await enter_demo(page, demo.url)
    field = page.locator("#q")
    await field.fill(typed)
    await expect(page).to_have_url(re.compile(re.escape(f"?q={english}") + "$"))
    await expect(field).to_have_value(typed)
    await expect(page.locator("#markall")).to_be_enabled()
    await field.fill(f"{typed} colour:red")
    await expect(page.locator("#fault mark")).to_have_text("colour")
    await expect(page.locator("#fault")).to_contain_text(still)
    await page.locator("#help summary").click()
    for one in (page.locator("#help dl"), page.locator("#help ul")):
        await expect(one).to_contain_text(re.split("[:\uff1a]", typed)[0])
    await expect(page.locator("#help dl")).to_contain_text("larger:5MB")
    # Its hint fits wherever it stands.
    await field.fill("")
    for width in (1440, 1024, 720, 390, 320):
        await page.set_viewport_size({"width": width, "height": 844})
        room = await field.evaluate(
            """one => {
              const [style, px] = [getComputedStyle(one), parseFloat];
              const pen = document.createElement('canvas').getContext('2d');
              pen.font = getComputedStyle(one, '::placeholder').font;
              return one.clientWidth - px(style.paddingLeft) - px(style.paddingRight)
                - pen.measureText(one.placeholder).width;
            }"""
        )
        assert room >= 0, (code, width, room)


async def test_a_wrong_filter_without_javascript(chromium: Chromium, demo: RunningPopscope) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(390, height=844, javascript=False)
    await page.goto(demo.url)
    await page.get_by_role("button", name="demo mailbox").click()
    await standing(page)
    await page.goto(demo.url + "/mailbox?q=larger:1 MB")
    await expect(page.locator("#markall")).to_be_visible()
    await page.goto(demo.url + "/mailbox?q=larger:5 smaller:1MB")
    await expect(page.locator("#fault")).to_contain_text("The list still shows all messages.")
    await expect(page.locator("#markall, #every")).to_have_count(0)
    await page.get_by_role("link", name="5 KB").click()
    await expect(page.locator("#q")).to_have_value("larger:5KB smaller:1MB")
    await expect(page.locator("#markall")).to_be_visible()


async def test_a_new_list_takes_little_work(chromium: Chromium, demo: RunningPopscope) -> None:
    """By what makes it so, for clocks tell little here: a short wait, rows out of sight aside."""
    page = await chromium.page_at(1440)
    await enter_demo(page, demo.url)
    await expect(page.locator("#filter")).to_have_attribute("hx-trigger", re.compile("delay:100ms"))
    for width, height in ((1440, 58), (390, 64)):
        await page.set_viewport_size({"width": width, "height": 844})
        row = page.locator(".row").last
        assert await row.evaluate("one => getComputedStyle(one).contentVisibility") == "auto"
        assert not await row.locator("bdi").first.evaluate(
            "one => one.checkVisibility({contentVisibilityAuto: true})"
        )
        box = await row.bounding_box()  # as high out of sight as it is when it is seen
        assert box is not None
        assert box["height"] == height
    await row.locator("a").focus()
    await expect(row.locator("a")).to_be_in_viewport()


async def test_facets_count_within_the_filter_and_say_so(
    chromium: Chromium, demo: RunningPopscope
) -> None:
    page = await chromium.page_at(1440)
    await enter_demo(page, demo.url)
    column = page.get_by_role("navigation", name="Where the space goes")
    await expect(column).to_contain_text("Counted over all messages")
    await page.locator("#q").fill("from:bob or from:studio")
    await expect(column).to_contain_text("Counted within the filter")
    matching = int((await page.locator("#pickall span").inner_text()).split()[0])
    counts = await column.locator("#sizes .n [aria-hidden]").all_inner_texts()
    assert sum(int(one) for one in counts) == matching == await page.locator(".rows .row").count()
    band = column.get_by_role("link", name=re.compile("1 to 10 MB"))
    told = await band.locator(".n [aria-hidden]").inner_text()
    await band.click()
    await expect(page.locator("#q")).to_have_value("from:bob or from:studio larger:1M -larger:10M")
    await expect(page.locator(".rows .row")).to_have_count(int(told))
    # Beside the one chosen stand the others of its kind, with what a click on them shows.
    band = column.get_by_role("link", name=re.compile("over 10 MB"))
    told = await band.locator(".n [aria-hidden]").inner_text()
    await band.click()
    await expect(page.locator("#q")).to_have_value("from:bob or from:studio larger:10M")
    await expect(page.locator(".rows .row")).to_have_count(int(told))


def message(sender: str, to: str, subject: str) -> FakeMessage:
    """A small one, its header as it comes."""
    return FakeMessage(
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        "Date: Tue, 3 Mar 2026 10:00:00 +0000\r\n\r\nx\r\n".encode()
    )


HOSTILE = [
    message(*header)
    for header in (
        (
            "Uncle Bob <robert@familypost.example>",
            "anna@x.example",
            "<mark>Cafe\u0301</mark> STRASSE",
        ),
        (
            "\u05d0\u05d1\u05d2 <x@bob.example>",
            "b@y.example",
            "\u202e\u05e9\u05dc\u05d5\u05dd caf\u00e9",
        ),
        (
            '"<script>alert(1)</script>" <bob@z.example>',
            "Carl <c@z.example>",
            "Stra\u00dfe & \u0130",
        ),
    )
]


async def test_what_matched_is_marked_in_the_row(app: RunningPopscope, chromium: Chromium) -> None:
    page = await chromium.page_at(1024)
    async with ScriptedServer(FakeMaildrop(HOSTILE)) as server:
        await sign_in(page, app.url, server)
        await page.locator("#progress", has_text="all 3 looked at").wait_for()
        marks = page.locator(".rows mark")
        await expect(marks).to_have_count(0)
        for typed, found in (
            ("CAF\u00c9", ["Cafe\u0301", "caf\u00e9"]),
            ("subject:strasse", ["STRASSE", "Stra\u00dfe"]),
            ("from:bob", ["Bob", "bob", "bob"]),
            ("from:robert", ["robert"]),
            ("to:x.example", ["x.example"]),
            ("\u05dc\u05d5", ["\u05dc\u05d5"]),
            ('"<script>"', ["<script>"]),
            ("subject:mark or from:anna", ["mark", "mark"]),
            ("-from:bob", []),
            ("domain:z.example", ["z.example"]),
        ):
            await page.locator("#q").fill(typed)
            await expect(page.locator("#found")).to_have_attribute("data-typed", typed)
            assert sorted(await marks.all_inner_texts()) == sorted(found), typed
        assert await page.locator(".rows script").count() == 0
        # Where it is the address, that is shown, and to be seen at any width.
        await page.locator("#q").fill("from:robert or from:x@bob")
        await expect(marks).to_have_count(2)
        await expect(page.locator(".row .also").first).to_be_visible()
        for width in (1440, 1024, 390, 320):
            await page.set_viewport_size({"width": width, "height": 844})
            for one in await marks.all():
                seen = await one.evaluate(
                    """one => {
                      const box = one.getBoundingClientRect();
                      const cut = one.closest('.also').getBoundingClientRect();
                      return box.width && box.left > cut.left - 1 && box.right < cut.right + 1;
                    }"""
                )
                assert seen, width
        for scheme in ("dark", "light"):
            await page.emulate_media(color_scheme=scheme)
            assert await axe(page, part=".rows") == []
        await page.reload()
        await expect(marks).to_have_count(2)
        await page.locator(".row .do button").first.click()  # a row that is swapped keeps it
        await expect(page.locator(".row.marked mark")).to_have_count(1)
        await page.get_by_role("button", name="Sign out").click()


LONG = "Quarterly statement for the customers of the northern region and "
RIGHT_TO_LEFT = "\u0647\u0630\u0647 \u0631\u0633\u0627\u0644\u0629 " * 9
FAR = [
    message("Bob <bob@x.example>", "a@x.example", f"{LONG * 2}zebra for all"),
    message(f'"{LONG}zebra" <c@x.example>', "a@x.example", "short"),
    message(f"Dora <{'d' * 40}@mailer.zebra.example>", "a@x.example", "short"),
    message("Anna <anna@y.example>", f"{'a' * 40}@zebra.example", "for one"),
    message("Eva <eva@x.example>", "a@x.example", f"{RIGHT_TO_LEFT} zebra {RIGHT_TO_LEFT}"),
    message("Ken <ken@x.example>", "a@x.example", "\u8acb\u6c42\u66f8\u3067\u3059" * 14 + "zebra"),
]
CUT = """
() => [...document.querySelectorAll('.row')].filter((row) => {
  const box = row.querySelector('mark').getBoundingClientRect();
  const room = row.querySelector('mark').closest('bdi, .also').getBoundingClientRect();
  const size = row.querySelector('.size').getBoundingClientRect();
  return !box.width || box.left < room.left - 1 || box.right > room.right + 1
    || (box.right > size.left && box.left < size.right);
}).map((row) => row.innerHTML)
"""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
async def test_what_matched_at_the_far_end_is_in_sight(
    app: RunningPopscope, chromium: Chromium, direction: str
) -> None:
    page = await chromium.page_at(1440)
    async with ScriptedServer(FakeMaildrop(FAR)) as server:
        await sign_in(page, app.url, server)
        await page.locator("#progress", has_text="all 6 looked at").wait_for()
        await page.locator("#q").fill("zebra or to:zebra")
        await expect(page.locator(".rows mark")).to_have_count(6)
        await page.evaluate("dir => { document.documentElement.dir = dir; }", direction)
        for width in (1440, 1024, 390):
            await page.set_viewport_size({"width": width, "height": 844})
            assert await page.evaluate(CUT) == [], width
        # What stands before it is still there to be read, and to be heard.
        subject = page.locator(".what a", has_text=f"{LONG * 2}zebra for all")
        await expect(subject).to_have_accessible_name(f"{LONG * 2}zebra for all")
        # A subject begins at its beginning, whichever way it runs.
        await page.locator("#q").fill("from:eva")
        await expect(page.locator(".rows .row")).to_have_count(1)
        first = """one => {
          const range = document.createRange();
          range.setStart(one.firstChild, 0);
          range.setEnd(one.firstChild, 1);
          const [box, room] = [range, one].map((it) => it.getBoundingClientRect());
          return box.left > room.left - 1 && box.right < room.right + 1;
        }"""
        assert await page.locator(".what bdi").evaluate(first)
        await page.get_by_role("button", name="Sign out").click()
