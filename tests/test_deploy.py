"""The Dockerfile, the compose file and what they mount: checked against the code, and run."""

import contextlib
import ipaddress
import json
import os
import poplib
import re
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from .support import need
from .support.dovecot import MAIL_UID, Dovecot
from .support.popscope import RunningPopscope
from .support.process import end, free_port, start

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = ROOT / ".deploy" / "Caddyfile"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("popscope", "demo")
# Said once in the compose file, used by Caddy and in Popscope's public origin.
COMPOSE_ONLY = {"POPSCOPE_HOST"}


def interpolated(value: str, **variables: str) -> str:
    """Fill in ``${NAME:-default}`` as docker compose does."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: variables.get(found[1]) or found[2], value)


def variables_of(service: str) -> dict[str, str]:
    return {k: interpolated(v) for k, v in SERVICES[service].get("environment", {}).items()}


def settings_of(service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Read a service's variables with the app's own settings."""
    from app.settings import Settings

    for name in list(os.environ):
        if name.startswith("POPSCOPE_"):
            monkeypatch.delenv(name)
    for name, value in variables_of(service).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)  # no .env file here
    return Settings()


# Read


def test_everything_that_is_copied_or_mounted_is_there():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source in kept, f"{source} is kept out by .dockerignore"
    volumes = [volume for spec in SERVICES.values() for volume in spec.get("volumes", ())]
    mounted = [volume.split(":")[0] for volume in volumes]
    binds = [source for source in mounted if source.startswith(".")]
    assert binds
    for source in binds:
        assert (ROOT / source).exists(), source
    assert {source for source in mounted if not source.startswith(".")} <= set(COMPOSE["volumes"])


def test_one_port_runs_through_all_of_it():
    arguments = json.loads(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
    port = arguments[arguments.index("--port") + 1]
    assert re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE) == [port]
    assert f"http://127.0.0.1:{port}/livez" in DOCKERFILE
    assert SERVICES["popscope"]["expose"] == [port]
    assert f"{{$POPSCOPE_UPSTREAM:popscope:{port}}}" in CADDYFILE.read_text()
    (published,) = SERVICES["demo"]["ports"]
    assert published.split(":") == ["127.0.0.1", port, port]


def test_the_command_line_of_the_image_is_the_apps():
    from app.__main__ import main

    entry = json.loads(re.findall(r"^ENTRYPOINT (\[.*\])$", DOCKERFILE, re.MULTILINE)[0])
    command, *options = json.loads(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
    assert entry == ["popscope"]
    known = {flag for parameter in main.commands[command].params for flag in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(service):
    from app.settings import Settings

    prefix = str(Settings.model_config.get("env_prefix", ""))
    known = {f"{prefix}{name}".upper() for name in Settings.model_fields}
    used = set(variables_of(service))
    assert used
    assert used <= known


def test_popscope_believes_its_proxy_and_nobody_else(monkeypatch, tmp_path):
    settings = settings_of("popscope", monkeypatch, tmp_path)
    address = SERVICES["caddy"]["networks"]["front"]["ipv4_address"]
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(subnet)
    assert str(settings.trusted_proxy) == address
    assert str(settings.public_origin).rstrip("/") == "https://popscope.lan"
    assert "front" in SERVICES["popscope"]["networks"]
    assert "ports" not in SERVICES["popscope"], "only Caddy is open to the network"


def test_the_demo_offers_the_demo_maildrop_only(monkeypatch, tmp_path):
    settings = settings_of("demo", monkeypatch, tmp_path)
    assert str(settings.targets).lower().endswith("fixed")
    assert len(settings.servers) == 1
    host, port = variables_of("demo")["POPSCOPE_SERVERS"].removesuffix(";none").split(":")
    assert host in SERVICES
    assert f"port = {port}\n" in (ROOT / ".deploy/demo/dovecot.conf").read_text()
    assert set(SERVICES[host]["networks"]) == set(SERVICES["demo"]["networks"])


def test_the_host_name_is_the_same_everywhere():
    assert variables_of("caddy") == {"POPSCOPE_HOST": "popscope.lan"}
    assert "{$POPSCOPE_HOST:popscope.lan} {" in CADDYFILE.read_text()
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert named == COMPOSE_ONLY


@pytest.mark.parametrize("service", OURS)
def test_popscope_runs_with_as_little_as_it_needs(service):
    spec = SERVICES[service]
    assert spec["read_only"] is True
    assert spec["tmpfs"] == ["/tmp"]
    assert spec["volumes"] == ["spool:/spool"]  # large messages must not go to memory
    assert " TMPDIR=/spool" in DOCKERFILE
    assert "\nVOLUME /spool\n" in DOCKERFILE
    assert spec["cap_drop"] == ["ALL"]
    assert "cap_add" not in spec
    assert spec["security_opt"] == ["no-new-privileges:true"]
    user = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert all(int(number) > 0 for number in user)


# Run


@dataclass
class Proxy:
    """A running Caddy in front of a running Popscope."""

    https_port: int
    http_port: int
    authority: Path
    popscope: RunningPopscope
    dovecot: Dovecot
    host: str = "popscope.lan"

    @property
    def origin(self) -> str:
        return f"https://{self.host}:{self.https_port}"

    def client(self) -> httpx.Client:
        """Return a client that knows Caddy's authority and takes loopback for every name."""
        context = ssl.create_default_context(cafile=os.fspath(self.authority))
        return httpx.Client(transport=_Loopback(context), base_url=self.origin, timeout=20)


class _Loopback(httpx.HTTPTransport):
    """Connects to 127.0.0.1, with the name in the URL kept for TLS and the Host header."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


def wait_until(happened: Any, log: Path, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError):
            if happened():
                return
        time.sleep(0.05)
    pytest.fail(f"a server did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def proxy(dovecot, tmp_path_factory) -> Iterator[Proxy]:
    caddy = need.program("caddy", package="caddy")
    folder = tmp_path_factory.mktemp("caddy")
    https_port, http_port = free_port(), free_port()
    popscope = RunningPopscope(
        settings={
            "POPSCOPE_PUBLIC_ORIGIN": f"https://popscope.lan:{https_port}",
            "POPSCOPE_TRUSTED_PROXY": "127.0.0.1",
            "POPSCOPE_SERVERS": f"127.0.0.1:{dovecot.port};none",
            "POPSCOPE_TARGETS": "fixed",
        }
    )
    with popscope, (folder / "log").open("wb") as log:
        env = {
            **os.environ,
            "XDG_DATA_HOME": os.fspath(folder),
            "XDG_CONFIG_HOME": os.fspath(folder),
            "HOME": os.fspath(folder),
            "POPSCOPE_HOST": "popscope.lan",
            "POPSCOPE_UPSTREAM": f"127.0.0.1:{popscope.port}",
            "CADDY_HTTP_PORT": str(http_port),
            "CADDY_HTTPS_PORT": str(https_port),
        }
        command = [caddy, "run", "--adapter", "caddyfile", "--config", os.fspath(CADDYFILE)]
        child = start(command, output=log, env=env)
        try:
            running = Proxy(
                https_port,
                http_port,
                folder / "caddy/pki/authorities/local/root.crt",
                popscope,
                dovecot,
            )
            wait_until(lambda: _handshakes(running), folder / "log", child)
            yield running
        finally:
            end(child)


def _handshakes(proxy: Proxy) -> bool:
    context = ssl.create_default_context(cafile=os.fspath(proxy.authority))
    with (
        socket.create_connection(("127.0.0.1", proxy.https_port), 5) as plain,
        context.wrap_socket(plain, server_hostname=proxy.host),
    ):
        return True


@pytest.mark.interop
def test_the_caddyfile_is_valid_and_formatted(tmp_path):
    caddy = need.program("caddy", package="caddy")
    env = {**os.environ, "XDG_DATA_HOME": os.fspath(tmp_path), "HOME": os.fspath(tmp_path)}
    checked = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", CADDYFILE],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    formatted = subprocess.run(
        [caddy, "fmt", CADDYFILE], env=env, capture_output=True, text=True, check=True
    )
    assert formatted.stdout == CADDYFILE.read_text()


@pytest.mark.interop
def test_the_page_comes_over_tls_with_hsts(proxy):
    with proxy.client() as client:
        page = client.get("/")
        assert page.status_code == 200
        assert 'type="password"' in page.text
        assert "max-age=" in page.headers["strict-transport-security"]
        assert client.get("/livez").status_code == 200


@pytest.mark.interop
def test_plain_http_is_sent_to_https(proxy):
    answer = httpx.get(f"http://127.0.0.1:{proxy.http_port}/", headers={"Host": proxy.host})
    assert answer.status_code == 308
    assert answer.headers["location"].startswith(f"https://{proxy.host}")


@pytest.mark.interop
def test_a_script_signs_in_through_the_proxy(proxy):
    proxy.dovecot.deliver("caddy-api", b"Subject: through the proxy\n\nhello\n")
    with proxy.client() as client:
        opened = client.post(
            "/api/v1/session",
            json={
                "username": "caddy-api",
                "password": "secret",
                "server": "127.0.0.1",
                "port": proxy.dovecot.port,
                "security": "none",
            },
            headers={"Origin": proxy.origin},
        )
        assert opened.status_code == 201, opened.text
        assert opened.json()["messages"] == 1
        bearer = {"Authorization": f"Bearer {opened.json()['token']}"}
        client.cookies.clear()
        assert client.get("/api/v1/stat", headers=bearer).json()["messages"] == 1
        assert client.delete("/api/v1/session", headers=bearer).status_code == 204


@pytest.mark.interop
@pytest.mark.browser
async def test_a_person_signs_in_through_the_proxy(proxy, page_at):
    proxy.dovecot.deliver("caddy-person", b"Subject: seen by a person\n\nhello\n")
    page = await page_at(ignore_https_errors=True)
    await page.goto(proxy.origin)
    await page.fill("input[autocomplete=username]", "caddy-person")
    await page.fill("input[type=password]", "secret")
    await page.press("input[type=password]", "Enter")
    await page.get_by_role("link", name="seen by a person", exact=True).wait_for()
    cookies = {cookie.get("name", ""): cookie for cookie in await page.context.cookies()}
    del cookies["__Host-popscope-zone"]  # a script of the page's sets it: it is no secret
    port = urlsplit(proxy.origin).port
    assert cookies.keys() == {f"__Host-popscope-{port}"}
    for cookie in cookies.values():
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"


@pytest.mark.interop
def test_a_cross_site_form_is_refused_through_the_proxy_too(proxy):
    with proxy.client() as client:
        client.get("/")
        refused = client.post(
            "/signin",
            data={"username": "x", "password": "y"},
            headers={"Origin": "https://evil.example"},
        )
        assert refused.status_code == 403


@pytest.mark.interop
def test_the_demo_maildrop_fills_itself_and_serves():
    with tempfile.TemporaryDirectory(prefix="pd-") as folder:
        Path(folder).chmod(0o755)  # so that the mail user may walk through
        serve_the_demo_maildrop(Path(folder))


def serve_the_demo_maildrop(tmp_path: Path) -> None:
    dovecot = need.program("dovecot", package="dovecot")
    if os.geteuid() != 0:
        need.lack("dovecot can only be started as root")
    demo = ROOT / ".deploy" / "demo"
    home, port = tmp_path / "demo", free_port()
    filled = {
        **os.environ,
        "MAIL_HOME": os.fspath(home),
        "MAIL_OWNER": f"{MAIL_UID}:{MAIL_UID}",
    }
    for _ in range(2):  # the second start finds the maildrop as it is
        subprocess.run(["sh", demo / "start", "true"], env=filled, check=True)
    samples = sorted((demo / "mail").glob("*.eml"))
    assert len(list((home / "Maildir/new").iterdir())) == len(samples) + 1

    config = tmp_path / "dovecot.conf"
    config.write_text(
        f"!include {demo}/dovecot.conf\n"
        f"base_dir = {tmp_path}/run\nlisten = 127.0.0.1\nmail_home = {tmp_path}/%Ln\n"
        f"mail_uid = {MAIL_UID}\nmail_gid = {MAIL_UID}\n"
        f"service pop3-login {{\n  inet_listener pop3 {{\n    port = {port}\n  }}\n}}\n"
    )
    with (tmp_path / "log").open("wb") as log:
        child = start([dovecot, "-F", "-c", os.fspath(config)], output=log)
        try:
            wait_until(lambda: _greets(port), tmp_path / "log", child)
            client = poplib.POP3("127.0.0.1", port, timeout=20)
            client.user("demo")
            client.pass_("demo")
            sizes = [int(row.split()[1]) for row in client.list()[1]]
            assert len(sizes) == len(samples) + 1
            assert 12_000_000 < sizes[-1] < 13_000_000
            assert max(sizes[:-1]) < 10_000
            assert b"Subject: Welcome to your maildrop" in client.top(1, 0)[1]
            client.dele(len(sizes))
            client.quit()
        finally:
            end(child)
    assert len(list((home / "Maildir/cur").iterdir())) == len(samples)


def _greets(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 5) as probe:
        return probe.recv(3) == b"+OK"
