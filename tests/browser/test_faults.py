"""A form that comes back with a fault: the page begins with what went wrong, and shows it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, browser_fixture, screenshot
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.popscope import RunningPopscope
from tests.support.process import free_port
from tests.support.scripted import ScriptedServer, send

pytestmark = pytest.mark.browser

SIZES = {"office": (1366, 768), "phone": (390, 844), "zoomed": (720, 450)}
# Where the focus is, and whether it and the title of what went wrong are wholly in the window.
BEGINS = """
() => {
  const inside = (one) => {
    const box = one.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
  };
  const title = document.querySelector('.errortitle') ?? document.querySelector('#ended');
  const active = document.activeElement;
  return [active === title ? 'error' : active.id, inside(title), inside(active),
    active.getAttribute('aria-describedby') ?? ''];
}
"""


@dataclass
class Troubles:
    """Servers that go wrong, by name, as the field of the server takes them."""

    places: dict[str, str]


@browser_fixture
async def troubles() -> AsyncIterator[Troubles]:
    wrong = Quirks(refuse_login=b"-ERR [AUTH] authentication failed, please check your settings")
    busy = Quirks(refuse_login=b"-ERR [IN-USE] mailbox is locked")
    async with (
        ScriptedServer(FakeMaildrop(quirks=wrong)) as rejecting,
        ScriptedServer(FakeMaildrop(quirks=busy)) as locked,
        ScriptedServer(send(b"* OK IMAP4rev1 ready\r\n")) as imap,
    ):
        yield Troubles(
            {
                "rejecting": f"127.0.0.1:{rejecting.port}",
                "locked": f"127.0.0.1:{locked.port}",
                "imap": f"127.0.0.1:{imap.port}",
                "closed": f"127.0.0.1:{free_port()}",
            }
        )


async def begins(page: Page) -> list[object]:
    """Where the page begins; the focus goes there when it is drawn for the first time."""
    await page.locator(":focus").wait_for()
    found: list[object] = await page.evaluate(BEGINS)
    return found


async def fill(page: Page, server: str, port: str = "", password: str = "mistaken") -> None:
    await page.get_by_label("Email address or user name").fill("anna")
    await page.locator("#server").fill(server)
    await page.locator("#security").select_option("none")
    await page.locator("#port").fill(port)
    await page.locator("#password").fill(password)
    await page.locator("#password").press("Enter")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("size", SIZES)
async def test_the_page_begins_with_what_went_wrong(
    app: RunningPopscope, troubles: Troubles, chromium: Chromium, size: str, javascript: bool
) -> None:
    chromium.allow("status of 4..|status of 502")
    width, height = SIZES[size]
    page = await chromium.page_at(width, height=height, javascript=javascript)
    faults = [
        ("rejecting", "", "password", "did not accept the name or the password"),
        ("locked", "", "error", "Another program has this mailbox open"),
        ("imap", "", "error", "This is not a POP3 server"),
        ("closed", "", "error", "Nobody answers at this port"),
        ("127.0.0.1", "99999", "port", "Port: a number from 1 to 65535"),
        ("127.0.0.1", "11O", "port", "Port: a number from 1 to 65535"),
        ("pop example net", "", "server", "is not a server name"),
        ("127.0.0.1:0", "", "server", "Port: a number from 1 to 65535"),
        ("", "", "server", "Type the name of the mail server"),
    ]
    for path, button in (("/", "Open mailbox"), ("/report", "Start the report")):
        for server, port, field, says in faults:
            if path == "/report" and server in troubles.places:
                continue
            await page.goto(app.url + path)
            await fill(page, troubles.places.get(server, server), port)
            await expect(page.get_by_role("alert")).to_contain_text(says)
            described = "" if field == "error" else "wrong"
            where = await begins(page)
            assert where == [field, True, True, described], (path, server, size)
            await expect(page.get_by_role("button", name=button)).to_be_attached()
            if server in {"rejecting", "locked"} or port == "99999":
                name = f"fault-{path.strip('/') or 'signin'}-{port or server}"
                await screenshot(page, name, full_page=False)
    if javascript:
        assert await axe(page) == []


@pytest.mark.parametrize("language", ["de", "es", "fr", "ja"])
async def test_a_wrong_password_is_in_view_in_every_language(
    app: RunningPopscope, troubles: Troubles, chromium: Chromium, language: str
) -> None:
    chromium.allow("status of 401")
    page = await chromium.page_at(720, height=450, locale=language)
    await page.goto(app.url)
    await page.locator("#username").fill("anna")
    await page.locator("#server").fill(troubles.places["rejecting"])
    await page.locator("#security").select_option("none")
    await page.locator("#password").fill("mistaken")
    await page.locator("#password").press("Enter")
    await page.locator("#wrong").wait_for()
    assert await begins(page) == ["password", True, True, "wrong"]
    await screenshot(page, f"fault-{language}", full_page=False)


@pytest.mark.parametrize("javascript", [True, False])
async def test_other_forms_begin_with_what_went_wrong(
    app: RunningPopscope, chromium: Chromium, javascript: bool
) -> None:
    chromium.allow("status of 4..")
    fake = FakeMaildrop(plain(30))
    async with ScriptedServer(fake) as server:
        page = await chromium.page_at(720, height=450, javascript=javascript)
        await page.goto(app.url)
        await fill(page, f"{server.host}:{server.port}", password="secret")
        await page.locator(".rows .row").first.wait_for()
        # The filter of the list, from an address or sent without JavaScript; that of the export.
        await page.goto(f"{app.url}/mailbox?q=colour:red")
        await expect(page.locator("#q")).to_be_focused()
        await expect(page.locator("#q")).to_be_in_viewport(ratio=1)
        await expect(page.locator("#fault .wrong")).to_be_in_viewport(ratio=1)
        await page.goto(f"{app.url}/mailbox/export?q=colour:red")
        assert await begins(page) == ["q", True, True, "wrong"]
        # How much room to make; without JavaScript the number is in the same form.
        await page.goto(f"{app.url}/mailbox/space/under?to=abc")
        await expect(page.locator("#under")).to_be_focused()
        await expect(page.locator("#under")).to_be_in_viewport(ratio=1)
        await expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
        # A line that deletes, in the console.
        await page.goto(f"{app.url}/mailbox/console")
        await page.locator("#line").fill("DELE 1")
        await page.locator("#line").press("Enter")
        await page.locator("#asked").wait_for()
        assert (await begins(page))[:3] == ["error", True, True]
        # A click on a message, while another program has the mailbox.
        fake.quirks.refuse_login = b"-ERR [AUTH] not any more"
        await page.goto(f"{app.url}/mailbox")
        await page.locator("#chip button").click()
        await page.get_by_role("button", name="Check again").click()
        await page.get_by_role("alert").wait_for()
        assert (await begins(page))[:3] == ["error", True, True]
        if javascript:  # the same by htmx, from far down the list
            await page.goto(f"{app.url}/mailbox")
            await page.locator(".row .what a").last.click()
            await page.locator("#problem .errortitle").wait_for()
            assert (await begins(page))[:3] == ["error", True, True]
        # A session that is over.
        [cookie] = [one for one in await page.context.cookies() if "zone" not in one["name"]]
        name = cookie["name"]
        await page.context.add_cookies([{"name": name, "value": "x" * 43, "url": app.url}])
        await page.goto(f"{app.url}/mailbox/review")
        await page.locator("#ended").wait_for()
        assert await begins(page) == ["error", True, True, ""]
