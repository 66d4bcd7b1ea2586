"""What the JSON API takes and gives."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from app import mailbox as domain
from app.mime import Address as MailAddress
from app.transport import Security

from . import formats, receipt_words


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignIn(_In):
    """Whom to sign in, and where.

    Without `server`, it is the one that is found for the address. Either `password`, or `token`
    with `auth` XOAUTH2 or OAUTHBEARER: an OAuth 2.0 access token. It is kept sealed like a
    password; once it has expired, calls that sign in anew answer 401 `login-rejected`.
    """

    username: str = Field(max_length=255)
    password: SecretStr = Field(SecretStr(""), max_length=255)
    token: SecretStr = Field(SecretStr(""), max_length=8192)
    server: str | None = Field(None, max_length=255)
    port: int | None = Field(None, ge=1, le=65535)
    security: Security | None = None
    auth: str | None = Field(
        None,
        max_length=20,
        description="the best there is, or "
        "SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, APOP, PLAIN, LOGIN, USER, XOAUTH2 or OAUTHBEARER",
    )


class ExportIds(_In):
    """Which messages to put into one file."""

    ids: list[str] = Field(max_length=100_000)
    format: domain.ExportFormat = domain.ExportFormat.MBOX


class MarkMany(_In):
    """Which messages to mark: by `ids`, or by a filter `q`."""

    ids: list[str] | None = Field(None, max_length=100_000)
    q: str | None = Field(None, min_length=1, max_length=1000)
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> "MarkMany":
        if (self.ids is None) == (self.q is None):
            raise ValueError("give ids or q, one of them")
        return self


class Quit(_In):
    """Whether the commit is checked by signing in again."""

    verify: bool = True


class ConsoleLine(_In):
    """A typed line; `confirm` is what the 409 `confirm-first` of this very line gave."""

    line: str = Field(repr=False, description="such as TOP 3 0")
    confirm: str = Field("", max_length=40)


class Totals(BaseModel):
    """How many messages, and their octets as far as the server tells them."""

    messages: int
    octets: int

    @classmethod
    def of(cls, totals: domain.Totals) -> "Totals":
        """From the mailbox's own."""
        return cls(messages=totals.messages, octets=totals.octets)


class About(BaseModel):
    """An account, its server and its maildrop; `signed_in_by` as `auth` names it.

    `means_refused` are others that the server refused for their form before.
    """

    account: str
    server: str
    port: int
    security: Security
    tls: str | None
    signed_in_by: str
    means_refused: list[str]
    capabilities: list[str]
    messages: int
    octets: int


class Opened(About):
    """A new session; `token` opens it."""

    token: str


class SessionState(About):
    """A session; `held_seconds` is null while the maildrop lock is given back.

    `login_delay` counts the seconds between two sign-ins that make the lock be kept while a page is
    open; null where the server wants no longer pause than the idle time.
    """

    held: bool
    held_seconds: float | None
    login_delay: int | None
    marked: Totals
    notices: list[str]


class Capa(BaseModel):
    """The capabilities, a line each."""

    capabilities: list[str]


class Stat(BaseModel):
    """STAT's own numbers, and what is marked."""

    messages: int
    octets: int
    marked: Totals


class Address(BaseModel):
    """A name and an address; either may be empty."""

    name: str
    email: str


class Listed(BaseModel):
    """A message in a list; `from`, `to`, `subject` and `date` are null until they are known.

    `octets` is null where the server does not tell it.

    `date_from` is `header` for the message's own date, `received` where that cannot be read and the
    date is the one at which the receiving server took it in, null without a date.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    id: str
    number: int
    uidl: str | None
    octets: int | None
    sender: Address | None = Field(alias="from")
    to: list[Address] | None
    subject: str | None
    date: datetime | None
    date_from: Literal["header", "received"] | None
    headers_known: bool
    marked: bool


class MessageList(BaseModel):
    """A page of the list; `octets` is of all that match.

    `undecided` counts messages whose headers the filter needs and that are not known yet, or whose
    size it needs and the server does not tell.
    """

    messages: list[Listed]
    total: int
    octets: int
    undecided: int
    page: int
    pages: int


class SpaceGroup(BaseModel):
    """Messages that have something in common; `share` is of the octets of all groups, 0 to 1.

    `key` is "" where a header has no sender, domain or date, null where it is not known yet. `q`
    goes to `list`, `dele` and `export`; it is null where it would be too long.
    """

    key: str | None
    label: str
    q: str | None
    messages: int
    octets: int
    share: float


class SpaceMap(BaseModel):
    """Groups, each message in one; `undecided` counts what the filter cannot decide yet."""

    groups: list[SpaceGroup]
    undecided: int


class Header(BaseModel):
    """A header field, decoded."""

    name: str
    value: str


class Marked(BaseModel):
    """What is marked now."""

    marked: Totals


class MarkedMany(Marked):
    """What was matched, how many the filter could not decide (never marked), what is marked now."""

    matched: Totals
    undecided: int


class Refused(BaseModel):
    """A message that is still there, and the server's words; `agreed`: its words were +OK."""

    id: str
    reason: str
    agreed: bool


class Receipt(BaseModel):
    """What became of the marked messages.

    `retry_after` counts the seconds until a receipt that could not be checked is worth another try,
    by `POST /receipts/{number}/check`; null where there is nothing more to check.
    """

    deleted: list[str]
    still_there: list[Refused]
    not_verified: list[str]
    verified: bool
    why: str | None
    octets_freed: int
    before: Totals
    after: Totals | None
    at: datetime
    number: int
    retry_after: int | None


class Problem(BaseModel):
    """An error (RFC 9457); `reply` is the server's own -ERR line.

    `retry_after` counts seconds. `instead` is an `auth` to try where only a proof of the password
    was sent, which not all servers can check. `means_refused` are the means that the server refused
    for their form; it said nothing of the name and the password then.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    reply: str | None = None
    retry_after: int | None = None
    instead: str | None = None
    means_refused: list[str] | None = None
    confirm: str | None = None


class ConsoleAnswer(BaseModel):
    """A command and its answer.

    `reply` is the status line, +OK or -ERR; `body` the lines after it without byte-stuffing, at
    most 64 KiB of them and null where none were to come; `octets` counts all of it.
    `pending` is what DELE named on this connection, `popped` what QUIT deletes since it was read
    (`EXPIRE 0`). `renewed` says that it went over a new connection, `undone` how many deletions
    ended with the old one; `receipt` is of a QUIT that deleted.
    """

    line: str
    reply: str
    body: str | None
    octets: int
    truncated: bool
    ms: float
    renewed: bool
    undone: int
    pending: Totals
    popped: Totals
    receipt: Receipt | None


def about(mailbox: domain.Mailbox) -> dict[str, Any]:
    """The fields of `About`."""
    target = mailbox.account.target
    return {
        "account": mailbox.account.username,
        "server": target.host,
        "port": target.port,
        "security": target.security,
        "tls": mailbox.listing.access.tls,
        "signed_in_by": mailbox.listing.access.means,
        "means_refused": list(mailbox.listing.access.refused),
        "capabilities": list(mailbox.listing.access.capabilities.lines),
        "messages": mailbox.index.totals.messages,
        "octets": mailbox.index.totals.octets,
    }


def state(mailbox: domain.Mailbox) -> SessionState:
    """A session as it is now."""
    held = mailbox.lease.held_seconds
    return SessionState(
        held=held is not None,
        held_seconds=held,
        login_delay=mailbox.tenancy.long_delay,
        marked=Totals.of(mailbox.marks.totals),
        notices=[told.notice.value for told in mailbox.notices],
        **about(mailbox),
    )


def _address(address: MailAddress) -> Address:
    return Address(name=address.name, email=address.email)


def listed_fields(mailbox: domain.Mailbox, message: domain.Message) -> dict[str, Any]:
    """The fields of `Listed`."""
    summary = message.summary
    return {
        "id": message.id,
        "number": message.number,
        "uidl": message.uidl,
        "octets": message.octets,
        "from": _address(summary.sender) if summary and summary.sender else None,
        "to": [_address(one) for one in summary.to] if summary else None,
        "subject": summary.subject if summary else None,
        "date": summary.date if summary else None,
        "date_from": summary.date_from if summary else None,
        "headers_known": message.headers_known,
        "marked": message.id in mailbox.marks,
    }


def listed(mailbox: domain.Mailbox, message: domain.Message) -> Listed:
    """A message in a list."""
    return Listed(**listed_fields(mailbox, message))


def receipt(found: domain.Receipt) -> Receipt:
    """The receipt of a commit."""

    def ids(outcome: domain.Outcome) -> list[str]:
        return [item.id for item in found.items if item.outcome is outcome]

    return Receipt(
        deleted=ids(domain.Outcome.GONE),
        still_there=[
            Refused(id=item.id, reason=receipt_words.reason(item), agreed=item.agreed)
            for item in found.items
            if item.outcome is domain.Outcome.STILL_THERE
        ],
        not_verified=ids(domain.Outcome.NOT_VERIFIED),
        verified=found.verified,
        why=receipt_words.why(found) or None,
        octets_freed=found.octets_freed,
        before=Totals.of(found.before),
        after=Totals.of(found.after) if found.after else None,
        at=found.at,
        number=found.number,
        retry_after=formats.seconds_until(found.due) if found.due else None,
    )


def console_answer(mailbox: domain.Mailbox, found: domain.Exchange) -> ConsoleAnswer:
    """An exchange of the console."""
    return ConsoleAnswer(
        line=found.line,
        reply=found.reply,
        body=found.body,
        octets=found.octets,
        truncated=found.truncated,
        ms=round(found.ms, 1),
        renewed=found.renewed,
        undone=found.undone,
        pending=Totals.of(mailbox.lease.deletions.pending),
        popped=Totals.of(mailbox.lease.deletions.popped),
        receipt=receipt(found.receipt) if found.receipt else None,
    )
