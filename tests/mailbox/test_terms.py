"""What a filter is made of, beside what its reading shows."""

import pytest

from app.mailbox.query import parse
from app.mailbox.terms import MAX_CHARACTERS, Field, Group, Query, Term, contrary, together

A, B, C = (Term(Field.WORD, one) for one in "abc")


def test_groups_of_a_kind_are_one_group():
    both = together([A, together([B, C], either=False)], either=False)
    assert both == Group((A, B, C), either=False)
    assert together([A], either=True) is A
    kept = together([A, contrary(together([B, C], either=True))], either=True)
    assert str(Query((kept,))) == "a or -(b or c)"


def test_what_a_filter_looks_at_is_told_wherever_it_stands():
    query = parse("a or (larger:5M -(from:b older:1d))")
    assert query.fields == {Field.WORD, Field.LARGER, Field.FROM, Field.OLDER}
    assert len(query.leaves) == 4


@pytest.mark.parametrize(
    ("conditions", "whole"),
    [
        ((), True),
        ((Term(Field.WORD, ""),), True),
        ((Group((A, Term(Field.WORD, "")), either=True),), True),
        ((Group((A, Term(Field.WORD, "")), either=False),), False),
        ((Group((A, Term(Field.WORD, "")), either=True, negated=True),), False),
    ],
)
def test_what_leaves_out_nothing_is_known(conditions, whole):
    assert Query(conditions).matches_all is whole


def test_a_filter_narrowed_too_far_is_none():
    assert parse("a or b").narrowed([C]) == parse("a or b c")
    assert parse("x" * (MAX_CHARACTERS - 1)).narrowed([A]) is None
    assert parse("a or b " * 25).narrowed([A]) is None
