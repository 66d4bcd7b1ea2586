"""From what people and scripts send to values, with errors that name the field."""

from typing import Annotated

from fastapi import Form

from app.mailbox import Sort, SortKey

from .errors import InvalidRequest
from .words import _

_MAX_PAGE = 10**9
_MAX_LINES = 99_999_999


def read_sort(value: str) -> Sort:
    """An order of the list, such as `-size`.

    Raises:
        InvalidRequest: there is no such order.
    """
    descending = value.startswith("-")
    name = value.removeprefix("-")
    try:
        return Sort(SortKey(name), descending)
    except ValueError:
        known = ", ".join(key.value for key in SortKey)
        raise InvalidRequest(
            _("sort: one of %(known)s, with - in front for descending.", known=known)
        ) from None


def read_number(name: str, value: str, low: int, high: int) -> int:
    """A whole number from a query.

    Raises:
        InvalidRequest: it is no number, or out of range.
    """
    if not (value.isascii() and value.isdecimal()) or len(value) > len(str(high)):
        raise _no_number(name, low, high)
    if not low <= int(value) <= high:
        raise _no_number(name, low, high)
    return int(value)


def _no_number(name: str, low: int, high: int) -> InvalidRequest:
    return InvalidRequest(
        _("%(name)s: a whole number from %(low)s to %(high)s.", name=name, low=low, high=high),
        name,
    )


def read_page(value: str) -> int:
    """A page of the list, from 1."""
    return read_number("page", value, 1, _MAX_PAGE)


def read_lines(value: str) -> int:
    """A count of body lines for TOP."""
    return read_number("lines", value, 0, _MAX_LINES)


Back = Annotated[str, Form()]
