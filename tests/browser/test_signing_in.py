"""A person types an address: the server is found, shown, changed, and signed in to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, Route, expect

from tests.support.browser import Chromium, screenshot
from tests.support.certs import Authority
from tests.support.dnsmasq import Dnsmasq
from tests.support.dovecot import Dovecot
from tests.support.popscope import RunningPopscope

from . import looking

pytestmark = [pytest.mark.browser, pytest.mark.interop, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]
ANNA = "anna@example.test"
HOSTED = "anna@hosted.test"


@dataclass(frozen=True)
class Place:
    """Popscope beside a name server and a mail server."""

    app: RunningPopscope
    names: Dnsmasq
    server: Dovecot


@pytest.fixture(scope="module")
def place(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    leaf = authority.leaf("pop.example.test", "pop.hoster.test", "127.0.0.1")
    ca = authority.write(tmp_path_factory.mktemp("ca") / "ca.pem")
    with Dovecot(authority=authority, certificate=leaf) as server:
        records = [
            f"srv-host=_pop3s._tcp.example.test,pop.example.test,{server.tls_port},0,1",
            f"srv-host=_pop3s._tcp.hosted.test,pop.hoster.test,{server.tls_port},0,1",
            "srv-host=_pop3s._tcp.none.test",
            "host-record=pop.example.test,127.0.0.1",
            "host-record=pop.hoster.test,127.0.0.1",
        ]
        for user in (ANNA, HOSTED, "ben"):
            server.deliver(user, b"Subject: Here it is\r\n\r\nhello\r\n")
        with Dnsmasq(records) as names:
            settings = {
                "POPSCOPE_DISCOVERY": "1",
                "POPSCOPE_DNS": names.setting,
                "POPSCOPE_CA_FILE": str(ca),
            }
            with RunningPopscope(settings=settings) as app:
                yield Place(app, names, server)


async def typing(page: Page, place: Place, address: str) -> None:
    await page.goto(place.app.url)
    await page.get_by_label("Email address or user name").press_sequentially(address)


async def top_of(page: Page) -> float:
    box = await page.get_by_label("Password", exact=True).bounding_box()
    assert box is not None
    return box["y"]


UNDER_THE_BUTTON = """
() => {
  const button = document.querySelector('#place > summary').getBoundingClientRect();
  const texts = document.createTreeWalker(document.querySelector('#found'), NodeFilter.SHOW_TEXT);
  const words = document.createRange();
  while (texts.nextNode()) {
    words.selectNodeContents(texts.currentNode);
    if ([...words.getClientRects()].some((line) => line.right > button.left
      && line.left < button.right && line.bottom > button.top && line.top < button.bottom)) {
      return texts.currentNode.data;
    }
  }
  return '';
}
"""


async def opened(page: Page) -> None:
    await page.locator(".rows .row").first.wait_for()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Open mailbox").wait_for()


async def test_the_server_is_found_while_one_types_and_signed_in_to(
    place: Place, page_at: PageAt
) -> None:
    page = await page_at(1440)
    await typing(page, place, ANNA)
    found = page.locator("#found")
    await expect(found).to_contain_text(f"pop.example.test, port {place.server.tls_port}, TLS")
    await expect(found).to_contain_text("found in the DNS of example.test")
    await page.keyboard.press("Tab")  # to Change
    await expect(page.locator("#place summary")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("secret")
    await page.keyboard.press("Enter")
    await expect(page.locator(".account, .topbar").first).to_contain_text(ANNA)
    await opened(page)


async def test_no_address_is_in_an_address_line_and_no_password_is_sent_while_one_types(
    place: Place, page_at: PageAt
) -> None:
    page = await page_at(1440)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    await page.goto(place.app.url)
    await page.get_by_label("Password", exact=True).fill("hidden-secret")
    await page.get_by_label("Email address or user name").press_sequentially(ANNA)
    await page.locator(".which.found").wait_for()
    searches = [line for line in sent if "/discover" in line]
    assert searches
    assert all(line.startswith(f"{place.app.url}/discover ") for line in searches)
    assert not [line for line in sent if "hidden-secret" in line]


async def test_what_is_typed_is_never_overwritten_and_what_is_stale_never_stands(
    place: Place, page_at: PageAt
) -> None:
    page = await page_at(1440)
    await typing(page, place, ANNA)
    await page.locator(".which.found").wait_for()
    server = page.get_by_label("Server", exact=True)
    await page.get_by_text("Change").click()
    await expect(server).to_have_value("pop.example.test")
    name = page.get_by_label("Email address or user name")
    await name.press("End")
    await name.press("x")  # another address: what was found for the old one is gone at once
    assert await server.input_value() == ""
    assert await page.locator(".which.found").count() == 0
    await name.fill(HOSTED)
    await page.locator(".which.doubt").wait_for()
    await expect(server).to_have_value("")
    await server.fill("127.0.0.1")
    await expect(page.locator("#notes")).to_be_hidden()
    await name.fill(ANNA)
    await page.locator(".which.found").wait_for(state="attached")
    await expect(server).to_have_value("127.0.0.1")
    await page.get_by_text("Change").click()  # closed: it still says where the password would go
    await expect(page.locator(".finder")).not_to_contain_text(
        "pop.example.test", use_inner_text=True
    )
    await expect(page.locator("#chosen")).to_contain_text("127.0.0.1", use_inner_text=True)
    await page.get_by_text("Change").click()
    await server.fill("")  # given back to the search
    await expect(page.locator("#found")).to_contain_text("pop.example.test", use_inner_text=True)
    await name.fill(HOSTED)
    await page.locator(".which.doubt").wait_for()
    await expect(server).to_have_value("")


@pytest.mark.parametrize("status", [0, 502])
async def test_where_no_answer_comes_nothing_is_said_to_be_looked_for(
    place: Place, page_at: PageAt, chromium: Chromium, status: int
) -> None:
    chromium.allow("/discover|Failed to load resource|fetch")
    page = await page_at(1440)
    waiting = asyncio.Event()

    async def answer(route: Route) -> None:
        await waiting.wait()
        await (route.fulfill(status=status, body="no") if status else route.abort())

    await page.route("**/discover", answer)
    await typing(page, place, ANNA)
    await expect(page.locator("#found")).to_contain_text("is being looked for")
    waiting.set()
    await expect(page.locator("#found")).to_contain_text("is found from the address")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await opened(page)


async def test_another_server_than_the_one_that_was_found(place: Place, page_at: PageAt) -> None:
    page = await page_at(1440)
    await typing(page, place, ANNA)
    await page.locator(".which.found").wait_for()
    await page.get_by_text("Change").click()
    await page.get_by_label("Server", exact=True).fill("127.0.0.1")
    await page.get_by_label("Port").fill(str(place.server.port))
    await page.get_by_label("Security", exact=True).select_option("starttls")
    await page.get_by_label("User name on the server").fill("ben")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await expect(page.locator(".topbar")).to_contain_text("ben")
    await opened(page)


async def test_one_outside_the_domain_is_told_and_gets_no_password_before_it_was_confirmed(
    place: Place, page_at: PageAt, chromium: Chromium
) -> None:
    """As without JavaScript: the same goes for one that was learnt over plain HTTP."""
    chromium.allow("status of 409")
    page = await page_at(1440)
    await typing(page, place, HOSTED)
    await page.locator(".which.doubt").wait_for()
    await expect(page.locator("#notes")).to_contain_text("does not belong to hosted.test")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Is this your mail server?")
    await expect(page.get_by_label("Server", exact=True)).to_have_value("pop.hoster.test")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await opened(page)


async def test_the_password_stays_where_it_is(place: Place, page_at: PageAt) -> None:
    page = await page_at(1440)
    async for width in looking.at(page):
        for address in (ANNA, HOSTED, "anna@gmail.com"):
            await page.goto(place.app.url)
            before = await top_of(page)
            await page.get_by_label("Email address or user name").fill(address)
            await page.locator(".which:is(.found, .doubt)").wait_for()
            assert await top_of(page) == before, (width, address)


async def test_where_there_is_none_the_fields_open_but_not_under_a_finger(
    place: Place, page_at: PageAt
) -> None:
    page = await page_at(1440)
    await typing(page, place, "anna@none.test")
    await expect(page.locator("#found")).to_contain_text("none.test says in its DNS")
    await expect(page.get_by_label("Server", exact=True)).to_be_visible()
    await page.goto(place.app.url)
    before = await top_of(page)
    await page.get_by_label("Email address or user name").fill("anna@none.test")
    await page.get_by_label("Password", exact=True).focus()
    await expect(page.locator("#found")).to_contain_text("none.test says in its DNS")
    await expect(page.get_by_label("Server", exact=True)).to_be_hidden()
    assert abs(await top_of(page) - before) < 25  # a line more, at most


async def test_the_last_server_gives_way_to_the_one_of_another_domain(
    place: Place, page_at: PageAt
) -> None:
    page = await page_at(1440)
    await page.goto(place.app.url)
    await page.get_by_text("Change").click()
    await page.get_by_label("Email address or user name").fill("ben")
    await page.get_by_label("Server", exact=True).fill(f"127.0.0.1:{place.server.port}")
    await page.get_by_label("Security", exact=True).select_option("starttls")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await opened(page)
    panel, server = page.locator(".finder"), page.get_by_label("Server", exact=True)
    await expect(panel).to_contain_text("Last server used", use_inner_text=True)
    await expect(panel).to_contain_text(f"127.0.0.1:{place.server.port}, STARTTLS")
    name = page.get_by_label("Email address or user name")
    await name.press_sequentially(ANNA)  # no password of hers goes there
    await page.locator(".which.found").wait_for()
    await expect(server).to_have_value("pop.example.test")
    await page.goto(place.app.url)
    await name.press_sequentially("anna@none.test")  # nothing is found: it stays
    await expect(page.locator("#found")).to_contain_text("none.test says in its DNS")
    await expect(server).to_have_value(f"127.0.0.1:{place.server.port}")
    # One's own domain at a server of one's own, such as a test server: that is what was meant.
    await name.fill(HOSTED)
    await page.locator(".which.doubt").wait_for()
    await server.fill("127.0.0.1")
    await page.get_by_label("Port").fill(str(place.server.port))
    await page.get_by_label("Security", exact=True).select_option("starttls")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await opened(page)
    await name.press_sequentially("b" + HOSTED)
    await page.locator(".which.doubt").wait_for(state="attached")
    await expect(panel).to_contain_text("Last server used", use_inner_text=True)
    await expect(server).to_have_value("127.0.0.1")


async def test_without_javascript_it_is_found_when_the_form_is_sent(
    place: Place, page_at: PageAt, chromium: Chromium
) -> None:
    chromium.allow("status of (409|422)")
    page = await page_at(1440, javascript=False)

    async def send(address: str) -> None:
        await page.get_by_label("Email address or user name").fill(address)
        await page.get_by_label("Password", exact=True).fill("secret")
        await page.get_by_role("button", name="Open mailbox").click()

    await page.goto(place.app.url)
    await send(ANNA)
    await opened(page)
    await send(HOSTED)
    await expect(page.get_by_role("alert")).to_contain_text("Is this your mail server?")
    await expect(page.get_by_label("Server", exact=True)).to_have_value("pop.hoster.test")
    await expect(page.get_by_label("Password", exact=True)).to_have_value("")
    await screenshot(page, "signin-confirm")
    await send("anna@none.test")  # a slip is put right: nothing goes to the other one's server
    await expect(page.get_by_role("alert")).to_contain_text("none.test says in its DNS")
    await send(HOSTED)
    await expect(page.get_by_role("alert")).to_contain_text("Is this your mail server?")
    await send(HOSTED)
    await opened(page)
    await send("anna@none.test")
    await expect(page.get_by_role("alert")).to_contain_text("none.test says in its DNS")
    await expect(page.get_by_label("Server", exact=True)).to_be_focused()


async def test_how_it_looks(place: Place, page_at: PageAt) -> None:
    page = await page_at(1440)
    kinds = {ANNA: "found", HOSTED: "doubt", "anna@gmail.com": "found", "anna@none.test": "none"}
    for address, kind in kinds.items():
        await typing(page, place, address)
        await page.locator(f".which.{kind}").wait_for()
        name = f"signin-{address.partition('@')[2].partition('.')[0]}"
        async for _ in looking.at(page):
            await looking.look(page, name)
            assert await page.evaluate(UNDER_THE_BUTTON) == "", name
    await typing(page, place, ANNA)
    await page.locator(".which.found").wait_for()
    await page.get_by_text("Change").click()
    async for _ in looking.at(page):
        await looking.look(page, "signin-change")
