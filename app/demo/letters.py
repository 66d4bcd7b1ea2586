"""Personal mail: the threads of `texts/letters-*.toml`, each written as its author's program would.

What is written and by whom lies in the text file; here are charsets, wrapping, threads and times.
"""

import textwrap
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from random import Random

from . import compose
from .compose import Part
from .delivery import Draft, Sender, boundary, message_id
from .texts import Correspondent, load_letters

WRAP_AT = 72
LATE_CHARSETS = frozenset({"iso-2022-jp", "gb18030", "euc-kr"})
"""Scripts without spaces between words, or whose lines are broken by hand."""


def letters(now: datetime, days: int, dice: Random) -> Iterator[Draft]:
    """All personal threads, begun at random times in the `days` before `now`."""
    for correspondent in load_letters():
        sender = Sender(
            correspondent.name,
            correspondent.address,
            correspondent.tz,
            correspondent.mailer,
            correspondent.charset,
        )
        for thread in correspondent.threads:
            when = now - timedelta(days=dice.uniform(10, days), hours=dice.uniform(0, 9))
            references: list[str] = []
            for position, content in enumerate(thread.texts):
                label = f"{thread.subject}/{position}"
                identity = message_id(when, label, sender.domain)
                extra: tuple[tuple[str, str], ...] = ()
                if references:
                    extra = (
                        ("In-Reply-To", references[-1]),
                        ("References", " ".join(references)),
                    )
                subject = f"Re: {thread.subject}" if position else thread.subject
                part = _part(correspondent, content, label)
                yield Draft(when, sender, subject, part, extra, identity)
                # Anna's answer lies in between; her message is in nobody's inbox but in theirs.
                answer = message_id(when, f"{label}/answer", "popscope.example")
                references += [identity, answer]
                when = min(when + timedelta(hours=dice.uniform(2, 60)), now)


def _part(correspondent: Correspondent, content: str, label: str) -> Part:
    plain = content.strip("\n")
    if correspondent.signature:
        plain += f"\n\n-- \n{correspondent.signature}"
    if correspondent.charset not in LATE_CHARSETS:
        plain = wrapped(plain, flowed=correspondent.flowed)
    part = compose.text(
        plain,
        charset=correspondent.charset,
        encoding=correspondent.encoding,
        parameters="; format=flowed" if correspondent.flowed else "",
    )
    if not correspondent.html:
        return part
    rich = compose.html(as_html(content), charset=correspondent.charset)
    return compose.multipart("alternative", boundary(label), [part, rich])


def wrapped(content: str, *, flowed: bool = False) -> str:
    """Break paragraphs at 72 columns; with a trailing space in format=flowed (RFC 3676)."""
    lines: list[str] = []
    for paragraph in content.split("\n"):
        if len(paragraph) <= WRAP_AT:
            lines.append(paragraph)
            continue
        quote = "> " if paragraph.startswith("> ") else ""
        pieces = textwrap.wrap(paragraph, WRAP_AT, subsequent_indent=quote, break_long_words=False)
        lines.append((" \n" if flowed else "\n").join(pieces))
    return "\n".join(lines)


def as_html(content: str) -> str:
    """Paragraphs and quotations, as the HTML half of a letter."""
    blocks = []
    for block in content.strip("\n").split("\n\n"):
        if block.startswith("> "):
            blocks.append(f'<blockquote type="cite">{escape(block[2:])}</blockquote>')
        else:
            blocks.append("<p>" + escape(block).replace("\n", "<br>\n") + "</p>")
    return "<html><body>\n" + "\n".join(blocks) + "\n</body></html>\n"
