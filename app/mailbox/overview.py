"""The space map of a whole maildrop: made aside, kept until the maildrop or its headers change."""

import asyncio
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice

from .aside import aside
from .groups import By, Group, grouped
from .index import Index


@dataclass(frozen=True, slots=True)
class _Made:
    index: Index
    known: int
    zone: tzinfo
    groups: tuple[Group, ...]


class Overview:
    """Keeps the newest groups of each kind.

    Headers are parsed when somebody looks; a look at senders looks at them all. A page that can
    do without says how many it would parse at most, and gets what was made before.
    """

    def __init__(self) -> None:
        self._made: dict[By, _Made] = {}
        self._making = asyncio.Lock()

    def newest(self, index: Index, by: By, zone: tzinfo) -> tuple[Group, ...] | None:
        """What was made last of this listing, perhaps with fewer headers known."""
        made = self._made.get(by)
        same = (
            made is not None and made.index is index and (by is not By.MONTH or made.zone == zone)
        )
        return made.groups if made is not None and same else None

    def fresh(self, index: Index, known: int, by: By, zone: tzinfo) -> bool:
        """Whether what was made last is still right."""
        made = self._made.get(by)
        if made is None or self.newest(index, by, zone) is None:
            return False
        return made.known == known or by is By.SIZE

    async def make(self, index: Index, known: int, zone: tzinfo, most: int | None = None) -> None:
        """Makes all kinds of groups that are not fresh.

        Args:
            index: the messages.
            known: rises with every header that comes in.
            zone: whose months.
            most: where more headers than this have to be parsed first, only sizes are grouped.
        """
        async with self._making:  # who waits for the same finds it made
            wanted = [by for by in By if not self.fresh(index, known, by, zone)]
            if wanted:
                for by, groups in (await aside(_make, index, wanted, zone, most)).items():
                    self._made[by] = _Made(index, known, zone, groups)


def _make(
    index: Index, wanted: list[By], zone: tzinfo, most: int | None
) -> dict[By, tuple[Group, ...]]:
    if most is not None:
        unread = (message for message in index if message.header.unread)
        if next(islice(unread, most, None), None) is not None:
            wanted = [by for by in wanted if by is By.SIZE]
    return {by: grouped(index, by, zone) for by in wanted}
