"""Cyrus: a store of its own, filled by LMTP; STLS and TLS; SASL with its own user database."""

import poplib
import re
import smtplib
from pathlib import Path

from tests.support.stores import crlf

from .overlay import PASSWORD, Overlaid

_ADDED = re.compile(
    rb"Return-Path: <sender@example\.org>\r\n"
    rb"Received: from tests \(\[unix socket\]\)\r\n(?:\t[^\r\n]+\r\n){2}"
    rb"X-Cyrus-Session-Id: [^\r\n]+\r\n"
    rb"X-Sieve: [^\r\n]+\r\n"
)


class Cyrus(Overlaid):
    """Cyrus IMAP's POP3 server. On delivery it puts four fields of its own before a message."""

    name = "cyrus"
    has_tls = True
    mechanisms = frozenset(
        {"USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}
    )

    def _script(self) -> str:
        return f"""
mkdir spool
mkdir -p /run/cyrus/socket /run/cyrus/proc /run/cyrus/lock
chown -R cyrus:mail spool /run/cyrus
install --owner=cyrus -m600 cert.pem key.pem /var/lib/cyrus
cat >/etc/imapd.conf <<END
configdirectory: /var/lib/cyrus
defaultpartition: default
partition-default: $PWD/spool
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
lmtpsocket: $PWD/lmtp
servername: localhost
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-1
allowplaintext: yes
allowapop: yes
autocreate_quota: 0
autocreate_post: yes
expunge_mode: immediate
popminpoll: 0
tls_server_cert: /var/lib/cyrus/cert.pem
tls_server_key: /var/lib/cyrus/key.pem
END
cat >/etc/cyrus.conf <<END
START {{ recover cmd="ctl_cyrusdb -r" }}
SERVICES {{
    pop3 cmd="pop3d" listen="{self.host}:{self.port}" prefork=0
    pop3s cmd="pop3d -s" listen="{self.host}:{self.tls_port}" prefork=0
    lmtpunix cmd="lmtpd -a" listen="$PWD/lmtp" prefork=0
}}
EVENTS {{ }}
END
exec /usr/lib/cyrus/bin/master -C /etc/imapd.conf -M /etc/cyrus.conf
"""

    def _add_user(self, user: str, uid: int) -> None:  # all mail is Cyrus's own
        self.inside(
            *("saslpasswd2", "-u", "localhost", "-p", "-c", user), says=f"{PASSWORD}\n".encode()
        )
        self.inside("chown", "cyrus", "/etc/sasldb2")
        client = poplib.POP3(self.host, self.port, timeout=20)  # the first login makes the folder
        client.user(user)
        client.pass_(PASSWORD)
        client.quit()

    def deliver(self, user: str, raw: bytes) -> None:
        """Deliver a message by LMTP. Without Date or Message-ID it would be given some."""
        with smtplib.LMTP(str(self._folder / "lmtp"), local_hostname="tests") as line:
            line.sendmail("sender@example.org", [user], crlf(raw))

    def messages(self, user: str) -> list[bytes]:
        """What the user's folder in the spool holds now, with what Cyrus put before each."""
        # What QUIT expunged loses its file at the next opening, or now.
        self.inside("/usr/lib/cyrus/bin/cyr_expire", "-E", "1", "-X", "0", "-u", user)
        path = self.inside("/usr/lib/cyrus/bin/mbpath", f"user/{user}")
        files = Path(path.decode().strip()).glob("[0-9]*.")
        return [crlf(file.read_bytes()) for file in sorted(files, key=lambda f: int(f.name[:-1]))]

    def unaltered(self, wire: bytes) -> bytes:
        """The message less the fields that Cyrus put before it."""
        added = _ADDED.match(wire)
        return wire[added.end() :] if added else wire
