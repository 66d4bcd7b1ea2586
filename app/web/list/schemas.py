"""What the JSON API gives of a list of messages, and takes to mark them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app import mailbox as domain
from app.mime import Address as MailAddress
from app.web.site.schemas import RequestBody


class MarkMany(RequestBody):
    """Which messages to mark: by `ids`, or by a filter `q`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [name], "properties": {name: {"not": {"type": "null"}}}}
                for name in ("ids", "q")
            ]
        }
    )

    ids: list[str] | None = Field(None, max_length=100_000, fail_fast=True)
    q: str | None = Field(None, min_length=1, max_length=1000)
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> "MarkMany":
        if (self.ids is None) == (self.q is None):
            raise ValueError("give ids or q, one of them")
        return self


class Totals(BaseModel):
    """How many messages, and their octets as far as the server tells them."""

    messages: int
    octets: int

    @classmethod
    def of(cls, totals: domain.Totals) -> "Totals":
        """From the mailbox's own."""
        return cls(messages=totals.messages, octets=totals.octets)


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
