import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Sort, SortKey
from app.web.site.errors import InvalidRequest
from app.web.site.forms import read_lines, read_number, read_page, read_sort


@pytest.mark.parametrize("key", list(SortKey))
def test_every_order_both_ways(key):
    assert read_sort(key.value) == Sort(key, descending=False)
    assert read_sort(f"-{key.value}") == Sort(key, descending=True)


@pytest.mark.parametrize("value", ["", "-", "--size", "SIZE", "size ", "colour", "_value_"])
def test_an_order_that_is_none(value):
    with pytest.raises(InvalidRequest) as error:
        read_sort(value)
    assert "number, size, date, from, subject" in error.value.detail


@given(st.text(max_size=12))
def test_numbers_are_whole_and_in_range(text):
    try:
        number = read_number("n", text, 1, 500)
    except InvalidRequest:
        assert not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 500) or len(text) > 3
        return
    assert 1 <= number <= 500
    assert int(text) == number


def test_pages_begin_at_1_and_lines_at_0():
    assert read_page("1") == 1
    assert read_lines("0") == 0
    for bad in (lambda: read_page("0"), lambda: read_lines("-1"), lambda: read_lines("9" * 9)):
        with pytest.raises(InvalidRequest):
            bad()
