import pytest

from app.mailbox import BadQuery, QueryFault, parse_query
from app.mailbox.terms import Field
from app.web.list.problems import bad_query
from app.web.site.problems import describe

SIZE = "this is not a size; write one like 300 KB, 5 MB or 1.5 GB."
AGE = "this is not an age; write one like 90 days, 4w, 3m or 1y."
MONTH = "this is not a month; write one like 2026-01 or January 2026."


@pytest.mark.parametrize(
    ("typed", "detail"),
    [
        ("a lager:5M", "At character 3, “lager”: there is no such field."),
        ("larger:5X", f"At character 8, “5X”: {SIZE}"),
        ("older:x", f"At character 7, “x”: {AGE}"),
        ("after:x", "At character 7, “x”: this is not a day; write one like 2026-01-31."),
        (
            "has:x",
            (
                "At character 5, “x”: has: takes attachment, date, domain, header or sender; "
                "is: takes marked."
            ),
        ),
        ("month:x", f"At character 7, “x”: {MONTH}"),
        ("from:", "At character 1, “from:”: there is nothing to look for."),
        ('a "b', 'At character 3, “"b”: this quote is not closed.'),
        ('"a"b', "At character 4, “b”: a space is missing behind the quote."),
        ("x" * 1001, "At character 1001: the filter is too long."),
        ("larger:" + "9" * 70, (f"At character 8, “{'9' * 60}…”: this is not a size; write one like"
         " 300 KB, 5 MB or 1.5 GB.")),
    ],
)  # fmt: skip
def test_the_place_is_named(typed, detail):
    with pytest.raises(BadQuery) as caught:
        parse_query(typed)
    view = describe(caught.value)
    assert view.detail == detail
    assert (view.status, view.code, view.title) == (
        422, "invalid-request", "This filter is not valid.",
    )  # fmt: skip


def test_an_unknown_field_names_those_there_are():
    advice = bad_query(BadQuery(0, 1, "x", QueryFault.UNKNOWN_FIELD)).advice
    assert all(f"{field.value}:" in advice[0] for field in Field if field.value)
    assert "quotes" in advice[1]


@pytest.mark.parametrize("fault", QueryFault)
def test_every_fault_has_words_of_its_own(fault):
    details = {bad_query(BadQuery(0, 1, "x", one)).detail for one in QueryFault}
    assert len(details) == len(QueryFault)
    assert bad_query(BadQuery(6, 1, " ", fault)).detail.startswith("At character 7: ")
