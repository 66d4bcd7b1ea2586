"""The command line, as a process: addresses, bad settings, warnings, and its end."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, chdir, contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from app import __version__
from app.__main__ import main

from .support.maildrop import FakeMaildrop, Quirks, huge, plain
from .support.popscope import ROOT, RunningPopscope
from .support.process import end, start
from .support.scripted import ScriptedServer
from .web.visiting import Browser, Script

pytestmark = pytest.mark.heavy


def environment(**variables: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("POPSCOPE_")}
    given = {f"POPSCOPE_{name}": value for name, value in variables.items()}
    return {**inherited, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **given}


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def invoke(folder: Path, *arguments: str, **variables: str) -> Result:
    """The same in this process: half of a command's time is to begin one."""
    others = dict.fromkeys(os.environ.keys() - environment().keys())
    with chdir(folder):
        return CliRunner(env=others | environment(**variables)).invoke(main, arguments)


@contextmanager
def started(folder: Path, *arguments: str, **variables: str) -> Iterator[tuple[str, Path]]:
    """A process that serves; yields the address it printed, and its output's file."""
    output = folder / "output"
    with output.open("wb") as file:
        child = start(
            [sys.executable, "-m", "app", *arguments],
            output=file,
            env=environment(**variables),
            cwd=folder,
        )
        try:
            deadline = time.monotonic() + 30
            while (found := re.search(r"(http://\S+)/ ", output.read_text())) is None:
                assert child.poll() is None, output.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield found[1], output
        finally:
            end(child)


def test_it_says_its_version_and_its_commands(tmp_path):
    assert run(tmp_path, "--version").stdout == f"popscope, version {__version__}\n"
    shown = run(tmp_path, "-h").stdout
    for command in ("serve", "demo", "settings"):
        assert re.search(rf"^  {command} ", shown, re.MULTILINE)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_port_0_picks_a_port_and_prints_it(tmp_path, command):
    with started(tmp_path, command, "--port", "0") as (address, output):
        assert re.fullmatch(r"http://localhost:\d{2,5}", address)
        with urllib.request.urlopen(f"{address}/", timeout=20) as answer:
            page = answer.read().decode()
        assert '<form method="post" action="/signin"' in page
        assert ("Look around in a demo mailbox" in page) is (command == "demo")
        printed = output.read_text()
    assert printed.count("\n") == 1
    assert "warning" not in printed.lower()


async def test_the_demo_mailbox_opens_at_one_click():
    with RunningPopscope("demo", settings={"POPSCOPE_PORTS": "110"}) as popscope:
        async with httpx.AsyncClient(base_url=popscope.url, timeout=60) as http:
            browser = Browser(http)
            await browser.open("/")
            page = await browser.send("/demo")
            assert page.url.path == "/mailbox"
            assert "demo mailbox" in page.text
            shown = re.search(r"<b>([\d,]+)</b> messages", page.text)
            assert shown is not None
            assert int(shown[1].replace(",", "")) > 1000


async def test_every_visitor_of_the_demo_has_a_mailbox_of_their_own():
    async with AsyncExitStack() as stack:
        popscope = stack.enter_context(RunningPopscope("demo"))
        people = [
            Browser(
                await stack.enter_async_context(
                    httpx.AsyncClient(base_url=popscope.url, timeout=60)
                )
            )
            for _ in range(3)
        ]

        async def messages(browser: Browser) -> int:
            answer = await browser.http.get("/api/v1/stat")
            return int(answer.json()["messages"])

        for browser in people:  # all at the same time, and none is told that it is in use
            await browser.open("/")
            assert (await browser.send("/demo")).url.path == "/mailbox"
        first, second, _third = people
        whole = await messages(first)
        id = (await first.http.get("/api/v1/list?per_page=1")).json()["messages"][0]["id"]
        await first.send(f"/mailbox/messages/{id}/mark")
        assert (await first.commit()).status_code == 200
        assert [await messages(one) for one in people] == [whole - 1, whole, whole]

        # Another tab that stood at the door: the same mailbox, and the first tab goes on in it.
        tab = await first.send("/demo")
        assert tab.url.path == "/mailbox"
        assert (await first.send("/mailbox/refresh")).status_code == 200
        assert await messages(first) == whole - 1
        await first.send("/signout")
        await first.open("/")
        await first.send("/demo")
        assert await messages(first) == whole - 1
        assert await messages(second) == whole

        # Scripts name themselves; the server is found by the domain.
        who = {"username": "anna@popscope.example", "password": "demo"}
        async with httpx.AsyncClient(base_url=popscope.url) as http:
            opened = await http.post("/api/v1/session", json=who)
            assert (opened.status_code, opened.json()["messages"]) == (201, whole)
            bad = await http.post("/api/v1/session", json={**who, "password": "no"})
            assert bad.json()["code"] == "login-rejected"
            other = await http.post(
                "/api/v1/session", json={**who, "username": "b@popscope.example"}
            )
            assert other.status_code == 201
        assert "Traceback" not in popscope.output


@pytest.mark.parametrize("command", ["serve", "demo", "settings"])
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TARGETS": "moon"}, "POPSCOPE_TARGETS: Input should be 'fixed', 'lan' or 'public'"),
        ({"TARGETS": "fixed"}, "POPSCOPE_TARGETS=fixed needs POPSCOPE_SERVERS"),
        ({"TRUSTED_PROXY": "*"}, "POPSCOPE_TRUSTED_PROXY: '*' is no address or network of a proxy"),
    ],
)
def test_bad_settings_end_it_with_plain_words(tmp_path, command, variables, said):
    ran = invoke(
        tmp_path, command, *(() if command == "settings" else ("--port", "0")), **variables
    )
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == f"{said}\n"


def test_every_bad_setting_is_told_at_once(tmp_path):
    ran = invoke(tmp_path, "settings", PORTS="0", SESSION_IDLE="soon")
    assert ran.exit_code == 2
    assert [line.partition(":")[0] for line in ran.stderr.splitlines()] == [
        "POPSCOPE_PORTS",
        "POPSCOPE_SESSION_IDLE",
    ]


def test_a_variable_that_is_none_of_ours_is_warned_of(tmp_path):
    ran = invoke(tmp_path, "settings", TARGET="fixed")
    assert ran.exit_code == 0
    assert ran.stderr == "warning: POPSCOPE_TARGET is no setting of Popscope\n"
    (tmp_path / ".env").write_text("POPSCOPE_PORT=995\nPOPSCOPE_TARGETS=public\nOTHER=1\n")
    ran = invoke(tmp_path, "settings")
    assert ran.stderr == "warning: POPSCOPE_PORT is no setting of Popscope\n"
    assert "POPSCOPE_TARGETS=public" in ran.stdout


def test_settings_are_printed_so_that_they_can_be_a_dotenv_file(tmp_path):
    given = {"SERVERS": "pop.example.net:110;starttls", "TARGETS": "fixed", "SESSION_MAX": "30d"}
    first = invoke(tmp_path, "settings", **given)
    assert "POPSCOPE_SESSION_MAX=2592000\n" in first.stdout
    (tmp_path / ".env").write_text(first.stdout)
    second = invoke(tmp_path, "settings")
    assert (second.exit_code, second.stderr) == (0, "")
    assert second.stdout == first.stdout


def test_a_port_that_is_taken_is_said(tmp_path):
    with started(tmp_path, "serve", "--port", "0") as (address, _):
        ran = run(tmp_path, "serve", "--port", address.rpartition(":")[2])
    assert ran.returncode != 0
    assert "address already in use" in ran.stderr.lower()
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    ran = invoke(tmp_path, "serve", "--port", port)
    assert ran.exit_code == 2
    assert "--port" in ran.stderr


# Its end


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_told_and_gives_the_lock_back(stop):
    fake = FakeMaildrop([*plain(2)], quirks=Quirks(exclusive=True))
    async with ScriptedServer(fake) as server:
        with RunningPopscope() as popscope:
            async with httpx.AsyncClient(base_url=popscope.url) as http:
                script = await Script.signed_in(http, server)
                await script.post("/dele", {"ids": await script.ids()})
                popscope.process.send_signal(stop)
                began = time.monotonic()
                await _ended(popscope)
                assert time.monotonic() - began < 5
            assert "Traceback" not in popscope.output
            async with asyncio.timeout(5):
                while fake._holders:  # noqa: ASYNC110 -- of another process
                    await asyncio.sleep(0.01)
        assert fake.count("QUIT") == fake.count("DELE") == 0
        assert len(fake.messages) == 2


@pytest.mark.parametrize("stage", ["QUIT", "RETR body"])
async def test_it_ends_in_time_though_a_server_or_a_browser_hangs(stage):
    fake = FakeMaildrop([huge(100_000)], quirks=Quirks(stall_at=stage))
    async with ScriptedServer(fake) as server:
        with RunningPopscope() as popscope:
            async with httpx.AsyncClient(base_url=popscope.url) as http:
                script = await Script.signed_in(http, server)
                (id,) = await script.ids()
                request = http.build_request(
                    "GET", f"/api/v1/messages/{id}/retr", headers=script.headers
                )
                if stage != "QUIT":
                    answer = await http.send(request, stream=True)
                    assert answer.status_code == 200
                popscope.process.terminate()
                began = time.monotonic()
                await _ended(popscope)
                assert time.monotonic() - began < 9  # container engines kill after 10 s
        assert fake.count("DELE") == 0


async def _ended(popscope: RunningPopscope) -> None:
    """Wait for the process without holding up the server of this test."""
    for _ in range(400):
        if popscope.process.poll() is not None:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"it went on and on:\n{popscope.output}")
