"""Bytes of mail to values.

Owns: header fields and summaries, the structure of whole and of truncated messages, transfer and
charset decoding, the text worth showing of a message's first lines and its blocks, the
route it came, HTML made safe to show.
Must not know: where the bytes come from, POP3, HTTP, the page. It does no I/O, keeps no state and
raises nothing for bad mail: what is wrong is returned as `defects`, short stable codes.
"""

from .attachments import Attachment, Kind, Measured, attachments, stream
from .blocks import Block, Piece, blocks
from .calendar import Attendee, Event, Invitation, formats_available, invitation
from .contents import Contents, Text, join_paths, split_path
from .decoders import decoder
from .headers import (
    Address,
    HeaderField,
    Summary,
    decode_words,
    essence,
    parse_fields,
    split_header,
    summarise,
)
from .inner_messages import holds_message
from .links import Link
from .mbox import MboxWriter
from .octets import Octets, Section
from .peek import Peek, PeekedPart, peek
from .received import Encryption, Hop
from .sanitise import SafeHtml, joined, sanitise
from .source import show_source
from .structure import Part, Structure, scan
from .tnef import unpack
from .trace import Signature, Trace, trace
from .verdicts import AuthVerdict, Result, VerdictKind
from .viewable_types import PDF, viewable_type

__all__ = [
    "PDF",
    "Address",
    "Attachment",
    "Attendee",
    "AuthVerdict",
    "Block",
    "Contents",
    "Encryption",
    "Event",
    "HeaderField",
    "Hop",
    "Invitation",
    "Kind",
    "Link",
    "MboxWriter",
    "Measured",
    "Octets",
    "Part",
    "Peek",
    "PeekedPart",
    "Piece",
    "Result",
    "SafeHtml",
    "Section",
    "Signature",
    "Structure",
    "Summary",
    "Text",
    "Trace",
    "VerdictKind",
    "attachments",
    "blocks",
    "decode_words",
    "decoder",
    "essence",
    "formats_available",
    "holds_message",
    "invitation",
    "join_paths",
    "joined",
    "parse_fields",
    "peek",
    "sanitise",
    "scan",
    "show_source",
    "split_header",
    "split_path",
    "stream",
    "summarise",
    "trace",
    "unpack",
    "viewable_type",
]
