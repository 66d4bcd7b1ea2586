"""popa3d and solid-pop3d: small servers that inetd starts, one process a connection."""

from typing import ClassVar

from tests.support.stores import Maildirs, Mboxes

from .overlay import PASSWORD, Overlaid
from .unix import add_unix_user


class _Inetd(Overlaid):
    has_capa = False
    _before: ClassVar[str] = ""

    def _script(self) -> str:
        program = f"/usr/sbin/{self.name}"
        # 1000 connections a minute; more, and inetd would pause for ten.
        service = f"{self.host}:{self.port} stream tcp nowait.1000 root {program} {self.name}"
        return f"{self._before}\necho '{service}' >inetd.conf\nexec inetd -i $PWD/inetd.conf\n"


class Popa3d(_Inetd):
    """popa3d: one mbox a user; no CAPA, empty texts."""

    name = "popa3d"
    mechanisms = frozenset({"USER"})
    _before = "mount --bind mail /var/mail"

    def _prepare(self) -> None:
        self._mail = Mboxes(self._folder / "mail")

    def _add_user(self, user: str, uid: int) -> None:
        add_unix_user(self, user, uid, home="/nonexistent")
        self._mail.add(user, uid)

    def deliver(self, user: str, raw: bytes) -> None:
        """Append a message to the user's mbox."""
        self._mail.deliver(user, raw)

    def messages(self, user: str) -> list[bytes]:
        """What the user's mbox holds now."""
        return self._mail.messages(user)


class SolidPop3d(_Inetd):
    """solid-pop3d: Maildirs, numbered in the order of the folder; no CAPA, no lock; APOP."""

    name = "solid-pop3d"
    mechanisms = frozenset({"USER", "APOP"})
    _before = """
cat >/etc/spop3d.conf <<END
<Global>
    MailDropName "$PWD/home/%s/Maildir"
    MailDropType maildir
</Global>
END"""

    def _prepare(self) -> None:
        self._mail = Maildirs(self._folder / "home")

    def _add_user(self, user: str, uid: int) -> None:
        home = self._mail.home(user)
        self._mail.add(user, uid)
        add_unix_user(self, user, uid, home=str(home))
        # As pop_auth writes it: each octet's complement.
        secret = bytes(octet ^ 0xFF for octet in PASSWORD.encode()).hex()
        self.inside(
            "install",
            f"--owner={uid}",
            "-m600",
            "/dev/stdin",
            f"{home}/.spop3d",
            says=f"APOPSecret {secret}\n".encode(),
        )

    def deliver(self, user: str, raw: bytes) -> None:
        """Store a message; it must end with a line end, or nobody can sign in any more."""
        self._mail.deliver(user, raw)

    def messages(self, user: str) -> list[bytes]:
        """What the user's Maildir holds now."""
        return self._mail.messages(user)
