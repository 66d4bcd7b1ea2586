"""GNU mailutils' pop3d: Maildirs, STLS and TLS, a lock, an APOP database of its own."""

import re

from tests.support.stores import Maildirs

from .overlay import PASSWORD, Overlaid
from .unix import add_unix_user

_X_UIDL = re.compile(rb"^X-UIDL: [^\r\n]+\r\n(?=\r\n)", re.MULTILINE)


class Mailutils(Overlaid):
    """GNU mailutils' pop3d.

    It writes a field ``X-UIDL`` into every message, in the store too, and sends one blank line too
    many in answer to TOP with a line or more.
    """

    name = "mailutils"
    has_tls = True
    mechanisms = frozenset({"USER", "APOP"})
    in_use = "-ERR [IN-USE] Mailbox in use"
    top_adds = b"\r\n"

    def _prepare(self) -> None:
        self._mail = Maildirs(self._folder / "home")

    def _script(self) -> str:
        # It wants its files where nobody else may write.
        return f"""
mkdir /etc/pop3d /run/pop3d
chmod 1777 /run/pop3d
install -m600 cert.pem key.pem /etc/pop3d
cat >/etc/pop3d/conf <<END
mode daemon; foreground yes;
logging {{ syslog no; }};
mandatory-locking {{ enable yes; lock-directory "/run/pop3d"; }};
apop-database-file "/etc/pop3d/apop";
mailbox {{ mailbox-pattern "maildir:$PWD/home/\\${{user}}/Maildir"; }};
max-children 100;
tls {{ ssl-certificate-file "/etc/pop3d/cert.pem"; ssl-key-file "/etc/pop3d/key.pem"; }};
server {self.host}:{self.port} {{ tls-mode ondemand; }};
server {self.host}:{self.tls_port} {{ tls-mode connection; }};
END
exec pop3d --config-file=/etc/pop3d/conf
"""

    def _add_user(self, user: str, uid: int) -> None:
        self._mail.add(user, uid)
        add_unix_user(self, user, uid, home=str(self._mail.home(user)))
        self.inside(
            *("popauth", "--file=/etc/pop3d/apop", "--add"),
            *(f"--user={user}", f"--password={PASSWORD}"),
        )

    def deliver(self, user: str, raw: bytes) -> None:
        """Store a message."""
        self._mail.deliver(user, raw)

    def messages(self, user: str) -> list[bytes]:
        """What the user's Maildir holds now, with the field ``X-UIDL`` once a login saw it."""
        return self._mail.messages(user)

    def unaltered(self, wire: bytes) -> bytes:
        """The message less the field ``X-UIDL`` at the end of its header."""
        return _X_UIDL.sub(b"", wire, count=1)
