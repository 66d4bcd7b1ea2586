"""What a person should be told: how the server is, and what happened to the maildrop meanwhile.

How the server is stands as long as it is so. What happened is told until somebody has seen it on a
page and the maildrop was listed again, or has put it away; until then later news is added to it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.transport import Connection, Doubt

from .index import Index
from .models import MessageId, Notice, NoticeCount


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two listings; of the index alone, marks are not looked at.

    Attributes:
        vanished: ids that are there no more.
        altered: ids whose size is another one now.
        came: ids that were not there before.
        reset: the same messages, it seems, have other UIDLs.
        certain: whether ids tell messages from one listing to the next: there are UIDLs, and all
            messages are listed.
    """

    vanished: frozenset[MessageId] = frozenset()
    altered: frozenset[MessageId] = frozenset()
    came: frozenset[MessageId] = frozenset()
    reset: bool = False
    certain: bool = True


def compare(earlier: Index, now: Index) -> Changes:
    """What differs; pure, and slow where there are many messages."""
    vanished, came = earlier.ids - now.ids, now.ids - earlier.ids
    if earlier.has_uidls and now.has_uidls:
        vanished, came = (
            _without_copies(earlier, vanished, now),
            _without_copies(now, came, earlier),
        )
    altered = {id for id in earlier.ids & now.ids if earlier[id].octets != now[id].octets}
    # What is missing may stand behind the rows that are listed, and what is there come from there.
    certain = earlier.has_uidls and now.has_uidls and not now.left_out
    if earlier.left_out:
        came = set()
    elif not certain and earlier.salt != now.salt:
        came = _appended(earlier, now)
    strangers = len(earlier) > 0 and len(vanished) == len(earlier) and len(now) > 0
    reset = certain and strangers and not set(earlier.sizes).isdisjoint(now.sizes)
    return Changes(frozenset(vanished), frozenset(altered), frozenset(came), reset, certain)


def doubts(earlier: Index, now: Index, *, same_connection: bool) -> set[Doubt]:
    """What UIDLs have done from one listing to the next, or in the newer one, that they must not.

    Pure, and slow where there are many messages.
    """
    found = {Doubt.COPIES_DIFFER} if now.copies_differ else set()
    for message in now:
        known = earlier.claiming(message.uidl)
        if known is None or now.claiming(message.uidl) is not message:
            continue
        if None not in {known.octets, message.octets} and known.octets != message.octets:
            found.add(Doubt.RESIZED)
        if same_connection and known.number != message.number:
            found.add(Doubt.RENUMBERED)
    return found


def _by_its_word(connection: Connection) -> Iterator[Notice]:
    """What a server announces, and does not keep."""
    if connection.habit.hangs_up_at_capa:
        yield Notice.HANGS_UP_AT_CAPA
    elif not connection.capabilities.tags:
        yield Notice.NO_CAPA
    if connection.means_refused:
        yield Notice.MEANS_REFUSED
    if connection.habit.unstuffed:
        yield Notice.LONE_DOTS
    elif not connection.capabilities.pipelining:
        yield Notice.NO_PIPELINING
    elif not connection.pipelining:
        yield Notice.PIPELINING_BROKE


def _by_its_uidls(index: Index, doubts: Collection[Doubt]) -> Iterator[Notice]:
    """What its unique-ids are worth."""
    if index.numbered:
        yield Notice.NUMBERED_UIDLS
    elif not {Doubt.REUSED, Doubt.RENUMBERED}.isdisjoint(doubts):
        yield Notice.REUSED_UIDLS
    elif not index.has_uidls:
        yield Notice.NO_UIDL
    if Doubt.RESIZED in doubts:
        yield Notice.RESIZED


def _without_copies(one: Index, ids: Iterable[MessageId], other: Index) -> set[MessageId]:
    """These, but for copies with one UIDL that the other listing has as well, under other ids."""
    if not (one.duplicates and other.duplicates):
        return set(ids)
    there = Counter((m.uidl, m.octets) for m in other if other.copies_of(m) > 1)
    left: set[MessageId] = set()
    for message in one.those(ids):
        if there[message.uidl, message.octets] > 0:
            there[message.uidl, message.octets] -= 1
        else:
            left.add(message.id)
    return left


def _appended(earlier: Index, now: Index) -> set[MessageId]:
    """Without UIDLs: new mail goes to the end, so what stands behind the same sizes is new."""
    if now.sizes[: len(earlier)] != earlier.sizes:
        return set()
    return set(islice(now.ids, len(earlier), None))


class News:
    """Notices of one maildrop.

    Attributes:
        fresh: ids of messages that came since somebody looked last.
    """

    def __init__(self) -> None:
        self.fresh: frozenset[MessageId] = frozenset()
        self._standing: dict[Notice, int] = {}
        self._happened: dict[Notice, int] = {}
        self._seen = False

    @property
    def standing(self) -> tuple[NoticeCount, ...]:
        """How the server is."""
        return tuple(NoticeCount(notice, count) for notice, count in self._standing.items())

    @property
    def happened(self) -> tuple[NoticeCount, ...]:
        """What happened to the maildrop."""
        return tuple(NoticeCount(notice, count) for notice, count in self._happened.items())

    def tell(self, notice: Notice, count: int = 0) -> None:
        """This has happened, so many times or to so many."""
        self._happened[notice] = self._happened.get(notice, 0) + count
        self._seen = False

    def seen(self) -> None:
        """A page shows all of it now."""
        self._seen = True

    def put_away(self) -> None:
        """Somebody has seen it and wants to see it no more."""
        self._happened.clear()
        self.fresh = frozenset()

    def describe(
        self, connection: Connection, index: Index, doubts: Collection[Doubt] = ()
    ) -> None:
        """How the server is, by what it said on a new connection, and by what it did before."""
        self._standing = {
            **dict.fromkeys(_by_its_word(connection), 0),
            **dict.fromkeys(_by_its_uidls(index, doubts), 0),
        }
        if index.duplicates:
            self._standing[Notice.DUPLICATE_UIDLS] = index.duplicates
        if index.left_out:
            self._standing[Notice.LEFT_OUT] = index.left_out
        elif index.stat is not None and index.stat.messages != len(index):
            self._standing[Notice.COUNTS_DIFFER] = index.stat.messages
        if index.totals.unsized:
            self._standing[Notice.SIZES_UNKNOWN] = index.totals.unsized

    def listed(
        self,
        changes: Changes,
        *,
        lost: Collection[MessageId],
        altered: int,
        doomed: Collection[MessageId] = (),
    ) -> None:
        """The maildrop was listed again.

        Args:
            changes: what differs from the listing before.
            lost: the marked ones of what vanished.
            altered: how many marks were dropped since their message has another size.
            doomed: what we have just deleted ourselves: a receipt tells of that.
        """
        if self._seen:
            self.put_away()
            self._seen = False
        self.fresh -= changes.vanished
        ours = frozenset(doomed)
        missed = [id for id in lost if id not in ours]
        if altered:
            self.tell(Notice.MARKS_DROPPED, altered)
        if changes.reset:
            if missed or not ours:
                self.tell(Notice.UIDLS_RESET, len(missed))
            return
        if missed:
            self.tell(Notice.MARKED_GONE if changes.certain else Notice.MARKS_DROPPED, len(missed))
        gone = len(changes.vanished - ours) - len(missed)
        if changes.certain and gone:
            self.tell(Notice.GONE, gone)
        if changes.came:
            self.fresh |= changes.came
            self.tell(Notice.NEW_MAIL, len(changes.came))
