"""Which row of a new listing a mark goes on to, where ids do not tell."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.mailbox.index import Index
from app.mailbox.recognition import carried, read_now
from app.pop3 import CommandRejected
from app.transport import Fetched

from .opening import index_of


def showing(*headers: str | None) -> Any:
    """A connection that shows these headers for messages from 1 on; None: it refuses."""

    async def fetch(command: Any, _: int) -> Fetched:
        header = headers[int(command.shown.split()[1]) - 1]
        if header is None:
            raise CommandRejected(command.shown, None, "-ERR no")
        raw = f"Subject: {header}\r\n\r\n".encode()
        return Fetched(raw, len(raw))

    return SimpleNamespace(fetch=fetch)


def known(index: Index, *headers: str) -> Index:
    for position, (message, header) in enumerate(zip(index, headers, strict=True), 1):
        message.header.learn(f"Subject: {header}\r\n\r\n".encode(), position, "before")
    return index


@pytest.mark.parametrize(
    ("earlier", "now", "shown", "marked", "found"),
    [
        # Without UIDLs: by number, all of them or none, where all sizes are the same.
        ([(None, 1), (None, 1)], [(None, 1), (None, 1)], ["a", "b"], [1, 2], {1: 1, 2: 2}),
        ([(None, 1), (None, 1)], [(None, 1), (None, 1)], ["a", "x"], [1, 2], {}),
        ([(None, 1), (None, 1)], [(None, 1), (None, 1)], ["a", None], [1, 2], {}),
        ([(None, 1), (None, 1)], [(None, 1), (None, 1), (None, 1)], ["a", "b", "c"], [1], {}),
        ([("1", 1), ("2", 1)], [("1", 1), ("2", 1)], ["a", "b"], [2], {2: 2}),
        ([("1", 1), ("2", 1)], [("1", 1), ("2", 1)], ["b", "a"], [2], {}),
        # Copies with one UIDL: by header, each row once.
        ([("s", 1), ("s", 1)], [("s", 1), ("s", 1)], ["b", "a"], [1, 2], {1: 2, 2: 1}),
        ([("s", 1), ("s", 1)], [("s", 1), ("s", 1)], ["b", "x"], [1, 2], {2: 1}),
        ([("s", 1), ("s", 1)], [("s", 1), ("s", 2)], ["a", "a"], [1], {1: 1}),
    ],
)
async def test_a_mark_goes_to_the_row_that_shows_its_header(earlier, now, shown, marked, found):
    before = known(index_of(*earlier, salt="before"), *("ab"[: len(earlier)]))
    after = index_of(*now, salt="after")
    marks = [message for message in before if message.number in marked]
    new = await carried(showing(*shown), "after", marks, before, after, same=False)
    numbers = {before[old].number: after[id].number for old, id in new.items()}
    assert cast("dict[int, int]", numbers) == found
    for old, id in new.items():
        assert after[id].header is before[old].header
        assert after[id].header.read_on == "after"


async def test_headers_read_now_are_told_by_digest_and_none_where_refused():
    index = index_of(("a", 1), ("b", 1))
    learnt: list[bytes] = []
    shown = await read_now(showing("a", None), index, lambda _, raw: learnt.append(raw))
    assert [bool(shown[message.number]) for message in index] == [True, False]
    assert learnt == [b"Subject: a\r\n\r\n"]
