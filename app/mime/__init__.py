"""Bytes of mail to values.

Owns: header fields and summaries, the structure of whole and of truncated messages, transfer and
charset decoding, the text worth showing of a message's first lines and its blocks, the
route it came.
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
    "scan",
    "split_header",
    "summarise",
    "trace",
]
