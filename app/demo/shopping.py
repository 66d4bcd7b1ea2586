"""Orders and their shipping notes, and the monthly statements with their PDF."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from random import Random

from . import attachments, compose
from .compose import Part
from .delivery import Draft, Sender, boundary, token
from .texts import Shop, load_shops, load_statements

ORDERS_PER_SHOP = 16


def orders(now: datetime, days: int, dice: Random) -> Iterator[Draft]:
    """Confirmations and shipping notes, two messages for each order."""
    for shop in load_shops():
        sender = Sender(shop.name, shop.address, 9 if shop.language == "ja" else 1, "Ladenkasse 3")
        domain = sender.domain
        for count in range(ORDERS_PER_SHOP):
            when = now - timedelta(days=dice.uniform(4, days))
            number = f"{when:%y}-{int(token(f'{domain}/{count}', 6), 16) % 900_000 + 100_000}"
            basket = [(*goods, dice.randint(1, 3)) for goods in dice.sample(shop.goods, 3)]
            extra = (("X-Order", number), ("Auto-Submitted", "auto-generated"))
            part = _confirmation(shop, number, basket)
            yield Draft(when, sender, shop.ordered.format(number=number), part, extra, bulk=True)
            later = when + timedelta(hours=dice.uniform(8, 70))
            tracking = f"PX{int(token(number, 12), 16) % 10**10:010d}EX"
            note = shop.on_its_way.format(number=number, tracking=tracking)
            part = compose.text(f"{_salutation(shop)}\n\n{note}\n\n{shop.name}\n")
            subject = shop.sent.format(number=number)
            yield Draft(later, sender, subject, part, extra, bulk=True)


def statements(now: datetime, months: int, dice: Random) -> Iterator[Draft]:
    """Three statements a month, each with a PDF of 40 to 400 KB."""
    for entry in load_statements():
        sender = Sender(entry.name, entry.address, entry.tz, entry.mailer)
        for age in range(months):
            when = now - timedelta(days=30.4 * age + 2 + dice.uniform(0, 1))
            month = f"{when:%m/%Y}"
            amount = f"{dice.uniform(20, 90):.2f}"
            label = f"{sender.address}/{age}"
            body = compose.text(entry.text.strip("\n").format(month=month, amount=amount))
            name = entry.file.format(stamp=f"{when:%Y-%m}")
            page = attachments.pdf(label, dice.randint(40_000, 400_000), f"{sender.name} {month}")
            file = compose.attachment(name, "application/pdf", page)
            part = compose.multipart("mixed", boundary(label), [body, file])
            yield Draft(when, sender, entry.subject.format(month=month), part, bulk=True)


def _confirmation(shop: Shop, number: str, basket: list[tuple[str, int, int]]) -> Part:
    plain = [_salutation(shop), "", shop.thanks, ""]
    rows = []
    total = 0
    for name, cents, count in basket:
        total += cents * count
        plain.append(f"{count} x {name}: {_money(cents * count)}")
        rows.append(
            f"<tr><td>{count} &times;</td><td>{escape(name)}</td>"
            f'<td align="right">{_money(cents * count)}</td></tr>'
        )
    plain += ["", f"{shop.total}: {_money(total)}", "", shop.name]
    address = f"https://{shop.address.rpartition('@')[2]}"
    rich = (
        f'<!DOCTYPE html>\n<html lang="{shop.language}"><body style="font-family:sans-serif">\n'
        f'<img src="{address}/logo.png" width="160" height="48" alt="{escape(shop.name)}">\n'
        f"<p>{escape(_salutation(shop))}</p>\n<p>{escape(shop.thanks)}</p>\n"
        '<table cellpadding="6" style="border-collapse:collapse">\n'
        + "\n".join(rows)
        + f'\n<tr><th colspan="2">{shop.total}</th><th align="right">{_money(total)}</th></tr>\n'
        f'</table>\n<p><a href="{address}/orders/{number}">{number}</a></p>\n</body></html>\n'
    )
    parts = [compose.text("\n".join(plain)), compose.html(rich)]
    return compose.multipart("alternative", boundary(number), parts)


def _salutation(shop: Shop) -> str:
    return {
        "de": "Guten Tag Frau Example,",
        "fr": "Bonjour,",
        "ja": "アンナ様",
    }.get(shop.language, "Dear Anna,")


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d} €"
