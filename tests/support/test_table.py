"""A test over a table fails with each of its rows that does, and names it."""

import asyncio
import inspect

import pytest

from .table import table


def test_every_row_runs_and_those_that_fail_are_named():
    seen = []

    @table("number, square", [(1, 1), (2, 5), (3, 9), (4, 15)], ids=lambda row: f"of {row[0]}")
    def squares(number, square, fixture):
        seen.append((number, fixture))
        assert number * number == square

    assert list(inspect.signature(squares).parameters) == ["fixture"]
    with pytest.raises(ExceptionGroup, match="2 of 4 rows") as caught:
        squares(fixture="x")
    assert seen == [(1, "x"), (2, "x"), (3, "x"), (4, "x")]
    notes = [error.__notes__ for error in caught.value.exceptions]
    assert notes == [["in the row of 2"], ["in the row of 4"]]


def test_what_waits_is_waited_for():
    seen = []

    @table("number", range(3))
    async def later(number):
        await asyncio.sleep(0)
        seen.append(number)
        assert number != 1

    with pytest.raises(ExceptionGroup, match="1 of 3 rows"):
        asyncio.run(later())
    assert seen == [0, 1, 2]


def test_a_skip_is_no_failure_and_ends_it():
    @table("number", range(3))
    def skipped(number):
        if number == 1:
            pytest.skip("not here")
        assert number == 0

    with pytest.raises(pytest.skip.Exception) as caught:
        skipped()
    assert caught.value.__notes__ == ["in the row 1"]


def test_a_table_has_rows():
    with pytest.raises(AssertionError):
        table("number", [])


@table("number, text", [(1, "1"), (2, "2")])
@pytest.mark.parametrize("base", [10, 8])
async def test_it_stands_beside_parameters_and_fixtures(number, text, base, tmp_path):
    await asyncio.sleep(0)
    assert int(text, base) == number
    assert tmp_path.exists()
