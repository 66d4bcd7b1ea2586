"""A receipt as a file: what was written is read again, and nothing in it can act."""

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.mailbox import MessageId, Outcome, Receipt, ReceiptItem, Totals
from app.web.review import schemas
from app.web.review.receipt_files import (
    harmless,
    receipt_csv,
    receipt_file,
    receipt_json,
    separator,
)
from app.web.site.languages import region

AT = datetime(2026, 3, 3, 10, 41, 7, tzinfo=UTC)
COLUMNS = ["result", "octets", "from", "subject", "date", "reason", "checked"]
# Neither a reply nor a header that was decoded has lone surrogates.
hostile = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("=+-@\t\r\n'\" ,;\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH COMMERCIAL AT}"),
        st.sampled_from("\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}\N{SMALL PLUS SIGN}\0"),
    )
)
items = st.builds(
    ReceiptItem,
    st.text(min_size=1).map(MessageId),
    st.integers(0, 2**40),
    hostile,
    hostile,
    st.sampled_from(Outcome),
    hostile,
    st.booleans(),
    st.none() | st.datetimes(timezones=st.timezones()),
)


def receipt(*found: ReceiptItem, why: str = "") -> Receipt:
    return Receipt(AT, found, not why, why, 5, Totals(5, 10), Totals(4, 6))


def read(content: bytes, between: str, *, strict: bool = False) -> list[list[str]]:
    """As a reader of RFC 4180 sees it that has this separator."""
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=strict))


def acts(cell: str) -> bool:
    """Whether a spreadsheet could take a cell for a formula, by the widest of their habits."""
    if cell.startswith("'"):
        return False  # says: this is text
    for character in cell:
        if character in "\t\r\n":
            return True
        if character in "'\"`" or unicodedata.category(character)[0] in "ZC":
            continue
        return unicodedata.normalize("NFKC", character)[0] in "=+-@"
    return False


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "\tfoo",
        " =1",
        '"=1',
        "'=1",
        "\N{FULLWIDTH EQUALS SIGN}1",
        "\N{FULLWIDTH PLUS SIGN}1",
        "\N{FULLWIDTH HYPHEN-MINUS}1",
        "\N{FULLWIDTH COMMERCIAL AT}x",
        "\N{ZERO WIDTH NO-BREAK SPACE}=1",
        "\N{NO-BREAK SPACE} '\" =1",
        "\N{MINUS SIGN}2",
    ],
)
def test_what_could_be_a_formula_is_made_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "made"),
    [
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("\ud7fc\n", "'\ud7fc'\n"),
        ("a;=1", "a;'=1"),
        ("a, -5%", "a,' -5%"),
        ("a|@b;c", "a|'@b;c"),
    ],
)
def test_nor_is_one_behind_what_ends_a_cell_for_others(cell, made):
    assert harmless(cell) == made


@pytest.mark.parametrize(
    "cell", ["", "Uncle Bob", "1 = 1", "a@b", "'quoted'", " spaced", "林 美咲", "a, b; c|d"]
)
def test_what_could_not_be_one_stays_as_it_is(cell):
    assert harmless(cell) == cell


@given(st.lists(items, max_size=4), hostile, st.sampled_from(",;"))
@example([ReceiptItem(MessageId("i"), 1, "=cmd|' /C calc'!A0", ',"\r\n', Outcome.GONE)], "", ",")
@example([ReceiptItem(MessageId("i"), 1, "a;b", ';=1;"', Outcome.GONE)], "", ";")
@example([ReceiptItem(MessageId("i"), 1, "a;=1", 'a;"=1', Outcome.GONE)], "", ",")
@example([ReceiptItem(MessageId("i"), 1, "a,=1", "a\n=1", Outcome.GONE)], "", ";")
def test_what_was_written_is_read_again_and_nothing_acts(found, why, between):
    content = receipt_csv(receipt(*found, why=why), between)
    rows = read(content, between, strict=True)
    assert rows[0] == COLUMNS
    assert len(rows) == len(found) + 1
    for item, row in zip(found, rows[1:], strict=True):
        shown = {"result": item.outcome.value, "octets": str(item.octets)}
        cells = dict(zip(COLUMNS, row, strict=True))
        assert {name: cells[name] for name in shown} == shown
        stayed = "the server agreed and did not do it" if item.agreed else ""
        reason = item.reason or stayed or (why if item.outcome is Outcome.NOT_VERIFIED else "")
        assert (cells["date"] == "") is (item.date is None)
        given = {"from": item.sender, "subject": item.subject, "reason": reason}
        for name, text in given.items():
            seen = text.encode("utf-8", "replace").decode()
            assert cells[name].replace("'", "") == seen.replace("'", "")
    for other in ",;|\t":
        assert not any(acts(cell) for row in read(content, other) for cell in row)


def test_lines_end_as_rfc_4180_says_and_the_size_is_a_number():
    item = ReceiptItem(MessageId("-i"), 61_200_000, 'Bob "B"', "Video, long", Outcome.GONE)
    assert receipt_csv(receipt(item)).decode("utf-8-sig") == (
        "result,octets,from,subject,date,reason,checked\r\n"
        'gone,61200000,"Bob ""B""","Video, long",,,2026-03-03T10:41:07+00:00\r\n'
    )


def test_the_date_of_a_message_is_told_in_utc():
    sent = datetime(2024, 2, 29, 1, 30, tzinfo=timezone(timedelta(hours=5.5)))
    item = ReceiptItem(MessageId("i"), 1, "Bob", "x", Outcome.GONE, date=sent)
    assert ";x;2024-02-28T20:00:00+00:00;;" in receipt_csv(receipt(item), ";").decode("utf-8-sig")


@pytest.mark.parametrize(
    ("accept", "between"),
    [
        ("", ","),
        ("*", ","),
        ("en", ","),
        ("en-US,de;q=0.5", ","),
        ("en-GB", ","),
        ("ja", ","),
        ("es-MX", ","),
        ("th-TH", ","),
        ("de", ";"),
        ("de-DE,de;q=0.9,en;q=0.8", ";"),
        ("de-CH", ";"),
        ("de-AT", ";"),
        ("fr", ";"),
        ("fr-CA", ";"),
        ("es-ES", ";"),
        ("es-AR", ";"),
        ("en-DE", ";"),
        ("en-ZA", ";"),
        ("it-IT", ";"),  # also where there are no words in that language
        ("pt-BR,pt;q=0.9", ";"),
        ("tlh,nl-NL", ";"),
        ("en;q=0.1,fr;q=0.9", ";"),
        ("x" * 5000, ","),
    ],
)
def test_cells_are_separated_as_the_region_of_the_browser_has_it(accept, between):
    assert separator(region(accept)) == between


@given(st.lists(items, max_size=3))
def test_the_json_is_what_the_api_answers(found):
    one = receipt(*found)
    expected = schemas.receipt(one).model_dump(mode="json")
    seen = json.dumps(expected, ensure_ascii=False).encode("utf-8", "replace")
    assert json.loads(receipt_json(one)) == json.loads(seen)


def test_it_is_a_file_to_save_and_not_to_keep_in_caches():
    answer = receipt_file(receipt(), b"x", "text/csv; charset=utf-8", "csv")
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment")
    assert "receipt-20260303T104107Z.csv" in said
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
