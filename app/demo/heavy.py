"""What fills the maildrop: scans, photographs, films, floor plans. Sizes are octets on the wire."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from . import attachments, compose
from .compose import Part
from .delivery import Draft, Sender, boundary
from .message import Generated
from .texts import load_parcels

MB = 1_000_000
SCANS = 52
"""Ordinary scans; two unreasonable ones come on top."""

COPIER = Sender("", "scans@copyshop.example", 1, "CopyStar 5500 rev. 2")


def parcels(now: datetime) -> Iterator[Draft]:
    """The messages of `texts/parcels.toml`."""
    for author in load_parcels():
        sender = Sender(author.name, author.address, author.tz, author.mailer, author.charset)
        for number, parcel in enumerate(author.parcels):
            when = now - timedelta(days=parcel.days)
            text = compose.text(parcel.text.strip("\n"), charset=author.charset)
            label = f"{author.address}/{number}"
            files = [
                _file(name, round(size * MB), f"{label}/{name}", number + position)
                for position, (name, size) in enumerate(parcel.files)
            ]
            # Some programs put the files first: then no small TOP reaches the text.
            parts = [*files, text] if parcel.text_last else [text, *files]
            part = compose.multipart("mixed", boundary(label), parts) if files else text
            yield Draft(when, sender, parcel.subject, part)


def scans(now: datetime, days: int, dice: Random) -> Iterator[Draft]:
    """What the copier sends: no words, one PDF."""
    plan = [(14.1, 27_400_000), (83.4, 12_200_000)]
    plan += [
        (dice.uniform(1, days), round(MB * dice.uniform(0.6, 1.15) ** 3)) for _ in range(SCANS)
    ]
    for days_ago, size in plan:
        when = now - timedelta(days=days_ago)
        name = f"Scan_{when:%Y%m%d_%H%M}.pdf"
        pages = max(1, size // 300_000)
        note = compose.text(
            f"Device: CopyStar 5500, counter 2\nPages: {pages}\nResolution: 300 dpi\n"
            "Please do not answer this message.\n"
        )
        label = f"scan/{days_ago:.3f}"
        file = _file(name, size, label, 0)
        part = compose.multipart("mixed", boundary(label), [note, file])
        yield Draft(when, COPIER, name, part)


def _file(name: str, size: int, label: str, scene: int) -> Part:
    kind, content = _content(name, size, label, scene)
    return compose.attachment(name, kind, content)


def _content(name: str, size: int, label: str, scene: int) -> tuple[str, Generated]:
    extension = name.rpartition(".")[2].lower()
    if extension == "pdf":
        return "application/pdf", attachments.pdf(label, size, name)
    if extension == "mp4":
        return "video/mp4", attachments.mp4(label, size)
    if extension == "mp3":
        return "audio/mpeg", attachments.mp3(label, size)
    return "image/jpeg", attachments.jpeg(label, size, scene)
