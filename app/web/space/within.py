"""Groups within the filter of a list: of each kind those that its facets count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice

from app.mailbox import By, Group, Mailbox, Message, Query, grouped, in_thread
from app.web.list.selection import chosen
from app.web.site import formats

from .facets import without_choice


@dataclass(frozen=True, slots=True)
class Grouped:
    """Groups of each kind; `waiting`: more would be known by now."""

    by: Mapping[By, tuple[Group, ...]]
    waiting: bool


async def grouped_within(mailbox: Mailbox, query: Query, most: int | None = None) -> Grouped:
    """Each kind within the filter, but for what was chosen of that kind itself.

    Args:
        mailbox: whose messages.
        query: the filter of the list.
        most: where more headers than this would have to be parsed, it is left at sizes.
    """
    zone = formats.own_zone()
    await mailbox.listing.survey(zone, most)
    waiting = not mailbox.listing.surveyed(zone)
    filters = {by: without_choice(query, by) for by in By}
    made = {by: mailbox.listing.groups(by, zone) or () for by in By}
    for one in dict.fromkeys(filters.values()):
        kinds = [by for by in By if filters[by] == one]
        if one.matches_all:
            continue
        found = (await chosen(mailbox, one)).matched
        some = await in_thread(_grouped, found, kinds, zone, most)
        waiting |= len(some) < len(kinds)
        made |= dict.fromkeys(kinds, ()) | some
    return Grouped(made, waiting)


def _grouped(
    found: Sequence[Message], kinds: list[By], zone: tzinfo, most: int | None
) -> dict[By, tuple[Group, ...]]:
    messages = tuple(found)
    unread = (message for message in messages if message.header.unread)
    if most is not None and next(islice(unread, most, None), None) is not None:
        kinds = [by for by in kinds if by is By.SIZE]
    return {by: grouped(messages, by, zone) for by in kinds}
