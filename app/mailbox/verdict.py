"""What became of marked messages, told by a second listing and by headers; pure.

Only QUIT deletes (RFC 1939, section 6), and a server may then remove some, all or none. So the
outcome is read from a second sign-in, never from the answers alone.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from app.pop3 import MessageNumber, Octets, Uidl

from .index import Index
from .models import Message, MessageId, Outcome, Unproven

_LOOKED_AT = 200  # rows, to tell whether what is gone stands elsewhere


@dataclass(frozen=True, slots=True)
class CommitVerdict:
    """What became of the marked messages.

    Attributes:
        outcomes: for each marked message.
        verified: whether the second look could tell.
        why: why it could not, or the server's words for that; else empty.
    """

    outcomes: Mapping[MessageId, Outcome]
    verified: bool
    why: Unproven | str = ""


def judge(before: Index, marked: Collection[MessageId], after: Index) -> CommitVerdict:
    """What a second listing says of the marked messages; pure.

    Messages are found again by UIDL; where a UIDL has several copies, by their sizes, and where
    sizes are the same too, by how many are left. Where at least as many unmarked messages are
    missing as marked ones stand there, UIDLs may have moved on, and tell nothing. Without UIDLs
    only the row of all sizes can tell, and only if nothing else changed. Where the server has more
    messages than were listed, what is missing may be one of them.
    """
    chosen = frozenset(marked)  # looked up for each message of the maildrop
    if not before.has_uidls or not after.has_uidls or after.left_out:
        return _judge_by_sizes(before, chosen, after)
    if _renamed(before, chosen, after):
        return unknown(marked, why=Unproven.RENAMED)
    there = Counter((message.uidl, message.octets) for message in after)
    # Of copies with one UIDL and one size, the unmarked ones are found again first.
    staying: Counter[tuple[Uidl | None, Octets | None]] = Counter(
        (message.uidl, message.octets) for message in before if message.id not in chosen
    )
    there.subtract({key: min(count, there[key]) for key, count in staying.items()})
    outcomes: dict[MessageId, Outcome] = {}
    missing: list[Message] = []
    for message in (before[id] for id in marked):
        key = (message.uidl, message.octets)
        if there[key] > 0:
            there[key] -= 1
            outcomes[message.id] = Outcome.STILL_THERE
        else:
            missing.append(message)
    left = {uidl for (uidl, _), count in there.items() if count > 0}
    for message in missing:
        if message.uidl not in left:
            outcomes[message.id] = Outcome.GONE
        elif before.copies_of(message) == 1:
            outcomes[message.id] = Outcome.STILL_THERE  # only its estimated size has changed
        else:
            outcomes[message.id] = Outcome.NOT_VERIFIED
    if Outcome.NOT_VERIFIED in outcomes.values():
        return CommitVerdict(outcomes, verified=False, why=Unproven.COPIES_RESIZED)
    stayed = sum(outcome is Outcome.STILL_THERE for outcome in outcomes.values())
    if 0 < stayed <= _missing(before, chosen, after):
        return unknown(marked, why=Unproven.AS_MANY_MISSING)
    return CommitVerdict(outcomes, verified=True)


def unknown(marked: Iterable[MessageId], *, why: Unproven | str) -> CommitVerdict:
    """Nothing is known of these."""
    return CommitVerdict(dict.fromkeys(marked, Outcome.NOT_VERIFIED), verified=False, why=why)


def reused(marked: Iterable[MessageId]) -> CommitVerdict:
    """What is known where another message has the UIDL of a marked one: nothing."""
    return unknown(marked, why=Unproven.REUSED)


def _missing(before: Index, marked: frozenset[MessageId], after: Index) -> int:
    """How many unmarked messages have no UIDL in the second listing."""
    there = Counter(message.uidl for message in after)
    unmarked = Counter(message.uidl for message in before if message.id not in marked)
    return sum(max(0, count - there[uidl]) for uidl, count in unmarked.items())


def _renamed(before: Index, marked: frozenset[MessageId], after: Index) -> bool:
    """Whether messages may be the same under other UIDLs: none is known, and some could be."""
    if not {message.uidl for message in after}.isdisjoint(message.uidl for message in before):
        return False
    if any(message.id not in marked for message in before):
        return len(after) > 0
    return not {message.octets for message in before}.isdisjoint(after.sizes)


def _judge_by_sizes(before: Index, marked: frozenset[MessageId], after: Index) -> CommitVerdict:
    if after.left_out:
        return unknown(marked, why=Unproven.LEFT_OUT)
    if after.totals.unsized or (before.totals.unsized and len(after)):
        return unknown(marked, why=Unproven.NO_SIZES)
    expected = [message.octets for message in before if message.id not in marked]
    if after.sizes == expected:
        return CommitVerdict(dict.fromkeys(marked, Outcome.GONE), verified=True)
    if after.sizes == before.sizes:
        return CommitVerdict(dict.fromkeys(marked, Outcome.STILL_THERE), verified=True)
    return unknown(marked, why=_untold(before))


def _untold(before: Index) -> Unproven:
    named = any(message.uidl is not None for message in before)
    return Unproven.USELESS_UIDLS if named else Unproven.NO_UIDLS


def lookalikes(
    before: Index, verdict: CommitVerdict, after: Index
) -> list[tuple[Message, Message | None]]:
    """Rows whose headers would tell a verdict wrong, and what each is said to be, if marked; pure.

    Those are rows of the same size where what is called gone may stand now; those called still
    there, where UIDL and size do not tell; and new ones. Of 100,000 the last few.
    """
    chosen = [(before[id], outcome) for id, outcome in verdict.outcomes.items()]
    gone = [message for message, outcome in chosen if outcome is Outcome.GONE]
    stay = [m for m, outcome in chosen if outcome is Outcome.STILL_THERE and m.header.digest]
    by_uidl = before.has_uidls and after.has_uidls
    known = {message.uidl for message in before}
    alone = {m.uidl: m for m in stay if by_uidl and before.copies_of(m) == 1}
    copies = {(m.uidl, m.octets): m for m in stay if by_uidl and before.copies_of(m) > 1}
    placed = {} if by_uidl or gone else {message.place: message for message in stay}
    sizes = {message.octets for message in gone}
    shared = {message.uidl for message in gone if by_uidl}
    # Without UIDLs it may have moved up by as many rows as others took away before it.
    first = min((m.place for m in gone), default=0) - len(gone) if by_uidl else 0
    last = max((message.place for message in gone), default=-1)

    def said(row: Message) -> Message | None:
        return alone.get(row.uidl) or copies.get((row.uidl, row.octets)) or placed.get(row.place)

    def doubtful(row: Message) -> bool:
        stranger = by_uidl and (row.uidl not in known or row.uidl in shared)
        if stranger or (row.octets in sizes and first <= row.place <= last):
            return True
        mark = said(row)
        told = mark is not None and mark.uidl in alone and mark.octets == row.octets
        return mark is not None and (not told or after.copies_of(row) > 1)

    return list(deque(((row, said(row)) for row in after if doubtful(row)), _LOOKED_AT))


def looked_at(
    before: Index,
    verdict: CommitVerdict,
    rows: Iterable[tuple[Message, Message | None]],
    shown: Mapping[MessageNumber, bytes | None],
) -> CommitVerdict:
    """The verdict, or none where the headers of those rows tell otherwise; pure.

    Args:
        before: the maildrop before it.
        verdict: what the listing alone told.
        rows: as `lookalikes` gave them.
        shown: the digests of their headers, by number.
    """
    known = {message.uidl for message in before}
    gone = {before[id].octets for id, found in verdict.outcomes.items() if found is Outcome.GONE}
    chosen = {before[id].header.digest for id in verdict.outcomes}  # copies may have changed places
    twins = Counter(m.header.digest for m in before if m.id not in verdict.outcomes)
    for row, said in rows:
        digest = shown.get(row.number)
        renamed = before.has_uidls and row.uidl not in known and row.octets in gone
        if not digest and renamed:  # it may be what is called gone, and no look tells
            return unknown(verdict.outcomes, why=_untold(before))
        if not digest or (said and digest == said.header.digest):
            continue
        moved = row.uidl not in known and (digest in chosen or digest in twins)
        twins[digest] -= digest in chosen
        if said or moved or twins[digest] < 0:
            return unknown(verdict.outcomes, why=_untold(before))
    return verdict
