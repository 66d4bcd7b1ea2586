"""Fixtures every test may use; the tools themselves are in ``tests/support``."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Page

from .support.browser import Chromium, SharedBrowser, browser_fixture
from .support.certs import Authority
from .support.dovecot import Dovecot
from .support.need import skips_are_failures

# No test is a matter of time: machines are busy. Under CI Hypothesis has a profile of its own.
settings.register_profile(
    "unhurried", settings.get_profile(settings.get_current_profile_name()), deadline=None
)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def authority() -> Authority:
    """A certificate authority that nobody trusts until told to."""
    return Authority()


@pytest.fixture(scope="session")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate: one file for all, because the system's authorities are read with each."""
    return authority.write(tmp_path_factory.mktemp("ca") / "ca.pem")


@pytest.fixture(scope="session")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """One Dovecot for the whole run; tests keep apart by using user names of their own."""
    with Dovecot(authority=authority) as server:
        yield server


@browser_fixture(scope="session")
async def shared_browser() -> AsyncIterator[SharedBrowser]:
    """One Chromium for all tests of this process; pages and cookies are each test's own."""
    async with SharedBrowser() as shared:
        yield shared


@browser_fixture
async def chromium(shared_browser: SharedBrowser) -> AsyncIterator[Chromium]:
    """Pages of one test, which fails at its end over any problem that it did not allow."""
    async with Chromium(shared_browser) as chromium:
        yield chromium
    problems = "\n".join(chromium.problems)
    assert not problems, f"the browser complained:\n{problems}"


@pytest.fixture
def page_at(chromium: Chromium) -> Callable[..., Awaitable[Page]]:
    """Open a page: ``page = await page_at(360, "dark")``; see ``Chromium.page_at``."""
    return chromium.page_at


# Tests in a browser share its event loop, and are tried once more: it fails now and then by itself.


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell pytest-asyncio and pytest-rerunfailures of the tests marked ``browser``.

    Files with heavy tests come first: one of them at the end would keep one worker busy alone.
    """
    heavy = {item.path for item in items if item.get_closest_marker("heavy")}
    items.sort(key=lambda item: item.path not in heavy)
    for item in items:
        if item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Two more than there are cores: half of its time a test waits, for a server or a browser."""
    cores_or_told = yield
    return cores_or_told + (0 if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else 2)


# Where nothing may be skipped, a skip is a failure that keeps its reason.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and skips_are_failures():
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and skips_are_failures():
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report
