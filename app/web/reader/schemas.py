"""What the JSON API says of one message: its parts, the way it took, what was made of it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app import mailbox as domain
from app.mime import Contents, Trace, join_paths, peek, trace
from app.mime import Part as MailPart
from app.web.list.schemas import Header, Listed, listed_fields


class PartTree(BaseModel):
    """A part and the parts within; `complete` where all of it has come."""

    path: str
    type: str
    name: str | None
    encoding: str
    complete: bool
    parts: list["PartTree"]


class Hop(BaseModel):
    """One server that the message passed; `delay` in seconds since the one before."""

    model_config = ConfigDict(serialize_by_alias=True)

    sender: str | None = Field(alias="from")
    address: str | None
    by: str | None
    protocol: str | None = Field(alias="with")
    tls: str | None
    cipher: str | None
    encrypted: Literal["yes", "no", "unknown"]
    id: str | None
    date: datetime | None
    delay: int | None
    clock_differs: bool


class Result(BaseModel):
    """What one method found: spf, dkim, dmarc and others."""

    method: str
    result: str
    properties: dict[str, str]
    reason: str


class AuthVerdict(BaseModel):
    """What a server says of the sender; `trusted` where the receiving one must have written it."""

    field: str
    server: str
    trusted: bool
    results: list[Result]


class Route(BaseModel):
    """The way the message took, oldest hop first."""

    hops: list[Hop]
    verdicts: list[AuthVerdict]


class MessageDetail(Listed):
    """A message with all its headers in order, its route, and its parts as far as known."""

    headers: list[Header]
    route: Route
    structure: PartTree
    complete: bool


class Part(BaseModel):
    """A part met so far; `octets` is null where it cannot be told yet."""

    path: str
    type: str
    name: str | None
    octets: int | None
    complete: bool


class Peek(BaseModel):
    """The beginning of a message and what it cost: `transferred` of `octets`."""

    text: str
    html_available: bool
    parts: list[Part]
    transferred: int
    octets: int | None
    complete: bool
    defects: list[str]


def detail(mailbox: domain.Mailbox, peeked: domain.Peeked) -> MessageDetail:
    """A message with its headers."""
    return MessageDetail(
        headers=[Header(name=field.name, value=field.value) for field in peeked.fields],
        route=_route(trace(peeked.fields)),
        structure=_tree(peeked.contents),
        complete=peeked.complete,
        **listed_fields(mailbox, peeked.message),
    )


def peeked(found: domain.Peeked, within: str = "") -> Peek:
    """The beginning of a message, or of one within it.

    Raises:
        NoSuchPart: there is none within at this path.
    """
    content = peek(domain.message_within(found.contents, within))
    return Peek(
        text=content.text,
        html_available=content.html_available,
        parts=[
            Part(
                path=join_paths(within, part.path),
                type=part.content_type,
                name=part.name,
                octets=part.octets,
                complete=part.complete,
            )
            for part in content.parts
        ],
        transferred=found.transferred,
        octets=found.message.octets,
        complete=found.complete,
        defects=[*content.defects, *found.defects],
    )


def _tree(contents: Contents) -> PartTree:
    """The parts, from the leaves up: nothing is recursive, however deep a message is."""
    made: dict[str, PartTree] = {}
    for part in reversed(list(contents.root.walk())):
        made[part.path] = _node(part, [made.pop(child.path) for child in part.children])
    return made[contents.root.path]


def _node(part: MailPart, children: list[PartTree]) -> PartTree:
    return PartTree(
        path=part.path,
        type=part.content_type,
        name=part.filename,
        encoding=part.encoding,
        complete=part.complete,
        parts=children,
    )


def _route(found: Trace) -> Route:
    return Route(
        hops=[
            Hop(
                **{"from": hop.helo or hop.reverse, "with": hop.protocol},
                address=hop.address,
                by=hop.by,
                tls=hop.tls_version,
                cipher=hop.tls_cipher,
                encrypted=hop.encrypted,
                id=hop.id,
                date=hop.date,
                delay=hop.delay,
                clock_differs=hop.clock,
            )
            for hop in found.hops
        ],
        verdicts=[
            AuthVerdict(
                field=verdict.kind.value,
                server=verdict.authserv_id,
                trusted=verdict.trusted,
                results=[
                    Result(
                        method=result.method,
                        result=result.result,
                        properties=dict(result.properties),
                        reason=result.reason,
                    )
                    for result in verdict.results
                ],
            )
            for verdict in found.verdicts
        ],
    )
