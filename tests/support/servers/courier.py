"""Courier: Maildirs, STLS and TLS, its own user database, which knows CRAM-MD5 too."""

from tests.support.stores import Maildirs

from .overlay import PASSWORD, Overlaid


class Courier(Overlaid):
    """Courier's POP3 server."""

    name = "courier"
    has_tls = True
    mechanisms = frozenset({"USER", "PLAIN", "LOGIN", "CRAM-MD5"})

    def _prepare(self) -> None:
        self._mail = Maildirs(self._folder / "home")

    def _script(self) -> str:
        tcpd = f"couriertcpd -address={self.host} -maxprocs=100 -maxperip=100"
        tcpd += " -nodnslookup -noidentlookup"
        login = "$libexecdir/courier/courierpop3login $libexecdir/courier/courierpop3d Maildir"
        return f"""
set +u
cat cert.pem key.pem >/etc/courier/both.pem
chown courier /etc/courier/both.pem
chmod 600 /etc/courier/both.pem
printf '{PASSWORD}\\n{PASSWORD}\\n' | userdbpw -md5 >password
printf '{PASSWORD}\\n{PASSWORD}\\n' | userdbpw -hmac-md5 >hmac
touch /etc/courier/userdb
chmod 600 /etc/courier/userdb
makeuserdb
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' /etc/courier/authdaemonrc
authdaemond start
set -a
libexecdir=/usr/lib/courier
. /etc/courier/pop3d
. /etc/courier/pop3d-ssl
POP3AUTH="PLAIN LOGIN CRAM-MD5"
TLS_CERTFILE=/etc/courier/both.pem
TLS_CACHEFILE=
{tcpd} {self.port} {login} &
POP3_TLS=1
POP3_STARTTLS=NO
{tcpd} {self.tls_port} $COURIERTLS -server -tcpd -user=courier {login} &
wait
"""

    def _add_user(self, user: str, uid: int) -> None:
        home = self._mail.home(user)
        self._mail.add(user, uid)
        hashed, hmac = ((self._folder / of).read_text().strip() for of in ("password", "hmac"))
        fields = {"uid": uid, "gid": uid, "home": home, "mail": f"{home}/Maildir"}
        fields |= {"pop3pw": hashed, "pop3-hmac-md5pw": hmac}
        line = f"{user}\t" + "|".join(f"{key}={value}" for key, value in fields.items()) + "\n"
        self.inside("sh", "-euc", "cat >>/etc/courier/userdb; makeuserdb", says=line.encode())

    def deliver(self, user: str, raw: bytes) -> None:
        """Store a message."""
        self._mail.deliver(user, raw)

    def messages(self, user: str) -> list[bytes]:
        """What the user's Maildir holds now."""
        return self._mail.messages(user)
