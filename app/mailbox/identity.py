"""Whether a row of a listing is the message that is known: the one rule, for all that is carried.

A UIDL is a claim, not an identity: servers give message numbers, or give one again to another
message. So headers, peeks, whole messages, marks and receipts ask here. Rows that fit share one
`Header`; from then on that tells, and whatever was read is good for rows of that `Header` alone.
"""

from dataclasses import replace

from .models import Header, Known, Message


def fits(known: Message, row: Message) -> bool:
    """Whether a row fits what is known of a message: UIDL, size, and header where both have one.

    A size that is not told is no other size's.
    """
    if known.header is row.header:
        return True
    if known.uidl is None or known.uidl != row.uidl or known.octets != row.octets:
        return False
    if known.ambiguous or row.ambiguous:
        return bool(known.header.digest) and known.header.digest == row.header.digest
    return _alike(known.header, row.header)


def _alike(one: Header, other: Header) -> bool:
    return not one.digest or not other.digest or one.digest == other.digest


def meant(mark: Message, row: Message) -> bool:
    """Whether a row of another listing may be what was marked, to be looked at before DELE.

    A mark that was set before the header had come is good for its own connection alone: the size is
    all that was seen of it, and nothing read later can tell whether it is the same message.
    """
    if mark.header is row.header:
        return True
    if mark.ambiguous and row.ambiguous and mark.uidl == row.uidl and mark.octets == row.octets:
        return bool(mark.header.digest) and _alike(mark.header, row.header)
    return bool(mark.header.digest) and fits(mark, row)


def restorable(known: Known, row: Message) -> bool:
    """Whether a row may be what was marked in another session, under the same id."""
    if known.octets != row.octets or not (known.digest or known.blind):
        return False
    return _alike(Header(known.digest), row.header)


def renewed(mark: Message, row: Message) -> Message:
    """The row as what is marked, with no more known of it than was known of the mark."""
    return (
        row if row.header is mark.header or row.headers_known else replace(row, header=mark.header)
    )


def certain(mark: Message, row: Message, *, read_on: str, suspicious: bool) -> bool:
    """Whether a row is what was marked, without a look at its header on this very connection.

    Args:
        mark: the message as it was when it was marked.
        row: of this connection's listing.
        read_on: the connection's name.
        suspicious: the server's UIDLs have done what they must not.
    """
    if mark.header is not row.header:
        return False
    if not mark.header.digest:  # shared, so by its number on one connection, or by a blind server
        return True
    # A look at one that breaks off would end the connection before any DELE.
    return (row.header.read_on == read_on or row.header.cut) and not suspicious
