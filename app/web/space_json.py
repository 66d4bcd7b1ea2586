"""The space map as the JSON API gives it."""

from datetime import tzinfo

from app.mailbox import By, Query, Selection, grouped

from .facets import label
from .schemas import SpaceGroup, SpaceMap


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
