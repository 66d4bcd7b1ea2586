"""Each server runs, keeps what it is given, and leaves nothing behind."""

import os
import poplib
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import need
from tests.support.certs import Authority
from tests.support.servers import SERVERS, Pop3Server, overlay

pytestmark = pytest.mark.interop
ROOT = Path(__file__).resolve().parents[3]
OVERLAID = [name for name in SERVERS if name != "dovecot"]


def letter(number: int) -> bytes:
    """Has what servers that add missing fields would add, and lines that are byte-stuffed."""
    return (
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Letter %d\r\n"
        b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <%d@example.org>\r\n\r\n"
        b"text\r\n.\r\n..two\r\n.one\r\n\r\nend\r\n" % (number, number)
    )


@pytest.fixture(params=SERVERS, scope="module")
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Pop3Server]:
    with SERVERS[request.param](authority=authority) as running:
        yield running


def signed_in(server: Pop3Server, user: str, password: str) -> poplib.POP3:
    client = poplib.POP3(server.host, server.port, timeout=30)
    try:
        client.user(user)
        client.pass_(password)
    except poplib.error_proto:
        client.close()
        raise
    return client


def test_it_keeps_what_was_delivered_and_tells_what_is_left(server: Pop3Server) -> None:
    user, password = server.mailbox()
    assert server.messages(user) == []
    letters = [letter(number) for number in range(3)]
    for one in letters:
        server.deliver(user, one)
    assert [server.unaltered(kept) for kept in server.messages(user)] == letters
    client = signed_in(server, user, password)
    sent = [b"".join(line + b"\r\n" for line in client.retr(n)[1]) for n in (1, 2, 3)]
    assert sorted(server.unaltered(wire) for wire in sent) == letters
    gone = server.unaltered(sent[1])
    client.dele(2)
    client.quit()
    wanted = [one for one in letters if one != gone]
    for _ in range(100):  # Courier says goodbye first and removes then
        left = [server.unaltered(kept) for kept in server.messages(user)]
        if left == wanted:
            break
        time.sleep(0.05)
    assert left == wanted


def test_every_mailbox_is_another(server: Pop3Server) -> None:
    (one, password), (two, _) = server.mailbox(), server.mailbox()
    assert one != two
    server.deliver(one, letter(1))
    client = signed_in(server, two, password)
    assert client.stat() == (0, 0)
    client.quit()


def test_tls_is_there_where_it_says_so_with_the_certificate(server: Pop3Server) -> None:
    assert server.starttls == bool(server.tls_port)
    if not server.tls_port:
        return
    trusting = server.authority.client_context()
    poplib.POP3_SSL("localhost", server.tls_port, context=trusting, timeout=20).quit()
    client = poplib.POP3("localhost", server.port, timeout=20)
    client.stls(trusting)
    client.quit()


def test_what_it_says_it_has_is_what_it_has(server: Pop3Server) -> None:
    client = poplib.POP3(server.host, server.port, timeout=20)
    try:
        capabilities = client.capa()
    except poplib.error_proto:
        assert not server.has_capa
        capabilities = {}
    else:
        assert server.has_capa
    announced = set(capabilities.get("SASL", [])) - {"XOAUTH2", "OAUTHBEARER"}
    assert announced == server.mechanisms - {"USER", "APOP"}
    assert "APOP" not in server.mechanisms or b"<" in client.welcome
    client.quit()


@pytest.mark.parametrize("name", OVERLAID)
def test_two_side_by_side_and_each_ends_its_own(name: str) -> None:
    make = SERVERS[name]
    with make() as one:
        user, password = one.mailbox()
        with make() as two:
            two.mailbox()
            assert one.port != two.port
            one.deliver(user, letter(1))
            client = signed_in(two, user, password)
            assert client.stat()[0] == 0
            client.quit()
            ended, port = two.pid, two.port
        assert not Path(f"/proc/{ended}").exists()
        with pytest.raises(ConnectionRefusedError):
            poplib.POP3("127.0.0.1", port, timeout=5)
        client = signed_in(one, user, password)
        assert client.stat()[0] == 1
        client.quit()


@pytest.mark.parametrize("name", OVERLAID)
def test_where_it_is_not_installed_it_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(overlay, "KEPT", tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(need, "skips_are_failures", lambda: False)
    with pytest.raises(pytest.skip.Exception, match=f"{name} is not installed"):
        SERVERS[name]().__enter__()
    monkeypatch.setattr(need, "skips_are_failures", lambda: True)
    with pytest.raises(pytest.fail.Exception, match=f"{name} is not installed"):
        SERVERS[name]().__enter__()


def test_the_machine_has_nothing_of_it() -> None:
    mounts = Path("/proc/self/mounts").read_text()
    with SERVERS["cyrus"]() as server:
        server.mailbox()
        assert Path("/proc/self/mounts").read_text() == mounts
        assert not Path("/etc/imapd.conf").exists()


def test_it_ends_with_the_process_that_started_it() -> None:
    script = """
import os, time
from tests.support.servers import SERVERS
server = SERVERS["popa3d"]().__enter__()
print(server.pid, server._folder, flush=True)
time.sleep(60)
"""
    if os.geteuid() != 0 or not (overlay.KEPT / "popa3d").exists():
        need.lack("popa3d is not installed: .ci/install-test-servers does that on Debian")
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout is not None
        pid, folder = runner.stdout.readline().split()
        gone = os.pidfd_open(int(pid))
        runner.send_signal(signal.SIGKILL)
        runner.wait()
    readable, _, _ = select.select([gone], [], [], 20)
    os.close(gone)
    shutil.rmtree(folder)
    assert readable
