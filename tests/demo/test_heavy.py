from datetime import UTC, datetime, timedelta
from random import Random

from app.demo.delivery import deliver
from app.demo.heavy import SCANS, parcels, scans
from app.demo.message import Generated, Message
from app.demo.texts import load_parcels

from .parse import joined

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def size(draft) -> int:
    item = deliver(draft)
    return Message("u", item.head, item.body).octets


def test_parcels_have_the_size_that_is_written_down():
    planned = [parcel for author in load_parcels() for parcel in author.parcels]
    drafts = list(parcels(NOW))
    assert len(drafts) == len(planned)
    for draft, parcel in zip(drafts, planned, strict=True):
        assert draft.when == NOW - timedelta(days=parcel.days)
        files = sum(octets for _, octets in parcel.files) * 1_000_000
        assert 0 < size(draft) - files < 8_000, parcel.subject


def test_the_text_comes_first_but_for_one():
    last = []
    for draft in parcels(NOW):
        kinds = [type(segment) for segment in draft.part.body]
        if Generated not in kinds:
            continue
        before = joined(draft.part.body[: kinds.index(Generated)])
        if b"text/plain" not in before:
            last.append(draft.subject)
    assert last == ["Ihre Porträts"]


def test_nothing_large_is_held():
    for draft in [*parcels(NOW), *scans(NOW, 900, Random(1))]:
        held = sum(len(segment) for segment in draft.part.body if isinstance(segment, bytes))
        assert held < 8_000


def test_scans_have_two_that_are_unreasonable():
    sizes = sorted(size(draft) for draft in scans(NOW, 900, Random(1)))
    assert len(sizes) == SCANS + 2
    assert [round(octets / 1e6, 1) for octets in sizes[-2:]] == [12.2, 27.4]
    assert sizes[-3] < 2_000_000
    assert sizes[0] > 100_000
