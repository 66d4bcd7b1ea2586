"""What people and programs read where a server does not tell a size."""

import dataclasses
from typing import Any

from app.mailbox import MessageId, Outcome, ReceiptItem, Totals
from app.web.list.list_url import ListState
from app.web.list.rows import Rows
from app.web.list.schemas import listed
from app.web.mailbox.views import MarkedFragment
from app.web.review.receipt_files import receipt_csv
from app.web.site import formats
from app.web.space.sidebar import facets, stat
from tests.web.review.test_receipt_files import receipt
from tests.web.site.test_shell import mailbox
from tests.web.test_render import made, rendered


def test_a_size_is_not_known_and_a_sum_with_it_is_a_least():
    assert formats.size(None) == "size not known"
    assert formats.size(5_000_000, 1) == "at least 5.0 MB"
    assert formats.size(0, 2) == "size not known"
    assert formats.size(0) == "0 B"


def tray(mailbox: Any) -> str:
    """What the tray says of the marks."""
    view = dataclasses.replace(
        made(MarkedFragment, "", flag=False, full=False), tray=mailbox.marks.totals
    )
    return rendered("list/marked", view)


def test_the_list_the_tray_and_the_map_say_so():
    one = mailbox(500, None, 2000)
    second = list(one.index)[1]
    row = Rows(one, ListState()).row(second)
    assert (row.octets, row.share) == (None, 0.0)
    one.marks.add([second])
    assert one.marks.totals == Totals(1, 0, 1)
    assert "1 message, size not known" in tray(one)
    one.marks.add(one.index)
    assert "3 messages, at least 2.5 KB" in tray(one)
    assert stat(one, list(one.index)).size == "at least 2.5 KB"
    one.listing.groups, one.listing.surveyed = lambda *_: None, lambda _: True
    last = facets(one, ListState()).sizes.facets[-1]
    assert (last.label, last.messages, last.size) == ("size not known", 1, "size not known")
    assert last.href == "/mailbox?q=-has%3Asize"


def test_programs_get_null_and_spreadsheets_an_empty_cell():
    one = mailbox(None)
    (message,) = one.index
    assert listed(one, message).model_dump(by_alias=True)["octets"] is None
    item = ReceiptItem(MessageId("i"), None, "", "", Outcome.GONE)
    assert receipt_csv(receipt(item)).decode("utf-8-sig").splitlines()[1].startswith("gone,,")
