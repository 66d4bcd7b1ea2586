"""A session, for the length of one request, and what of it is sealed."""

import json
from dataclasses import dataclass

from app.mailbox import Account, Commit, Console, Credentials, Line, Mailbox, Reader
from app.transport import Security, Target

from .vault import Keys


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """When sessions end, in seconds, and how many there may be.

    Attributes:
        idle: since the last request.
        absolute: since the sign-in.
        most, each: sessions at once, and of one client.
        openings, openings_client, openings_host: sign-ins under way at once, of one client, and
            at one server; they are not sessions yet.
        release: idle seconds after which the maildrop lock is given back.
    """

    idle: float = 30 * 60
    absolute: float = 12 * 3600
    most: int = 200
    each: int = 60
    openings: int = 64
    openings_client: int = 8
    openings_host: int = 32
    release: float = 60


class Session:
    """A signed-in browser or script, for the length of one request.

    Attributes:
        sid: names the record; no secret.
        mailbox: the live mailbox.
        line: the way to its server, with the key to the credentials.
    """

    def __init__(self, keys: Keys, sealed: bytes, mailbox: Mailbox) -> None:
        self.sid = keys.sid
        self.mailbox = mailbox
        self.line = Line(mailbox.lease, lambda: credentials_in(keys, sealed))

    def __repr__(self) -> str:
        return f"<Session {self.sid[:8]}>"

    @property
    def reader(self) -> Reader:
        """Reads the mailbox."""
        return Reader(self.mailbox, self.line)

    @property
    def commit(self) -> Commit:
        """Deletes what is marked."""
        return Commit(self.mailbox, self.line)

    @property
    def console(self) -> Console:
        """Types at the server."""
        return Console(self.mailbox, self.line)


def packed(account: Account, credentials: Credentials) -> bytearray:
    """Both as JSON, then the password, which cannot hold NUL."""
    target, who = account.target, credentials
    known = [
        [account.username, target.host, target.port, target.security.value, target.verified],
        [who.username, who.mechanism, who.language],
    ]
    packed = bytearray(json.dumps(known) + "\0", "ascii")
    packed += who.password.encode()
    return packed


def account_in(keys: Keys, sealed: bytes) -> Account:
    """Whose session it is.

    Raises:
        NoSession: it was sealed with another key, or changed.
    """
    with keys.opened(sealed) as packed:
        (username, host, port, security, verified), _ = json.loads(packed[: packed.index(0)])
    return Account(username, Target(host, port, Security(security), verified))


def credentials_in(keys: Keys, sealed: bytes) -> Credentials:
    """What signs in, made anew each time.

    Raises:
        NoSession: it was sealed with another key, or changed.
    """
    with keys.opened(sealed) as packed:
        end = packed.index(0)
        _, (username, mechanism, language) = json.loads(packed[:end])
        with memoryview(packed) as view, view[end + 1 :] as password:
            return Credentials(username, str(password, "utf-8"), mechanism, language)
