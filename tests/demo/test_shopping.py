import re
from datetime import UTC, datetime
from random import Random

from app.demo.shopping import ORDERS_PER_SHOP, orders, statements
from app.demo.texts import load_shops, load_statements

from .parse import parsed, text_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_orders_add_up_and_are_followed_by_their_shipping_note():
    drafts = list(orders(NOW, 700, Random(7)))
    assert len(drafts) == 2 * ORDERS_PER_SHOP * len(load_shops())
    for ordered, sent in zip(drafts[::2], drafts[1::2], strict=True):
        number = dict(ordered.extra)["X-Order"]
        assert number in ordered.subject
        assert number in sent.subject
        assert ordered.when < sent.when <= NOW
        plain = text_of(ordered)
        *prices, total = [
            int(whole) * 100 + int(cents) for whole, cents in re.findall(r"(\d+)\.(\d\d) €", plain)
        ]
        assert len(prices) == 3
        assert sum(prices) == total
        assert number in parsed(sent).get_content()


def test_statements_carry_a_pdf_for_each_month():
    drafts = list(statements(NOW, 4, Random(7)))
    assert len(drafts) == 4 * len(load_statements())
    for draft in drafts:
        message = parsed(draft)
        text, file = message.iter_parts()
        assert "{" not in text.get_content() + message["Subject"]
        name = file.get_filename() or ""
        assert name.endswith(".pdf")
        assert "{" not in name
        assert file.get_content().startswith(b"%PDF-1.7")
