"""The space map of the API: its filters, shares and lacks."""

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import By, Query, Selection, parse_query
from app.web.space.schemas import SpaceMap, space_json
from tests.mailbox.heaps import HEAPS, NOW, header_of, message
from tests.mailbox.oracle import select


@given(HEAPS, st.sampled_from(By), st.sampled_from(["", "larger:5", "-anna", "from:anna"]))
def test_each_group_is_what_its_filter_selects(heap, by, q):
    query = parse_query(q)
    found = select(query, heap, {}, NOW)
    made = SpaceMap.model_validate_json(space_json(by, query, found, UTC))
    assert made.undecided == len(found.undecided)
    assert sum(group.messages for group in made.groups) == len(found.matched)
    if any(one.octets for one in found.matched):
        assert sum(group.share for group in made.groups) == pytest.approx(1)
    for group in made.groups:
        assert group.q is not None
        assert group.label
        chosen = select(parse_query(group.q), heap, {}, NOW).matched
        assert len(chosen) == group.messages
        assert sum(one.counted for one in chosen) == group.octets


def test_labels_are_for_people_and_keys_for_programs():
    heap = (
        message(1, 300, header_of("Anna <Anna@example.org>", "5 Mar 2026 12:00")),
        message(2, 100, header_of(None, None)),
        message(3, 100),
    )
    told = {
        by: [
            (group["key"], group["label"])
            for group in json.loads(space_json(by, Query(), Selection(heap, ()), UTC))["groups"]
        ]
        for by in By
    }
    assert told == {
        By.SIZE: [
            ("10M", "over 10 MB"),
            ("1M", "1 to 10 MB"),
            ("100K", "100 KB to 1 MB"),
            ("0", "up to 100 KB"),
        ],
        By.SENDER: [("anna@example.org", "Anna"), ("", "no sender"), (None, "not read yet")],
        By.DOMAIN: [("example.org", "example.org"), ("", "no domain"), (None, "not read yet")],
        By.MONTH: [("2026-03", "March 2026"), ("", "no date"), (None, "not read yet")],
    }


def test_a_filter_that_would_be_too_long_is_null():
    heap = (message(1, 300, header_of("anna@example.org", None)),)
    made = json.loads(space_json(By.SENDER, parse_query("x" * 980), Selection(heap, ()), UTC))
    assert [group["q"] for group in made["groups"]] == [None]
