"""The server's side of one POP3 dialogue, without any I/O: a command line in, a reply out.

RFC 1939 (commands and states), RFC 2449 (CAPA, response codes), RFC 3206 ([AUTH]), RFC 5034 (AUTH).

    AUTHORIZATION  CAPA USER PASS AUTH QUIT               a good PASS or AUTH -> TRANSACTION
    EXCHANGE       the answer to the challenge, or "*"    -> TRANSACTION or AUTHORIZATION
    TRANSACTION    CAPA STAT LIST UIDL TOP RETR DELE RSET NOOP QUIT
    OVER           nothing: QUIT was answered, or the connection is gone
"""

import base64
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .maildrops import Account, Maildrop, Maildrops
from .message import Message

COMMAND_LIMIT = 512
"""Longest command line, in octets with its line end (RFC 2449 asks for at least 255)."""
EXCHANGE_LIMIT = 4096
"""Longest client answer in an AUTH exchange, in octets."""

CAPABILITIES = (
    b"TOP",
    b"UIDL",
    b"USER",
    b"SASL PLAIN",
    b"RESP-CODES",
    b"AUTH-RESP-CODE",
    b"PIPELINING",
    b"EXPIRE NEVER",
    b"IMPLEMENTATION Popscope-demo",
)
MAX_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `body` is the content of a multi-line reply before byte-stuffing."""

    status: bytes
    body: Iterable[bytes] | None = None
    held_back: bool = False
    """The password was wrong: answer late."""

    def chunks(self) -> Iterator[bytes]:
        """The octets to send."""
        yield self.status + b"\r\n"
        if self.body is not None:
            yield from stuffed(self.body)
            yield b".\r\n"


class State(enum.Enum):
    """Where the dialogue is (RFC 1939 section 3)."""

    AUTHORIZATION = enum.auto()
    EXCHANGE = enum.auto()
    TRANSACTION = enum.auto()
    OVER = enum.auto()


class CommandError(Exception):
    """A command is answered with -ERR; its argument is the text after it."""


class Session:
    """One client's dialogue. Feed it command lines; end it with `close` when the line is dead."""

    def __init__(self, maildrops: Maildrops, account: Account) -> None:
        self._maildrops = maildrops
        self._maildrop = Maildrop(())  # until somebody has signed in
        self._account = account
        self._state = State.AUTHORIZATION
        self._username: bytes | None = None
        self._messages: Sequence[Message] = ()
        self._deleted: set[int] = set()
        self._count = 0
        self._octets = 0
        before: dict[bytes, Callable[[bytes], Reply]] = {
            b"CAPA": self._capa,
            b"USER": self._user,
            b"PASS": self._pass,
            b"AUTH": self._auth,
            b"QUIT": self._quit,
        }
        inside: dict[bytes, Callable[[bytes], Reply]] = {
            b"CAPA": self._capa,
            b"STAT": self._stat,
            b"LIST": self._list,
            b"UIDL": self._uidl,
            b"TOP": self._top,
            b"RETR": self._retr,
            b"DELE": self._dele,
            b"RSET": self._rset,
            b"NOOP": self._noop,
            b"QUIT": self._quit,
        }
        self._commands = {State.AUTHORIZATION: before, State.TRANSACTION: inside}
        self._known = before.keys() | inside.keys()

    @property
    def over(self) -> bool:
        """Whether the connection is to be closed after the last reply."""
        return self._state is State.OVER

    @property
    def line_limit(self) -> int:
        """Longest line accepted now, in octets with its line end."""
        return EXCHANGE_LIMIT if self._state is State.EXCHANGE else COMMAND_LIMIT

    def greeting(self) -> Reply:
        """The first line of the dialogue."""
        return Reply(b"+OK Popscope demo server ready")

    def receive(self, line: bytes) -> Reply:
        """Answer one line, given without its line end."""
        try:
            if self._state is State.EXCHANGE:
                self._state = State.AUTHORIZATION
                return self._finish_plain(line)
            keyword, _, argument = line.partition(b" ")
            return self._action(keyword.upper())(argument)
        except CommandError as error:
            return Reply(b"-ERR " + error.args[0])

    def receive_overlong(self) -> Reply:
        """Answer a line that was longer than `line_limit` and was thrown away."""
        if self._state is State.EXCHANGE:
            self._state = State.AUTHORIZATION
        return Reply(b"-ERR line too long")

    def close(self) -> None:
        """The connection is gone: nothing is removed, the lock is given back."""
        self._state = State.OVER
        self._maildrop.release(self)

    def _action(self, keyword: bytes) -> Callable[[bytes], Reply]:
        action = self._commands.get(self._state, {}).get(keyword)
        if action is None:
            known = keyword in self._known
            raise CommandError(b"not in this state" if known else b"unknown command")
        return action

    # -- AUTHORIZATION --------------------------------------------------------------------------

    def _capa(self, argument: bytes) -> Reply:
        _no_argument(argument)
        return Reply(b"+OK capabilities follow", [_rows(CAPABILITIES)])

    def _user(self, argument: bytes) -> Reply:
        if not argument:
            raise CommandError(b"USER needs a name")
        self._username = argument
        return Reply(b"+OK now the password")

    def _pass(self, argument: bytes) -> Reply:
        if self._username is None:
            raise CommandError(b"USER comes first")
        username, self._username = self._username, None
        return self._sign_in(username, argument)

    def _auth(self, argument: bytes) -> Reply:
        mechanism, _, initial = argument.partition(b" ")
        if mechanism.upper() != b"PLAIN":
            raise CommandError(b"the only mechanism here is PLAIN")
        if initial:
            return self._finish_plain(initial)
        self._state = State.EXCHANGE
        return Reply(b"+ ")

    def _finish_plain(self, response: bytes) -> Reply:
        """Take the one client message of PLAIN (RFC 4616): authzid NUL authcid NUL password."""
        if response == b"*":
            raise CommandError(b"cancelled")
        try:
            authzid, authcid, password = base64.b64decode(response, validate=True).split(b"\0")
        except ValueError:  # not base64, or not three fields
            raise CommandError(b"this is not a PLAIN message") from None
        if authzid not in (b"", authcid):
            return Reply(b"-ERR [AUTH] you may only act as yourself", held_back=True)
        return self._sign_in(authcid, password)

    def _sign_in(self, username: bytes, password: bytes) -> Reply:
        name = self._account.admits(username, password)
        if name is None:
            return Reply(b"-ERR [AUTH] wrong user name or password", held_back=True)
        maildrop = self._maildrops.of(name)
        if not maildrop.acquire(self):
            raise CommandError(b"[IN-USE] another session holds the maildrop")
        self._maildrop = maildrop
        self._state = State.TRANSACTION
        self._messages = self._maildrop.messages
        self._count_all()
        return Reply(b"+OK %d messages, %d octets" % (self._count, self._octets))

    # -- TRANSACTION ----------------------------------------------------------------------------

    def _stat(self, argument: bytes) -> Reply:
        _no_argument(argument)
        return Reply(b"+OK %d %d" % (self._count, self._octets))

    def _list(self, argument: bytes) -> Reply:
        if argument:
            number, message = self._find(argument)
            return Reply(b"+OK %d %d" % (number, message.octets))
        rows = (b"%d %d" % (number, message.octets) for number, message in self._present())
        return Reply(b"+OK scan listing follows", [_rows(rows)])

    def _uidl(self, argument: bytes) -> Reply:
        if argument:
            number, message = self._find(argument)
            return Reply(b"+OK %d %s" % (number, message.uidl.encode()))
        rows = (b"%d %s" % (number, message.uidl.encode()) for number, message in self._present())
        return Reply(b"+OK unique-id listing follows", [_rows(rows)])

    def _top(self, argument: bytes) -> Reply:
        number, separator, lines = argument.partition(b" ")
        if not separator:
            raise CommandError(b"TOP needs a message number and a count of lines")
        _, message = self._find(number)
        return Reply(b"+OK top of message follows", message.top(_decimal(lines)))

    def _retr(self, argument: bytes) -> Reply:
        _, message = self._find(argument)
        return Reply(b"+OK %d octets" % message.octets, message.chunks())

    def _dele(self, argument: bytes) -> Reply:
        number, message = self._find(argument)
        self._deleted.add(number)
        self._count -= 1
        self._octets -= message.octets
        return Reply(b"+OK message %d deleted" % number)

    def _rset(self, argument: bytes) -> Reply:
        _no_argument(argument)
        self._deleted.clear()
        self._count_all()
        return Reply(b"+OK %d messages, %d octets" % (self._count, self._octets))

    def _noop(self, argument: bytes) -> Reply:
        _no_argument(argument)
        return Reply(b"+OK")

    def _quit(self, argument: bytes) -> Reply:
        """The UPDATE state: remove what is marked, then give the lock back."""
        _no_argument(argument)
        if self._deleted:
            self._maildrop.remove(self._messages[number - 1] for number in self._deleted)
        removed = len(self._deleted)
        self.close()
        return Reply(b"+OK bye, %d removed" % removed)

    # -- numbers --------------------------------------------------------------------------------

    def _count_all(self) -> None:
        self._count = len(self._messages)
        self._octets = sum(message.octets for message in self._messages)

    def _present(self) -> Iterator[tuple[int, Message]]:
        for number, message in enumerate(self._messages, 1):
            if number not in self._deleted:
                yield number, message

    def _find(self, argument: bytes) -> tuple[int, Message]:
        number = _decimal(argument)
        if not 1 <= number <= len(self._messages):
            raise CommandError(b"no such message, only %d in the maildrop" % len(self._messages))
        if number in self._deleted:
            raise CommandError(b"message %d is already deleted" % number)
        return number, self._messages[number - 1]


def stuffed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Byte-stuffing (RFC 1939 section 3), also where a line begins a new piece.

    The demo's messages have no LF without a CR, so that a line begins after each LF.
    """
    line_start = True
    for piece in pieces:
        if not piece:
            continue
        out = piece.replace(b"\n.", b"\n..") if b"\n." in piece else piece
        if line_start and out.startswith(b"."):
            out = b"." + out
        line_start = piece.endswith(b"\n")
        yield out


def _rows(rows: Iterable[bytes]) -> bytes:
    return b"".join(row + b"\r\n" for row in rows)


def _no_argument(argument: bytes) -> None:
    if argument:
        raise CommandError(b"this command takes no argument")


def _decimal(argument: bytes) -> int:
    if not argument.isdigit() or len(argument) > MAX_DIGITS:
        raise CommandError(b"a decimal number is needed here")
    return int(argument)
