"""Bytes of mail to values.

Owns: header fields and summaries, the structure of whole and of truncated messages, transfer and
charset decoding, the text worth showing of a message's first lines and its blocks, the
route it came.
charset decoding, the text worth showing of a message's first lines, HTML made safe to show.
Must not know: where the bytes come from, POP3, HTTP, the page. It does no I/O, keeps no state and
raises nothing for bad mail: what is wrong is returned as `defects`, short stable codes.
"""

from .contents import Contents, Text
from .blocks import Block, Piece, blocks
from .headers import (
    Address,
    HeaderField,
    Summary,
    decode_words,
    parse_fields,
    split_header,
    summarise,
)
from .octets import Octets
from .peek import Peek, PeekedPart, peek, peek_into
from .received import Encryption, Hop
from .links import Link
from .peek import Peek, PeekedPart, peek
from .sanitise import SafeHtml, sanitise
from .structure import Part, Structure, scan
from .trace import Signature, Trace, trace
from .verdicts import Result, Verdict, VerdictKind

__all__ = [
    "Address",
    "Contents",
    "Block",
    "Encryption",
    "HeaderField",
    "Hop",
    "Octets",
    "Part",
    "Peek",
    "PeekedPart",
    "Piece",
    "Result",
    "Signature",
    "Link",
    "Part",
    "Peek",
    "PeekedPart",
    "SafeHtml",
    "Structure",
    "Summary",
    "Text",
    "Trace",
    "Verdict",
    "VerdictKind",
    "blocks",
    "decode_words",
    "parse_fields",
    "peek",
    "peek_into",
    "sanitise",
    "scan",
    "split_header",
    "summarise",
    "trace",
]
