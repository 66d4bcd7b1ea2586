"""What can go wrong with a maildrop, in the mailbox's own terms."""

from collections.abc import Sequence
from enum import Enum

from app.gate import Brake

from .refusals import Refusal


class MailboxError(Exception):
    """Anything a mailbox use-case reports."""


class WayFault(Enum):
    """Why there is no way to send a name and a password to this server."""

    NOT_OFFERED = "the server does not offer the means asked for"
    UNSENDABLE = "no means can carry them"


class NoWayIn(MailboxError):
    """The server has no means that can carry this name and password; neither was sent.

    Attributes:
        fault: why.
        means: the one asked for, or the best that the server has.
    """

    def __init__(self, fault: WayFault, means: str) -> None:
        super().__init__(fault, means)
        self.fault = fault
        self.means = means


class LoginRejected(MailboxError):
    """The server did not accept the name, the password or the way they were sent.

    Attributes:
        reply: the server's own -ERR line.
        code: its response code, such as `AUTH` or `SYS/TEMP`, or None.
        about: what of them.
        means_refused: where it was the way alone, all means that were tried, in turn.
        means: how it was tried: a SASL mechanism's name, `APOP` or `USER`.
        instead: where the password itself was not sent, the means by which it could be; else "".
        protected: whether the connection was encrypted.
        beyond_ascii: name or password have letters that the server may want in another form.
        status, scope: what the server said of a token (RFC 7628, section 3.2.2), or "".
    """

    def __init__(self, reply: str, code: str | None, about: Refusal = Refusal.LOGIN) -> None:
        super().__init__(reply)
        self.reply = reply
        self.code = code
        self.about = about
        self.means_refused: tuple[str, ...] = ()
        self.means = ""
        self.instead = ""
        self.protected = False
        self.beyond_ascii = False
        self.status = ""
        self.scope = ""


class MailboxInUse(MailboxError):
    """Another program holds the maildrop (RFC 2449, section 8.1.1, `[IN-USE]`).

    Attributes:
        reply: the server's own -ERR line.
        retry_after: seconds after which it is worth another try; no server tells.
    """

    def __init__(self, reply: str, retry_after: int = 30) -> None:
        super().__init__(reply)
        self.reply = reply
        self.retry_after = retry_after


class SignInGivenUp(MailboxError):
    """A person did not want to wait any longer until the server lets in; nothing was opened."""


class LoginDelayed(MailboxError):
    """Too soon after the last login (RFC 2449, section 8.1.1, `[LOGIN-DELAY]`).

    Attributes:
        reply: the server's own -ERR line.
        retry_after: seconds to wait, where the server told, or None.
    """

    def __init__(self, reply: str, retry_after: int | None) -> None:
        super().__init__(reply)
        self.reply = reply
        self.retry_after = retry_after


class SignInHeld(MailboxError):
    """A sign-in has to wait, so that nobody guesses passwords; nothing was sent to the server.

    Attributes:
        fault: what holds it.
        retry_after: seconds until it may be tried.
    """

    def __init__(self, fault: Brake, retry_after: int) -> None:
        super().__init__(fault, retry_after)
        self.fault = fault
        self.retry_after = retry_after


class NoSuchMessage(MailboxError):
    """No message has this id, or it is no longer in the maildrop.

    Attributes:
        id: the id that was asked for.
    """

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class Ambiguous(MailboxError):
    """Copies share one UIDL and one size, and only some of them are marked.

    Attributes:
        ids: the marked ones that cannot be told from unmarked ones.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(tuple(ids))
        self.ids = tuple(ids)


class MessageTooLarge(MailboxError):
    """More than can be shown.

    Attributes:
        octets: how large it is, as far as known.
        limit: how much is allowed.
    """

    def __init__(self, octets: int, limit: int) -> None:
        super().__init__(octets, limit)
        self.octets = octets
        self.limit = limit


class NoRoom(MailboxError):
    """The disk has no room for a message on its way.

    Attributes:
        octets: how many more were to be written.
    """

    def __init__(self, octets: int) -> None:
        super().__init__(octets)
        self.octets = octets


class AlreadyExporting(MailboxError):
    """Another export of this mailbox is under way."""


class CalledOff(MailboxError):
    """A download was called off before its end."""


ALL_ATTACHMENTS = "attachments"
"""In place of a path, where all were asked for and there is none."""


class NoSuchPart(MailboxError):
    """The message has no part of this path.

    Attributes:
        path: the path that was asked for, or `ALL_ATTACHMENTS`.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class CommitFault(Enum):
    """Why a commit deleted nothing."""

    NOTHING_MARKED = "nothing is marked"
    CHANGED = "the maildrop changed"
    OTHERS_MARKED = "others are marked than were confirmed"
    BUSY = "another commit is under way"


class CommitFailed(MailboxError):
    """The commit was called off before QUIT: nothing was deleted.

    Attributes:
        fault: why.
    """

    def __init__(self, fault: CommitFault) -> None:
        super().__init__(fault)
        self.fault = fault


class QueryFault(Enum):
    """What is wrong with a filter."""

    UNKNOWN_FIELD = "unknown field"
    UNKNOWN_VALUE = "unknown value"
    EMPTY = "nothing to look for"
    BAD_SIZE = "no size"
    BAD_AGE = "no age"
    BAD_DAY = "no day"
    BAD_MONTH = "no month"
    RANGE = "two sizes or ages at once"
    TWO_WAYS = "a point or comma that can be read in two ways"
    NO_UNIT = "so small a size without a unit"
    LONE_OR = "nothing beside an or"
    OPEN_QUOTE = "unclosed quote"
    AFTER_QUOTE = "no space after a quote"
    OPEN_BRACKET = "unclosed parenthesis"
    AFTER_BRACKET = "no space after a parenthesis"
    TOO_DEEP = "too many parentheses within each other"
    TOO_LONG = "too long"


class BadQuery(MailboxError):
    """A filter makes no sense.

    Attributes:
        place: where, in characters from 0.
        length: of what is wrong, in characters.
        text: what stands there; empty where it is too long.
        fault: what is wrong with it.
    """

    def __init__(self, place: int, length: int, text: str, fault: QueryFault) -> None:
        super().__init__(place, length, text, fault)
        self.place = place
        self.length = length
        self.text = text
        self.fault = fault


class LineFault(Enum):
    """Why a line typed in the console is not sent."""

    EMPTY = "nothing was typed"
    TOO_LONG = "too long"
    CONTROL = "a control character"
    SIGNING_IN = "for signing in"
    UNKNOWN = "not in the list"
    ARGUMENTS = "wrong number of arguments"
    NUMBER = "not a number that can be meant"
    TAG = "not a language tag"
    NO_MESSAGE = "no message has this number"
    RELEASED = "no connection"


class BadLine(MailboxError):
    """A line typed in the console is not sent; it is not kept either, since it may hold a secret.

    Attributes:
        fault: why.
        usage: how this command is written, such as `TOP n k`; empty where it is none of ours.
    """

    def __init__(self, fault: LineFault, usage: str = "") -> None:
        super().__init__(fault, usage)
        self.fault = fault
        self.usage = usage


class ConfirmFirst(MailboxError):
    """What was typed in the console deletes messages, now or with QUIT: it asks once.

    So does a QUIT that leaves undeleted what is marked in the list.

    Attributes:
        line: the command.
        confirm: what goes with the line to confirm it; good for this connection and this very case.
        messages, octets: how much it deletes.
        popped: how many of these were only read, and go since the server has `EXPIRE 0`.
        kept: how many messages are marked in the list, and QUIT does not delete them.
    """

    def __init__(
        self, line: str, confirm: str, messages: int, octets: int, popped: int = 0, kept: int = 0
    ) -> None:
        super().__init__(line, confirm, messages, octets, popped, kept)
        self.line = line
        self.confirm = confirm
        self.messages = messages
        self.octets = octets
        self.popped = popped
        self.kept = kept


class LineBusy(MailboxError):
    """A whole message is on its way: POP3 answers in order, so a command would wait for its end."""


class DeletedInConsole(MailboxError):
    """DELE was typed in the console for this message: until RSET the server shows it no more.

    Attributes:
        number: the message's number on this connection.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
