"""A receipt as a file: JSON for scripts, CSV for spreadsheets.

The CSV follows RFC 4180: CRLF, quotes doubled, a header line. Where numbers have a decimal comma,
Excel wants a semicolon between cells, and takes a line with commas for one cell. It begins with a
byte order mark, since Excel takes a CSV file without one for the machine's old code page and
garbles every name; whatever else reads UTF-8 skips it. Senders write its cells, so none of them can
be a formula, wherever a program set up for another region parts them.
"""

import csv
import io
import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from babel import Locale
from babel.numbers import get_decimal_symbol
from fastapi.responses import Response

from app.mailbox import Receipt
from app.web.reader.files import disposition

from . import receipt_words, schemas

_FORMULA: Final = frozenset("=+-@\N{MINUS SIGN}")
_CONTROL: Final = frozenset("\t\r\n")
_PARTS: Final = re.compile(r"([,;|\t\r\n])")  # a cell, for whoever takes one of these for its end
_QUOTES: Final = frozenset("'\"`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}")
# White space, and what is invisible or not assigned: a spreadsheet may drop it before it looks.
_PASSED_OVER: Final = frozenset("CZ")  # general categories
_COLUMNS: Final = ("result", "octets", "from", "subject", "date", "reason", "checked")
# Where Windows has a semicolon in lists though the decimal sign, by CLDR, is no comma.
_SEMICOLON: Final = frozenset({"CH", "LI", "ZA"})
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what could be one.

    Full-width, small and raised variants count as what they stand for (NFKC).
    """
    parted = "".join(map(_guarded, _PARTS.split(cell)))
    return parted if parted.startswith("'") else _guarded(parted)


def _guarded(cell: str) -> str:
    for character in cell:
        if character in _CONTROL:
            return f"'{cell}"
        if character in _QUOTES or unicodedata.category(character)[0] in _PASSED_OVER:
            continue
        plain = unicodedata.normalize("NFKC", character)
        return f"'{cell}" if plain[:1] in _FORMULA else cell
    return cell


def separator(where: Locale) -> str:
    """What the spreadsheets of a region want between two cells."""
    if where.territory in _SEMICOLON or get_decimal_symbol(where) == ",":
        return ";"
    return ","


def receipt_csv(receipt: Receipt, between: str = ",") -> bytes:
    """One line for each message, in the receipt's order; names and values as in the API.

    Args:
        receipt: which one.
        between: the separator of cells.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=between, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    checked = _moment(receipt.at)
    for item in receipt.items:
        reason = receipt_words.reason(item) or _why(receipt, item.outcome.value)
        said = map(harmless, (item.sender, item.subject))
        date = _moment(item.date) if item.date else ""
        writer.writerow((item.outcome.value, item.octets, *said, date, harmless(reason), checked))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _moment(moment: datetime) -> str:
    with suppress(OverflowError, ValueError):  # at the ends of time
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


def _why(receipt: Receipt, outcome: str) -> str:
    return receipt_words.why(receipt) if outcome == "not verified" else ""


def receipt_json(receipt: Receipt) -> bytes:
    """What the API's `quit` answers."""
    return schemas.receipt(receipt).model_dump_json(indent=2).encode("utf-8", "replace") + b"\n"


def receipt_file(receipt: Receipt, content: bytes, media_type: str, extension: str) -> Response:
    """A file to save, named after the moment the receipt was made."""
    name = f"receipt-{receipt.at.astimezone(UTC):%Y%m%dT%H%M%SZ}.{extension}"
    headers = {**_HEADERS, "Content-Disposition": disposition(name)}
    return Response(content, media_type=media_type, headers=headers)
