"""Below a path behind real proxies, as the manual has them: the main job in Chromium."""

import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support import need
from tests.support.popscope import ROOT, RunningPopscope
from tests.support.process import end, free_port, start

pytestmark = [pytest.mark.interop, pytest.mark.browser, pytest.mark.timeout(180)]
PageAt = Callable[..., Awaitable[Page]]
MANUAL = (ROOT / "docs/operators.md").read_text()


def recipe(kind: str, upstream: str, *, strips: bool) -> str:
    """The manual's lines for a proxy, as they are or so that the path is taken away."""
    found = re.search(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None
    text = found[1].replace("127.0.0.1:8000", upstream)
    if strips:
        text = text.replace("handle /mail/*", "handle_path /mail/*")
        text = text.replace(f"{upstream};", f"{upstream}/;")
    return text


def caddy(folder: Path, port: int, lines: str) -> list[str]:
    """What starts Caddy."""
    head = "{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n}\n"
    (folder / "Caddyfile").write_text(f"{head}http://127.0.0.1:{port} {{\n{lines}}}\n")
    program = need.program("caddy", package="caddy")
    return [program, "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


def nginx(folder: Path, port: int, lines: str) -> list[str]:
    """What starts nginx, which writes nowhere but in a folder of its own."""
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in names)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}"
        f"server {{ listen 127.0.0.1:{port};\n{lines}}} }}\n"
    )
    return [need.program("nginx", package="nginx-light"), "-p", f"{folder}", "-c", "nginx.conf"]


def wait_for(url: str, child: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            if child.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the proxy did not start:\n{log.read_text()}")


@pytest.fixture(
    params=[(kind, strips) for kind in ("caddy", "nginx") for strips in (False, True)],
    ids=lambda param: f"{param[0]}-{'strips' if param[1] else 'leaves'}",
)
def below(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a demo behind a proxy."""
    kind, strips = request.param
    port = free_port()
    settings = {
        "POPSCOPE_ROOT_PATH": "/mail",
        "POPSCOPE_ALLOW_INSECURE_HTTP": "1",
        "POPSCOPE_TRUSTED_PROXY": "127.0.0.1",
        "POPSCOPE_PUBLIC_ORIGIN": f"http://127.0.0.1:{port}",
    }
    with (
        RunningPopscope("demo", settings=settings) as popscope,
        (tmp_path / "log").open("wb") as log,
    ):
        assert f"http://localhost:{popscope.port}/mail/ " in popscope.output
        lines = recipe(kind, f"127.0.0.1:{popscope.port}", strips=strips)
        command = {"caddy": caddy, "nginx": nginx}[kind](tmp_path, port, lines)
        env = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
        child = start(command, output=log, env=env)
        try:
            wait_for(f"http://127.0.0.1:{port}/mail/livez", child, tmp_path / "log")
            yield f"http://127.0.0.1:{port}/mail"
        finally:
            end(child)


async def test_the_main_job_below_a_path(below: str, page_at: PageAt) -> None:
    page = await page_at(1440)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(below)
    await page.get_by_role("button", name="demo mailbox").click()
    await expect(page).to_have_url(f"{below}/mailbox")
    rows = page.locator(".rows .row")
    await expect(rows.first).to_be_visible()
    async with page.expect_response(lambda answer: "/api/v1/events" in answer.url) as stream:
        await page.reload()
    assert (await stream.value).ok
    await page.get_by_role("searchbox").first.fill("larger:20MB")
    await expect(page).to_have_url(re.compile(r"/mail/mailbox\?q=larger%3A20M$"))
    few = await rows.count()
    await rows.first.locator(".what a").click()
    await expect(page).to_have_url(re.compile(rf"^{re.escape(below)}/mailbox/messages/"))
    await expect(page.locator("#reader[data-id]")).to_be_visible()
    await rows.first.locator(".do button.danger").click()
    await expect(page.locator("#tray")).to_contain_text("marked for deletion")
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await expect(page).to_have_url(f"{below}/mailbox/review")
    await page.get_by_role("button", name="for good").click()
    await expect(page).to_have_url(re.compile(rf"^{re.escape(below)}/mailbox/receipt"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    async with page.expect_download() as saving:
        await page.locator('a[href*="receipt.csv"]').click()
    assert (await saving.value).url.startswith(below)
    await page.goto(f"{below}/mailbox/console")
    await page.locator("#line").fill("STAT")
    await page.locator("#line").press("Enter")
    await expect(page.locator("main")).to_contain_text("+OK")
    await page.goto(f"{below}/mailbox?q=larger:20MB")
    await expect(rows).to_have_count(few - 1)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile(rf"^{re.escape(below)}/(\?.*)?$"))
    assert [cookie["path"] for cookie in await page.context.cookies()] == ["/mail"] * len(
        await page.context.cookies()
    )
    origin = below.removesuffix("/mail")
    assert [url for url in asked if url.startswith(origin) and not url.startswith(below)] == []
