"""A server that is not installed on this machine, run over a view of its files.

``.ci/install-test-servers`` keeps what the installation of each server changed under ``KEPT``. Here
those files are the upper layer of an overlay over ``/``, in memory, and the server runs in it with
mounts and process numbers of its own: nothing of it outlives the block, and any number of them run
side by side. The network is the machine's; each binds 127.0.0.1 on ports that were free.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tests.support import need
from tests.support.certs import Authority, Leaf
from tests.support.process import end, free_port, start

KEPT = Path("/var/lib/popscope-tests")
PASSWORD = "secret"
FIRST_UID = 5000

# $1: what the installation changed; $2: the instance's folder, at the same path inside.
_ENTER = """
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/work /mnt/root
cp -a "$1" /mnt/upper
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mkdir -p "/mnt/root$2"
mount --bind "$2" "/mnt/root$2"
exec chroot /mnt/root sh -euc 'cd "$1"; . ./run' sh "$2"
"""


class Overlaid:
    """The life of such a server; what is particular to one of them is in a class of its own.

    Args:
        authority: who issues the default certificate; ``.authority`` is what clients must trust.
        certificate: what to present over TLS; by default a right one for loopback.
    """

    name: ClassVar[str]
    host = "127.0.0.1"
    has_tls: ClassVar[bool] = False
    has_capa: ClassVar[bool] = True
    has_uidl: ClassVar[bool] = True
    has_top: ClassVar[bool] = True
    mechanisms: ClassVar[frozenset[str]]
    in_use: ClassVar[str | None] = None
    top_adds: ClassVar[bytes] = b""

    def __init__(
        self, *, authority: Authority | None = None, certificate: Leaf | None = None
    ) -> None:
        self.authority = authority or Authority()
        self.port = 0
        self.tls_port: int | None = None
        self._certificate = certificate
        self._folder = Path()
        self._child: subprocess.Popen[bytes] | None = None
        self._inner = 0  # the process that is number 1 inside
        self._users = 0
        self._delivered = 0

    @property
    def starttls(self) -> bool:
        """Whether STLS works on ``port``: where there is a TLS port, there is STLS too."""
        return self.has_tls

    # Life

    def __enter__(self) -> Self:
        kept = KEPT / self.name
        if os.geteuid() != 0:
            need.lack(f"{self.name} can only be started as root")
        if not kept.exists():
            need.lack(f"{self.name} is not installed: .ci/install-test-servers does that on Debian")
        for program in ("unshare", "nsenter", "setpriv"):
            need.program(program, package="util-linux")
        # A short name: Unix sockets lie there, whose paths end at 108 octets.
        self._folder = Path(tempfile.mkdtemp(prefix="ps-", dir="/tmp"))
        self._folder.chmod(0o755)
        try:
            (self._certificate or self.authority.leaf()).write(self._folder)
            self._prepare()
            self._start(kept)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove all its files. A second call does nothing."""
        self._end_child()
        if self._folder != Path():
            shutil.rmtree(self._folder)
            self._folder = Path()

    @property
    def pid(self) -> int:
        """The process id that everything of this server ends with."""
        if self._child is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._child.pid

    @property
    def log(self) -> str:
        """What the server has printed so far."""
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def inside(self, *command: str, says: bytes = b"") -> bytes:
        """Run a command where the server runs; return what it printed.

        Raises:
            RuntimeError: it failed.
        """
        done = subprocess.run(
            ["nsenter", "--target", str(self._inner), "--mount", "--pid", "--root", *command],
            input=says,
            capture_output=True,
            check=False,
            cwd="/",
            timeout=60,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr.decode(errors='replace')}")
        return done.stdout

    # Mail

    def mailbox(self) -> tuple[str, str]:
        """Make a new empty mailbox; return its user name and password."""
        self._users += 1
        user = f"user{self._users}"
        self._add_user(user, FIRST_UID + self._users)
        return user, PASSWORD

    def deliver(self, user: str, raw: bytes) -> None:
        """Store a message as the last one; its line ends become the store's own."""
        raise NotImplementedError

    def messages(self, user: str) -> list[bytes]:
        """What is stored now, in the order of delivery, with CRLF line ends."""
        raise NotImplementedError

    def unaltered(self, wire: bytes) -> bytes:
        """The message as it was delivered, from what RETR sent: less what this server adds."""
        return wire

    # What each server has in its own way

    def _prepare(self) -> None:
        """Make what the server must find in its folder."""

    def _script(self) -> str:
        """Shell text that sets the server up and then waits for it in the foreground."""
        raise NotImplementedError

    def _add_user(self, user: str, uid: int) -> None:
        raise NotImplementedError

    # Inside

    def _start(self, kept: Path) -> None:
        for _ in range(3):  # a free port may be taken by a neighbour before the server binds it
            self.port = free_port()
            self.tls_port = free_port() if self.has_tls else None
            self._spawn(kept)
            if self._answers():
                return
            self._end_child()
            if not any(_taken(port) for port in (self.port, self.tls_port)):
                break
        raise RuntimeError(f"{self.name} did not start:\n{self.log}")

    def _spawn(self, kept: Path) -> None:
        (self._folder / "run").write_text(self._script())
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", _ENTER]
        with (self._folder / "log").open("ab") as log:
            # unshare is deaf to TERM, and takes all inside with it when it is killed.
            self._child = start(
                [*command, "sh", os.fspath(kept), os.fspath(self._folder)], output=log, death="KILL"
            )

    def _answers(self) -> bool:
        """Wait until it greets and its ports are open, or it has died, or 30 s have passed."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                return False
            self._inner = _only_child(self._child.pid) or 0
            if self._inner and self._greets():
                return True
            time.sleep(0.05)
        return False

    def _greets(self) -> bool:
        try:
            if self.tls_port is not None:
                socket.create_connection((self.host, self.tls_port), 5).close()
            with socket.create_connection((self.host, self.port), 5) as probe:
                greeting = probe.recv(3)
                probe.sendall(b"QUIT\r\n")
        except OSError:
            return False
        return greeting == b"+OK"

    def _end_child(self) -> None:
        if self._child is None:
            return
        # When number 1 of a process namespace ends, the kernel ends all others first.
        self._inner = self._inner or _only_child(self._child.pid) or 0
        if self._inner:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._inner, signal.SIGKILL)
        end(self._child)
        self._child, self._inner = None, 0


def _only_child(pid: int) -> int | None:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None


def _taken(port: int | None) -> bool:
    if port is None:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
