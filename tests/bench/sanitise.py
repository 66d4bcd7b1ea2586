"""Sanitising: what nests without end, what is bare ampersands, and a newsletter of a megabyte."""

import time

from app.mime import SafeHtml, sanitise
from tests.support.dovecot import Dovecot

from .result import Result

MEBI = 1024 * 1024
RUNS = 3
DEEP = 0.1  # seconds
REFERENCES = 0.5
LARGE = 1.5

_ROW = (
    '<tr><td bgcolor="#ffffff" width="280" style="padding:12px 24px;font:15px/1.5 Arial,sans-serif;'
    'color:#333333"><a href="https://news.example/item/{n}?utm_source=mail&amp;utm_medium=letter" '
    'style="color:#0b5fd0;text-decoration:none"><img src="https://img.example/{n}.jpg" width="280" '
    'height="140" alt="Item {n}" border="0"></a><p style="margin:0 0 16px">Something that is worth '
    "a paragraph of its own, R&amp;D included, and is told at the length at which newsletters tell "
    "it.</p></td></tr>"
)


def newsletter() -> str:
    """A table of many rows, as long as is read."""
    head = '<body bgcolor="#eeeeee"><table width="600" cellpadding="0" cellspacing="0">'
    rows, room, n = [head], MEBI - len(head), 0
    while len(row := _ROW.format(n=n)) <= room:
        rows.append(row)
        room -= len(row)
        n += 1
    return "".join(rows)


def timed(markup: str) -> tuple[float, SafeHtml]:
    """The best of some runs, in seconds, and what came of it."""
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        safe = sanitise(markup, inline=lambda _: None, remote=False)
        took.append(time.perf_counter() - began)
    return min(took), safe


async def run(_: Dovecot) -> list[Result]:
    """Seconds for each."""
    deep, refused = timed("<div>" * 50_000)
    if refused.refused != "too-deep":
        raise RuntimeError("what nests without end was not refused")
    references, _text = timed("&" * MEBI)
    large, shown = timed(newsletter())
    if shown.refused or shown.remote_images < MEBI // len(_ROW.format(n=10_000)):
        raise RuntimeError("the newsletter did not come through")
    return [
        Result("50,000 nested <div>, refused", deep, DEEP, "s"),
        Result("1 MiB of ampersands, sanitised", references, REFERENCES, "s"),
        Result(
            "1 MiB of newsletter, sanitised", large, LARGE, "s", f"{shown.remote_images} pictures"
        ),
    ]
