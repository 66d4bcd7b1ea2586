"""Newsletters: multipart/alternative with remote pictures and a tracking pixel, and list fields.

RFC 2919 (List-Id), RFC 2369 and 8058 (List-Unsubscribe, one click).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from random import Random

from . import compose
from .compose import Part
from .delivery import Draft, Sender, boundary, token
from .letters import wrapped
from .texts import Newsletter, load_newsletters

INTERVALS = (21, 30, 30, 31, 30, 15)
"""Days between two issues, in the order of the newsletters."""
ITEMS_PER_ISSUE = 4
COLUMNS = 24
QUOTED_HTML = (
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
)


def newsletters(now: datetime, days: int, dice: Random) -> Iterator[Draft]:
    """All issues of all newsletters in the `days` before `now`."""
    for newsletter, interval in zip(load_newsletters(), INTERVALS, strict=True):
        domain = newsletter.address.rpartition("@")[2]
        sender = Sender(newsletter.name, newsletter.address, 1, "Pigeonpost 4.2 (bulk)")
        style = compose.quoted_printable(_style(newsletter))
        issue = 0
        age = days - dice.uniform(0, interval)
        while age > 0:
            issue += 1
            when = now - timedelta(days=age, minutes=dice.uniform(0, 50))
            items = dice.sample(newsletter.items, ITEMS_PER_ISSUE)
            reader = token(f"{newsletter.list_id}/{issue}", 32)
            leave = f"https://{domain}/leave/{reader}"
            extra = (
                ("List-Id", f'"{newsletter.name}" <{newsletter.list_id}>'),
                ("List-Unsubscribe", f"<{leave}>, <mailto:leave+{reader}@{domain}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                ("Feedback-ID", f"{issue}:{token(domain, 6)}:newsletter:pigeonpost"),
                ("Precedence", "bulk"),
            )
            title = newsletter.subject.format(title=items[0][0])
            part = _part(newsletter, items, style, issue, reader)
            yield Draft(when, sender, title, part, extra, bulk=True)
            age -= interval


def _part(
    newsletter: Newsletter,
    items: list[tuple[str, str]],
    style: bytes,
    issue: int,
    reader: str,
) -> Part:
    domain = newsletter.address.rpartition("@")[2]
    base = f"https://{domain}"
    plain = [newsletter.greeting, ""]
    rich = [f"<h1>{escape(newsletter.name)}</h1>", f"<p>{escape(newsletter.greeting)}</p>"]
    for number, (title, words) in enumerate(items, 1):
        link = f"{base}/{issue}/{number}?utm_source=letter&utm_campaign={issue}&r={reader[:8]}"
        plain += [f"* {title}", "", wrapped(words), "", f"  {link}", ""]
        rich.append(
            f'<table class="c{number * 6}" role="presentation"><tr>\n'
            f'<td><img src="{base}/pictures/{issue}-{number}.jpg" width="180" height="120"'
            f' alt=""></td>\n<td><h2><a href="{escape(link)}">{escape(title)}</a></h2>\n'
            f"<p>{escape(words)}</p></td></tr></table>"
        )
    leave = f"{base}/leave/{reader}"
    plain += ["-- ", newsletter.name, wrapped(newsletter.goodbye), leave]
    rich += [
        f'<p class="c24">{escape(newsletter.goodbye)} <a href="{leave}">&#10005;</a></p>',
        f'<img src="{base}/open/{reader}.gif" width="1" height="1" alt="">',
        "</body></html>",
    ]
    # In two segments: all issues of a newsletter share the first.
    page = Part(QUOTED_HTML, (style, compose.quoted_printable("\n".join(rich) + "\n")))
    plain_part = compose.text("\n".join(plain))
    return compose.multipart("alternative", boundary(reader), [plain_part, page])


def _style(newsletter: Newsletter) -> str:
    """The beginning of every issue: long, as those of newsletters are."""
    rules = [
        "body{margin:0;padding:16px;font:16px/1.5 Georgia,serif;color:#222;background:#f6f4ef}",
        f"h1{{color:{newsletter.colour};font-size:28px;border-bottom:3px solid}}",
        f"h2 a{{color:{newsletter.colour};text-decoration:none}}",
        "img{border:0;display:block}table{border-spacing:0;background:#fff;margin:0 0 16px}",
    ]
    for column in range(1, COLUMNS + 1):
        share = f"{100 * column / COLUMNS:.4f}%"
        rules.append(f".c{column}{{width:{share};max-width:{share}}}")
        rules.append(f".p{column}{{padding:{column}px}}.m{column}{{margin:{column}px auto}}")
        narrow = f"@media screen and (max-width:{280 + 20 * column}px)"
        rules.append(f"{narrow}{{.c{column}{{width:100%!important}}}}")
    return (
        f'<!DOCTYPE html>\n<html lang="{newsletter.language}"><head><meta charset="utf-8">'
        f"<title>{escape(newsletter.name)}</title>\n<style>\n"
        + "\n".join(rules)
        + "\n</style></head>\n<body>\n"
    )
