"""A real Dovecot on loopback: one instance per ``with`` block, any number side by side.

Every user name is accepted with the password ``secret`` and has a Maildir of its own, made at the
first delivery or login. The class is synchronous on purpose: the server is another process, so it
belongs to no event loop and may live as long as a test session.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from . import need
from .certs import Authority, Leaf
from .process import end, free_port, start
from .stores import crlf

MAIL_UID = 5000
PASSWORD = "secret"
ALL_MECHANISMS = (
    "plain",
    "login",
    "cram-md5",
    "scram-sha-1",
    "scram-sha-256",
    "xoauth2",
    "oauthbearer",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One message file: where it lies now, its size in octets as stored, its SHA-256 (hex)."""

    path: Path
    octets: int
    sha256: str


class Dovecot:
    """A running POP3 server.

    Args:
        mechanisms: SASL mechanisms to offer (Dovecot's own names, lower case; ``apop`` too).
        plaintext: whether clear-text logins are allowed before TLS
            (``disable_plaintext_auth = no``); without, ``host`` is another loopback address.
        tls: whether there is TLS at all: STLS on ``port``, and a TLS listener on ``tls_port``.
        certificate: what to present; by default a right one for loopback, issued by ``authority``.
        authority: who issues the default certificate; ``.authority`` is what clients must trust.
        connections_per_user: ``mail_max_userip_connections``.
        lock_session: ``pop3_lock_session``: one session per maildrop, others get ``[IN-USE]``.
        settings: further settings by name, written last, so that they win.
        stored: the password as Dovecot has it, with its scheme: ``{SHA}…`` can check no proof.
        extra: further configuration text (blocks), written after everything else.
    """

    def __init__(
        self,
        *,
        mechanisms: Iterable[str] = ALL_MECHANISMS,
        plaintext: bool = True,
        tls: bool = True,
        certificate: Leaf | None = None,
        authority: Authority | None = None,
        connections_per_user: int = 100,
        lock_session: bool = False,
        settings: Mapping[str, str] | None = None,
        stored: str = f"{{PLAIN}}{PASSWORD}",
        extra: str = "",
    ) -> None:
        # Dovecot calls a connection secured when both its addresses are the same; ours to 127.0.0.2
        # comes from 127.0.0.1.
        self.host = "127.0.0.1" if plaintext else "127.0.0.2"
        self.port = 0
        self.tls_port = 0
        self.authority = authority or Authority()
        self._certificate = certificate
        self._tls = tls
        self._settings = {
            "auth_mechanisms": " ".join(mechanisms),
            "disable_plaintext_auth": "no" if plaintext else "yes",
            "ssl": "yes" if tls else "no",
            "mail_max_userip_connections": str(connections_per_user),
            "pop3_lock_session": "yes" if lock_session else "no",
            **(settings or {}),
        }
        self._stored = stored
        self._extra = extra
        self._folder = Path()
        self._child: subprocess.Popen[bytes] | None = None
        self._delivered = 0
        self._users = 0

    # What it has in common with the servers of ``tests.support.servers``

    name = "dovecot"
    has_capa = has_uidl = has_top = True
    top_adds = b""

    @property
    def starttls(self) -> bool:
        """Whether STLS works on ``port``."""
        return self._tls

    @property
    def mechanisms(self) -> frozenset[str]:
        """Every way to sign in with a password, by the names of ``Credentials.mechanism``."""
        offered = {name.upper() for name in self._settings["auth_mechanisms"].split()}
        return frozenset(offered - {"XOAUTH2", "OAUTHBEARER"} | {"USER"})

    @property
    def in_use(self) -> str | None:
        """The reply to a second login while a first one is there; None if it lets both in."""
        locks = self._settings["pop3_lock_session"] == "yes"
        return "-ERR [IN-USE] Mailbox is locked by another POP3 session." if locks else None

    def mailbox(self) -> tuple[str, str]:
        """Make a new empty mailbox; return its user name and password."""
        self._users += 1
        user = f"user{self._users}"
        self.maildir(user)
        return user, PASSWORD

    def messages(self, user: str) -> list[bytes]:
        """What is stored now, in the order of delivery, with CRLF line ends."""
        stored = sorted(self.messages_on_disk(user).items())
        return [crlf(one.path.read_bytes()) for _, one in stored]

    def unaltered(self, wire: bytes) -> bytes:
        """The message as it was delivered, from what RETR sent: Dovecot adds nothing."""
        return wire

    # Life

    def __enter__(self) -> Self:
        binary = need.program("dovecot", package="dovecot")
        if not Path("/usr/lib/dovecot/pop3-login").exists():
            need.lack("dovecot is installed without dovecot-pop3d")
        if os.geteuid() != 0:
            need.lack("dovecot can only be started as root")
        # A short name: base_dir holds Unix sockets, whose paths end at 108 octets.
        self._folder = Path(tempfile.mkdtemp(prefix="pd-", dir="/tmp"))
        self._folder.chmod(0o755)
        try:
            self._start(binary)
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
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = Path()

    def restart(self) -> None:
        """End the server and start it again on the same ports, with the same mail."""
        self._end_child()
        self._spawn(need.program("dovecot", package="dovecot"))
        if not self._answers():
            raise RuntimeError(f"dovecot did not come back:\n{self.log}")

    @property
    def pid(self) -> int:
        """The process id of Dovecot's master process."""
        if self._child is None:
            raise RuntimeError("dovecot is not running")
        return self._child.pid

    @property
    def log(self) -> str:
        """Everything Dovecot has logged so far."""
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def ended(self, user: str) -> int:
        """How many POP3 sessions of a user it has seen the end of."""
        return len(re.findall(rf"pop3\({re.escape(user)}\).*: Disconnected", self.log))

    # Mail

    def maildir(self, user: str) -> Path:
        """Return the user's Maildir, made if it was not there."""
        if not user or "/" in user or user.startswith("."):
            raise ValueError(f"not a user name for tests: {user!r}")
        home = self._folder / "mail" / user
        maildir = home / "Maildir"
        if not maildir.exists():
            for folder in (home, maildir, *(maildir / part for part in ("tmp", "new", "cur"))):
                folder.mkdir(exist_ok=True)
                os.chown(folder, MAIL_UID, MAIL_UID)
        return maildir

    def deliver(self, user: str, raw: bytes) -> Path:
        """Deliver one message as it stands; return its file (Dovecot moves it to ``cur`` later)."""
        return self.deliver_many(user, [raw])[0]

    def deliver_many(self, user: str, messages: Iterable[bytes]) -> list[Path]:
        """Deliver messages in this order, which is also the order of their message numbers.

        The names carry ``S=`` (octets stored) and ``W=`` (octets with CRLF line ends), so that
        Dovecot can answer STAT and LIST without opening a file.
        """
        maildir = self.maildir(user)
        tmp, new = os.fspath(maildir / "tmp"), os.fspath(maildir / "new")
        host = socket.gethostname().replace("/", "_").replace(":", "_")
        placed: list[Path] = []
        for raw in messages:
            self._delivered += 1
            wire = len(raw) + raw.count(b"\n") - raw.count(b"\r\n")
            # Dovecot numbers new files by the seconds their names begin with.
            name = (
                f"{1_600_000_000 + self._delivered}.M0P{os.getpid()}Q{self._delivered}.{host}"
                f",S={len(raw)},W={wire}"
            )
            with open(f"{tmp}/{name}", "xb", buffering=0) as file:  # noqa: PTH123  # 100,000 times
                file.write(raw)
                os.fchown(file.fileno(), MAIL_UID, MAIL_UID)
            os.rename(f"{tmp}/{name}", f"{new}/{name}")  # noqa: PTH104  # 100,000 times
            placed.append(Path(new, name))
        return placed

    def messages_on_disk(self, user: str) -> dict[str, Stored]:
        """Return what is stored now, by the file's base name (without Dovecot's flags).

        The base name of a delivered file is ``deliver(...).name`` and never changes.
        """
        found: dict[str, Stored] = {}
        for part in ("new", "cur"):
            for path in (self.maildir(user) / part).iterdir():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                found[path.name.partition(":")[0]] = Stored(path, path.stat().st_size, digest)
        return found

    def octets_on_disk(self, user: str) -> int:
        """Return the sum of the sizes of all stored message files."""
        return sum(stored.octets for stored in self.messages_on_disk(user).values())

    # Inside

    def _start(self, binary: str) -> None:
        (self._folder / "mail").mkdir()
        os.chown(self._folder / "mail", MAIL_UID, MAIL_UID)
        (self._certificate or self.authority.leaf()).write(self._folder)
        for _ in range(3):  # a free port may be taken by a neighbour before Dovecot binds it
            self.port, self.tls_port = free_port(), free_port() if self._tls else 0
            self._spawn(binary)
            if self._answers():
                return
            self._end_child()
            if "Address already in use" not in self.log:
                break
        raise RuntimeError(f"dovecot did not start:\n{self.log}")

    def _spawn(self, binary: str) -> None:
        config = self._folder / "dovecot.conf"
        config.write_text(self._config())
        with (self._folder / "log").open("ab") as log:
            self._child = start([binary, "-F", "-c", os.fspath(config)], output=log)

    def _answers(self) -> bool:
        """Wait until the greeting comes, or the server has died, or 15 s have passed."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                return False
            try:
                with socket.create_connection((self.host, self.port), 5) as probe:
                    greeting = probe.recv(3)
                    probe.sendall(b"QUIT\r\n")
                    while probe.recv(4096):
                        pass
            except OSError:
                greeting = b""
            if greeting == b"+OK":
                return True
            time.sleep(0.02)
        return False

    def _end_child(self) -> None:
        if self._child is not None:
            end(self._child)
            self._child = None

    def _config(self) -> str:
        settings = {
            "base_dir": f"{self._folder}/run",
            "log_path": f"{self._folder}/log",
            "protocols": "pop3",
            "listen": self.host,
            "ssl_cert": f"<{self._folder}/cert.pem",
            "ssl_key": f"<{self._folder}/key.pem",
            "mail_location": "maildir:~/Maildir",
            "first_valid_uid": str(MAIL_UID),
            "pop3_uidl_format": "%08Xu%08Xv",  # Dovecot's default, said aloud
            "auth_failure_delay": "0",
            **self._settings,
        }
        lines = [f"{name} = {value}" for name, value in settings.items()]
        blocks = f"""
passdb {{
  driver = static
  args = password={self._stored}
}}
userdb {{
  driver = static
  args = uid={MAIL_UID} gid={MAIL_UID} home={self._folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.port}
  }}
  inet_listener pop3s {{
    port = {self.tls_port}
    ssl = {"yes" if self._tls else "no"}
  }}
}}
"""
        lines += [blocks, self._extra]
        return "\n".join(lines) + "\n"
