"""A test over a table: one test for all its rows, which fails with each row that does, by name.

It is for rows by the hundred that take a moment each: as tests of their own they take longer to be
collected, begun, ended and counted than to be run.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self


def table(
    argument: str, rows: Iterable[Any], *, ids: Callable[[Any], str] = repr
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Run a test once for each row, within one test.

    Fixtures are the same for all rows: none may leave anything behind in them.

    Args:
        argument: what of the test takes the row; several, with commas, share out a tuple.
        rows: as for `pytest.mark.parametrize`.
        ids: the name of a row.
    """
    names, kept = [name.strip() for name in argument.split(",")], tuple(rows)
    assert kept, "a table without rows"

    def given(row: Any) -> dict[str, Any]:
        return dict(zip(names, row if len(names) > 1 else (row,), strict=True))

    def decorated(test: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(test)
        def each(**fixtures: Any) -> None:
            with _Failing(len(kept)) as failing:
                for row in kept:
                    with failing.row(ids(row)):
                        test(**fixtures, **given(row))

        @functools.wraps(test)
        async def each_in_turn(**fixtures: Any) -> None:
            with _Failing(len(kept)) as failing:
                for row in kept:
                    with failing.row(ids(row)):
                        await test(**fixtures, **given(row))

        made: Callable[..., Any] = each_in_turn if inspect.iscoroutinefunction(test) else each
        signature = inspect.signature(test)
        left = [one for one in signature.parameters.values() if one.name not in names]
        vars(made)["__signature__"] = signature.replace(parameters=left)
        return made

    return decorated


class _Failing:
    """What fails in the rows of a table, told when all have run."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._errors: list[Exception] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._errors:
            raise ExceptionGroup(f"{len(self._errors)} of {self._rows} rows", self._errors)

    @contextmanager
    def row(self, name: str) -> Iterator[None]:
        """A row by this name."""
        try:
            yield
        except BaseException as error:
            error.add_note(f"in the row {name}")
            if not isinstance(error, Exception):  # a skip, a time limit, Ctrl-C
                raise
            self._errors.append(error)
