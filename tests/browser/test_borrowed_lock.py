"""The borrowed lock, in Chromium, against a Dovecot that lets in one session a mailbox."""

import asyncio
import poplib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import axe, browser_fixture, screenshot
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.popscope import RunningPopscope
from tests.support.proxy import Link

from .conftest import Desk, letter, new_user

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]

IDLE_RELEASE = 3.0  # seconds
MESSAGES = 12
MANY = 900


@pytest.fixture(scope="module")
def locking() -> Iterator[Dovecot]:
    """One session a mailbox: others are told to wait."""
    with Dovecot(lock_session=True) as server:
        yield server


@pytest.fixture(scope="module")
def idler() -> Iterator[RunningPopscope]:
    """Popscope with a short idle time."""
    settings = {"POPSCOPE_IDLE_RELEASE": f"{IDLE_RELEASE:.0f}"}
    with RunningPopscope("serve", settings=settings) as running:
        yield running


@browser_fixture
async def flat(idler: RunningPopscope, locking: Dovecot) -> AsyncIterator[Desk]:
    """A mailbox that a telephone wants to read, too."""
    user = new_user()
    locking.deliver_many(user, map(letter, range(MESSAGES)))
    async with Link(locking.host, locking.port) as link:
        yield Desk(idler, locking, link, user)


@browser_fixture
async def slow(idler: RunningPopscope, locking: Dovecot) -> AsyncIterator[Desk]:
    """A mailbox whose headers take some 20 seconds."""
    user = new_user()
    locking.deliver_many(user, map(letter, range(MANY)))
    async with Link(locking.host, locking.port, rate=12 * 1024) as link:
        yield Desk(idler, locking, link, user)


async def given_back(link: Link) -> float:
    """Seconds from the last command before QUIT to QUIT, as the wire has seen them."""
    seen, at = len(link.commands), time.monotonic()
    async with asyncio.timeout(30):
        while link.commands[-1].upper() != "QUIT":
            await asyncio.sleep(0.01)
            if len(link.commands) > seen and link.commands[-1].upper() != "QUIT":
                seen, at = len(link.commands), time.monotonic()
    return time.monotonic() - at


class Telephone:
    """Another program with the same account."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self._line = poplib.POP3(server.host, server.port, timeout=15)
        self._line.user(user)
        self._line.pass_(PASSWORD)

    def delete(self, *subjects: str) -> None:
        """Deletes messages by subject, and leaves."""
        count, _ = self._line.stat()
        for number in range(1, count + 1):
            _, lines, _ = self._line.top(number, 0)
            if any(f"Subject: {subject}".encode() in lines for subject in subjects):
                self._line.dele(number)
        self._line.quit()


def stored(desk: Desk) -> dict[str, str]:
    """SHA-256 by subject of what lies on the disk."""
    found = desk.server.messages_on_disk(desk.user).values()
    subject = re.compile(rb"^Subject: (.*?)\r?$", re.MULTILINE)
    return {subject.findall(one.path.read_bytes())[0].decode(): one.sha256 for one in found}


async def mark(page: Page, *subjects: str) -> None:
    for subject in subjects:
        row = page.locator(".rows .row").filter(has=page.get_by_text(subject, exact=True))
        await row.hover()
        await row.get_by_role("button", name=f"Delete: {subject}").click()
        await expect(row).to_have_class(re.compile(r"\bmarked\b"))


async def test_a_telephone_gets_in_while_popscope_idles_and_all_it_did_is_told(
    flat: Desk, page_at: PageAt
) -> None:
    """A tab that looks on does not hold the lock; the commit deletes what is left of the marks."""
    page = await page_at(1440)
    await flat.sign_in(page)
    chip = page.locator("#chip")
    await expect(chip).to_contain_text(re.compile(r"Mailbox open 0:0\d"))
    await mark(page, "Letter 2", "Letter 5", "Letter 7")
    before = stored(flat)
    assert await given_back(flat.link) < IDLE_RELEASE + 1
    telephone = await asyncio.to_thread(Telephone, flat.server, flat.user)
    await asyncio.to_thread(telephone.delete, "Letter 5", "Letter 9")
    flat.server.deliver(flat.user, letter(40))
    await expect(chip).to_contain_text("Released, comes back at your next click")
    connections = flat.link.connections

    await page.get_by_role("link", name="Letter 3", exact=True).click()
    await expect(page.locator("#reader")).to_contain_text("this is letter 3")
    notices = page.locator("#notices")
    await expect(notices).to_contain_text("1 of the messages you had marked is gone")
    await expect(notices).to_contain_text("1 other message is gone")
    await expect(notices).to_contain_text("1 new message has come")
    await expect(page.locator("#changed")).to_contain_text("2 messages of this page are no longer")
    await expect(chip).to_contain_text("Mailbox open")
    assert flat.link.connections == connections + 1
    await page.reload()
    await expect(notices).to_contain_text("1 of the messages you had marked is gone")
    await expect(page.locator(".rows .row")).to_have_count(MESSAGES - 1)
    new = page.locator(".rows .row").filter(has=page.get_by_text("Letter 40", exact=True))
    await expect(new).to_contain_text("new")
    await expect(page.locator(".rows .new")).to_have_count(1)
    await expect(page.locator("#tray")).to_contain_text("2 messages")
    assert await axe(page) == []
    for width in (1440, 1024, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        await screenshot(page, "news", full_page=False)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await notices.get_by_role("button", name="Understood").click()
    await expect(notices).to_have_text("")

    await page.get_by_role("link", name="Review and delete 2 messages").click()
    await page.get_by_role("button", name="Delete 2 messages for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    after = stored(flat)
    doomed = {"Letter 2", "Letter 5", "Letter 7", "Letter 9"}
    left = {subject: digest for subject, digest in before.items() if subject not in doomed}
    assert {name: digest for name, digest in after.items() if name != "Letter 40"} == left
    assert "Letter 40" in after
    assert [line.split()[0] for line in flat.link.commands].count("DELE") == 2


async def test_an_open_list_whose_headers_load_does_not_hold_the_lock(
    slow: Desk, page_at: PageAt
) -> None:
    """Its facets and its order ask again as headers come in; nobody has clicked."""
    page = await page_at(1440)
    await slow.sign_in(page)
    await page.goto(f"{slow.app.url}/mailbox?sort=subject")
    chip = page.locator("#chip")
    await expect(chip).to_contain_text("Mailbox open")
    await expect(chip).to_contain_text("Released", timeout=15_000)
    assert [line.split()[0] for line in slow.link.commands].count("TOP") < MANY


async def test_the_lock_is_given_back_on_a_click(flat: Desk, page_at: PageAt) -> None:
    page = await page_at(1440, "dark")
    await flat.sign_in(page)
    await page.get_by_role("button", name="Release now").click()
    await expect(page.locator("#chip")).to_contain_text("Released, comes back at your next click")
    assert flat.link.commands[-1] == "QUIT"
    await screenshot(page, "released", full_page=False)
    await page.get_by_role("link", name="Letter 3", exact=True).click()
    await expect(page.locator("#reader")).to_contain_text("this is letter 3")
    await expect(page.locator("#chip")).to_contain_text("Mailbox open")
    await expect(page.locator("#notices")).to_have_text("")
