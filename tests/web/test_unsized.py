"""What people and programs read where a server does not tell a size."""

import dataclasses
from dataclasses import replace
from datetime import UTC
from types import SimpleNamespace
from typing import Any

from app.mailbox import By, MessageId, Outcome, ReceiptItem, Totals, grouped
from app.web.export.views import ExportView
from app.web.list.list_url import ListState
from app.web.list.rows import Rows
from app.web.list.schemas import listed
from app.web.list.views import TrayView
from app.web.mailbox.views import MarkedFragment
from app.web.review.receipt_files import receipt_csv
from app.web.review.receipt_text import verdict
from app.web.review.views import ReceiptView, ReviewView
from app.web.site import formats
from app.web.site.render import Renderer
from app.web.space.sidebar import facets, stat
from app.web.space.within import Grouped
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
    fragment = made(MarkedFragment, "", flag=False, full=False)
    view = dataclasses.replace(fragment, tray=TrayView(mailbox.marks.totals))
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
    shown = stat(one, list(one.index))
    assert shown.totals == Totals(3, 2500, 1)
    within = Grouped({by: grouped(one.index, by, UTC) for by in By}, waiting=False)
    column = facets(ListState(), within)
    last = column.sizes.facets[-1]
    assert (last.label, last.totals) == ("size not known", Totals(1, 0, 1))
    assert last.href == "/mailbox?q=-has%3Asize"
    template = Renderer()._environment.get_template("space/_stat.html")
    view = SimpleNamespace(stat=shown, map=SimpleNamespace(facets=column))
    assert "<b>3</b> messages <b>at least 2.5 KB</b>" in template.render(view=view)
    template = Renderer()._environment.get_template("space/facets.html")
    assert '<span class="b">size not known</span>' in template.render(view=view.map.facets)


def test_every_page_with_a_sum_says_that_it_is_a_least():
    some, more, rest = Totals(2, 500, 1), Totals(3, 2500, 1), Totals(1, 2000)
    page = rendered("export/page", ExportView(more, True, 0, "", (), None))
    assert "Save all 3 messages, at least 2.5 KB" in page
    page = rendered("review/page", ReviewView((), some, "", more, rest, ""))
    assert "Delete 2 messages, at least 500 B?" in page
    assert "<dd>at least 2.5 KB</dd>" in page
    assert "<dd>2.0 KB</dd>" in page
    items = [ReceiptItem(MessageId("i"), octets, "", "", Outcome.GONE) for octets in (500, None)]
    found = replace(receipt(*items), octets_freed=500, before=more, after=some)
    page = rendered(
        "review/receipt", ReceiptView(found, (found,), verdict(found), "", found.items, 0)
    )
    assert "at least 500 B freed." in page
    assert '<span class="muted">at least 500 B freed</span>' in page
    assert "<dd>at least 2.5 KB<small>3 messages</small></dd>" in page
    assert '<td class="n">size not known</td>' in page


def test_programs_get_null_and_spreadsheets_an_empty_cell():
    one = mailbox(None)
    (message,) = one.index
    assert listed(one, message).model_dump(by_alias=True)["octets"] is None
    item = ReceiptItem(MessageId("i"), None, "", "", Outcome.GONE)
    assert receipt_csv(receipt(item)).decode("utf-8-sig").splitlines()[1].startswith("gone,,")
