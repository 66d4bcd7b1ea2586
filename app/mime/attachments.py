"""What a message offers to take out: its parts that are no body, and uuencoded files in its text.

Everything is named by offsets into the message, so that a spool of any size can be looked through
and taken apart in small blocks.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from .decoders import Base64Counter, Decoder, decoder
from .headers import raw_fields, unfold
from .octets import Octets, blocks, search
from .parameters import parse_parameters
from .structure import Part, Structure
from .transfer import decode_transfer, true_encoding
from .uuencode import MAX_FILES, UuFile, find_uuencoded
from .work import ODD_LINE, Work

MAX_BLOCK: Final = 64 * 1024

_INPUT: Final = MAX_BLOCK - 4  # an escape left over from the block before makes it a little more
_OCTETS: Final = "application/octet-stream"
_PGP: Final = "application/pgp-encrypted"
_WINMAIL: Final = "winmail.dat"
_SMIME_SUFFIX: Final = ".p7m"  # RFC 8551, 3.2.1
_MESSAGE_SUFFIX: Final = ".eml"
_IDENTITY: Final = frozenset({"7bit", "8bit", "binary"})
_CHEAP: Final = 256  # octets that are decoded, and hashed, in a unit of work
_DEAR: Final = 8
_SIZE: Final = re.compile(r"\d{1,15}", re.ASCII)
_SNIFF: Final = 256
_BEGIN: Final = re.compile(rb"begin(?:-base64)?[ ]{1,4}[0-7]{3}")
_BEGIN_OCTETS: Final = 20
_MAX_UU: Final = 64 * 1024 * 1024  # of a text, from the first file on
# SEQUENCE, its length, OBJECT IDENTIFIER: ContentInfo's type in DER (RFC 5652, 3; RFC 5083, 2.1).
_CMS: Final = re.compile(
    rb"0.{1,6}?\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07(?P<pkcs7>.)"
    rb"|\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01(?P<smime>.))",
    re.DOTALL,
)


class Kind(Enum):
    """What a part is, in the words of the field."""

    FILE = "file"
    IMAGE = "image"
    MESSAGE = "message"
    CALENDAR = "calendar"
    TNEF = "tnef"
    SMIME_SIGNED = "smime-signed"
    SMIME_ENCRYPTED = "smime-encrypted"
    SMIME_SIGNATURE = "smime-signature"
    PGP_ENCRYPTED = "pgp-encrypted"
    PGP_SIGNATURE = "pgp-signature"
    PGP_KEYS = "pgp-keys"
    DELIVERY_STATUS = "delivery-status"
    EXTERNAL_BODY = "external-body"
    PARTIAL = "partial"


_KINDS: Final = {
    "message/rfc822": Kind.MESSAGE,
    "message/global": Kind.MESSAGE,
    "message/news": Kind.MESSAGE,
    "message/rfc2822": Kind.MESSAGE,
    "text/calendar": Kind.CALENDAR,
    "application/ics": Kind.CALENDAR,
    "application/ms-tnef": Kind.TNEF,
    "application/vnd.ms-tnef": Kind.TNEF,
    "application/pkcs7-signature": Kind.SMIME_SIGNATURE,
    "application/x-pkcs7-signature": Kind.SMIME_SIGNATURE,
    _PGP: Kind.PGP_ENCRYPTED,
    "application/pgp-signature": Kind.PGP_SIGNATURE,
    "application/pgp-keys": Kind.PGP_KEYS,
    "message/delivery-status": Kind.DELIVERY_STATUS,
    "message/global-delivery-status": Kind.DELIVERY_STATUS,
    "message/external-body": Kind.EXTERNAL_BODY,
    "message/partial": Kind.PARTIAL,
}
_CMS_TYPES: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SMIME_TYPES: Final = {
    "signed-data": Kind.SMIME_SIGNED,
    "signed-receipt": Kind.SMIME_SIGNED,
    "enveloped-data": Kind.SMIME_ENCRYPTED,
    "authenveloped-data": Kind.SMIME_ENCRYPTED,
    "encrypted-data": Kind.SMIME_ENCRYPTED,
}
_PKCS7_TYPES: Final = {
    b"\x02": Kind.SMIME_SIGNED,
    b"\x03": Kind.SMIME_ENCRYPTED,
    b"\x06": Kind.SMIME_ENCRYPTED,
}
_AUTH_ENVELOPED: Final = b"\x17"


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that can be taken out.

    Attributes:
        path: as in `Part`; `1.2~1` for the first uuencoded file in the text `1.2`.
        content_type: lower case; application/octet-stream for a uuencoded file.
        name: a safe file name, or None.
        disposition: as in `Part`.
        content_id: without angle brackets, or None.
        charset: as declared, or None.
        encoding: Content-Transfer-Encoding in lower case, or `uuencode`; 8bit where it is said to
            be base64 and is none.
        span: offsets (start, end) of the encoded octets.
        octets: decoded size, exact; None while octets are missing, or too much work to count.
        estimate: the size that the sender declares for what is not here, or None.
        complete: True when every octet is there.
        kind: what it is.
    """

    path: str
    content_type: str
    name: str | None
    disposition: str
    content_id: str | None
    charset: str | None
    encoding: str
    span: tuple[int, int]
    octets: int | None
    estimate: int | None
    complete: bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class Measured:
    """The decoded size, and the SHA-256 of the decoded octets in hexadecimal digits."""

    octets: int
    sha256: str


def attachments(
    data: Octets,
    structure: Structure,
    body_paths: Collection[str],
    *,
    whole: bool,
    only: str | None = None,
    work: Work | None = None,
) -> tuple[Attachment, ...]:
    """What is no body, in the order of the message. Never raises; linear in the length of `data`.

    Uuencoded files are looked for in plain text without a transfer encoding, a body or not; 100
    of them count.

    Args:
        data: what `structure` was scanned from.
        structure: the message.
        body_paths: the parts that are shown as the text.
        whole: False when the message goes on behind `data`.
        only: the one path that is looked for, where it is one.
        work: how much may be done; sizes beyond that are not told.
    """
    work = work or Work(octets=len(data))
    found: list[Attachment] = []
    left = MAX_FILES
    encrypted = _pgp_payloads(structure.root)
    for part in own_parts(structure.root):
        complete = part.complete and (whole or part.body[1] < len(data))
        offered = part.path not in body_paths and only in {None, part.path}
        if offered and is_leaf(part, structure.root):
            in_pgp = part.path in encrypted
            found.append(_from_part(data, part, work, in_pgp=in_pgp, complete=complete))
        sought = only is None or only.startswith(f"{part.path}~")
        if left and sought and _may_hold_files(part, body_paths):
            files = _uuencoded(data, part.body, whole=complete)[:left]
            left -= len(files)
            found += [
                _from_text(data, part, one, number, work) for number, one in enumerate(files, 1)
            ]
    return tuple(one for one in found if only in {None, one.path})


def stream(data: Octets, attachment: Attachment) -> Iterator[bytes]:
    """The decoded octets in blocks of at most 64 KiB; as far as they go where it is cut."""
    for octets in _decoded(data, attachment):
        if len(octets) <= MAX_BLOCK:
            yield octets
        else:
            for at in range(0, len(octets), MAX_BLOCK):
                yield octets[at : at + MAX_BLOCK]


def measure(data: Octets, attachment: Attachment, work: Work | None = None) -> Measured:
    """The size and the digest of what `stream` gives; no digest where that is too much work."""
    work = work or Work(octets=len(data))
    if not work.spend(_cost(attachment.span, attachment.encoding)):
        return Measured(octets=attachment.octets or 0, sha256="")
    count, digest = 0, hashlib.sha256()
    made = decoder(attachment.encoding, complete=attachment.complete)
    for octets in _decoded(data, attachment, made):
        count += len(octets)
        digest.update(octets)
    work.spent(getattr(made, "odd_lines", 0) * ODD_LINE)
    return Measured(octets=count, sha256=digest.hexdigest())


def is_leaf(part: Part, root: Part) -> bool:
    """True for parts without parts, and for messages within, which are one part each."""
    if part.is_multipart:
        return not part.children and part.complete and part is not root
    return not part.children or part is not root


def own_parts(root: Part) -> Iterator[Part]:
    """Every part in order, but nothing of the messages within."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if part is root or part.content_type != "message/rfc822":
            waiting.extend(reversed(part.children))


def _uuencoded(data: Octets, span: tuple[int, int], *, whole: bool) -> tuple[UuFile, ...]:
    """The uuencoded files of a text; what comes before the first one is not kept in memory."""
    start, stop = span
    found = search(data, _BEGIN, start, stop, longest=_BEGIN_OCTETS)
    if found is None:
        return ()
    first = max(start, found - 1)  # with the line end before it
    text = bytes(data[first : min(stop, first + _MAX_UU)])
    files = find_uuencoded(text, 0, len(text), whole=whole and first + len(text) == stop)
    return tuple(replace(file, start=file.start + first, end=file.end + first) for file in files)


def _from_part(data: Octets, part: Part, work: Work, *, in_pgp: bool, complete: bool) -> Attachment:
    kind = _kind(data, part)
    encoding = true_encoding(part.encoding, data, part.body, complete=complete)
    if in_pgp and kind is Kind.FILE:
        kind = Kind.PGP_ENCRYPTED
    estimate: int | None = None
    if kind is Kind.EXTERNAL_BODY:
        estimate = _size(part.params.get("size"))
    elif not complete:
        estimate = _declared(bytes(data[slice(*part.header)]))
    return Attachment(
        path=part.path,
        content_type=part.content_type,
        name=part.filename,
        disposition=part.disposition,
        content_id=part.content_id,
        charset=part.charset,
        encoding=encoding,
        span=part.body,
        octets=_octets(data, part.body, encoding, work) if complete else None,
        estimate=estimate,
        complete=complete,
        kind=kind,
    )


def _from_text(data: Octets, part: Part, file: UuFile, number: int, work: Work) -> Attachment:
    span = (file.start, file.end)
    return Attachment(
        path=f"{part.path}~{number}",
        content_type=_OCTETS,
        name=file.name,
        disposition="",
        content_id=None,
        charset=None,
        encoding="uuencode",
        span=span,
        octets=_octets(data, span, "uuencode", work) if file.complete else None,
        estimate=None,
        complete=file.complete,
        kind=_kind_by_name(file.name),
    )


def _may_hold_files(part: Part, body_paths: Collection[str]) -> bool:
    if part.children or part.encoding not in _IDENTITY or part.disposition == "attachment":
        return False
    # A broken multipart can be the body, too.
    return part.content_type == "text/plain" or (
        part.path in body_paths and part.content_type != "text/html"
    )


def _kind(data: Octets, part: Part) -> Kind:
    if part.content_type in _CMS_TYPES:
        return _smime_kind(data, part)
    if part.content_type.startswith("image/"):
        return Kind.IMAGE
    known = _KINDS.get(part.content_type)
    if known is None and (part.filename or "").lower().endswith(_SMIME_SUFFIX):
        return _smime_kind(data, part)
    return known or _kind_by_name(part.filename)


def _kind_by_name(name: str | None) -> Kind:
    """What a part is whose type says nothing of it."""
    name = (name or "").lower()
    if name.endswith(_MESSAGE_SUFFIX):
        return Kind.MESSAGE
    return Kind.TNEF if name == _WINMAIL else Kind.FILE


def _smime_kind(data: Octets, part: Part) -> Kind:
    """Signed or encrypted: by its first octets, else as declared (RFC 8551, 3.2.2), else a file."""
    declared = (part.params.get("smime-type") or "").strip().lower()
    start, end = part.body
    first = decode_transfer(
        bytes(data[start : min(end, start + _SNIFF)]), part.encoding, complete=False
    )
    found = _CMS.match(first)
    if found is None or declared == "certs-only":  # a signature of nothing that carries them
        return _SMIME_TYPES.get(declared, Kind.FILE)
    if found["smime"] is not None:
        return Kind.SMIME_ENCRYPTED if found["smime"] == _AUTH_ENVELOPED else Kind.FILE
    return _PKCS7_TYPES.get(found["pkcs7"], Kind.FILE)


def _pgp_payloads(root: Part) -> frozenset[str]:
    """The paths of what is in multiparts that PGP has encrypted (RFC 3156, 4)."""
    return frozenset(
        child.path
        for part in own_parts(root)
        if part.content_type == "multipart/encrypted" and _is_pgp(part)
        for child in part.children
    )


def _is_pgp(part: Part) -> bool:
    protocol = (part.params.get("protocol") or "").strip().lower()
    first = part.children[0].content_type if part.children else ""
    return _PGP in {protocol, first}


def _declared(header: bytes) -> int | None:
    """The size parameter of Content-Disposition (RFC 2183, 2.7)."""
    for name, raw, value_at in raw_fields(header):
        if name.lower() == "content-disposition":
            return _size(parse_parameters(unfold(raw[value_at:])).get("size"))
    return None


def _size(value: str | None) -> int | None:
    return int(value) if value is not None and _SIZE.fullmatch(value) else None


def _cost(span: tuple[int, int], encoding: str) -> int:
    """Units of work to decode it, but for odd lines of base64."""
    return (span[1] - span[0]) // (_CHEAP if encoding in _IDENTITY | {"base64"} else _DEAR)


def _octets(data: Octets, span: tuple[int, int], encoding: str, work: Work) -> int | None:
    """The decoded size of a complete body; base64 is counted, not decoded."""
    if not work.spend(_cost(span, encoding)):
        return None
    if encoding == "base64":
        counter = Base64Counter()
        for block in blocks(data, *span, _INPUT):
            counter.feed(block)
        found = counter.close()
        work.spent(counter.odd_lines * ODD_LINE)
        return found
    made = decoder(encoding)
    return sum(len(made.feed(block)) for block in blocks(data, *span, _INPUT)) + len(made.close())


def _decoded(data: Octets, attachment: Attachment, made: Decoder | None = None) -> Iterator[bytes]:
    made = made or decoder(attachment.encoding, complete=attachment.complete)
    for block in blocks(data, *attachment.span, _INPUT):
        if octets := made.feed(block):
            yield octets
    if octets := made.close():
        yield octets
