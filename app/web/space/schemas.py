"""The space map as the JSON API gives it."""

from datetime import tzinfo

from pydantic import BaseModel

from app.mailbox import By, Query, Selection, grouped

from .facets import label


def space_json(by: By, query: Query, found: Selection, zone: tzinfo) -> bytes:
    """The groups of the messages that a filter matched; takes a while for a large maildrop."""
    total = sum(message.counted for message in found.matched)
    groups = []
    for group in grouped(found.matched, by, zone):
        narrowed = query.narrowed(group.terms)
        groups.append(
            SpaceGroup(
                key=group.key,
                label=label(by, group),
                q=str(narrowed) if narrowed is not None else None,
                messages=len(group.members),
                octets=group.octets,
                share=group.octets / total if total else 0.0,
            )
        )
    return SpaceMap(groups=groups, undecided=len(found.undecided)).model_dump_json().encode()


class SpaceGroup(BaseModel):
    """Messages that have something in common; `share` is of the octets of all groups, 0 to 1.

    `key` is "" where a header has no sender, domain or date, null where it is not known yet. `q`
    goes to `list`, `dele` and `export`; it is null where it would be too long.
    """

    key: str | None
    label: str
    q: str | None
    messages: int
    octets: int
    share: float


class SpaceMap(BaseModel):
    """Groups, each message in one; `undecided` counts what the filter cannot decide yet."""

    groups: list[SpaceGroup]
    undecided: int
