"""Messages in heaps, with headers as they come: good, bad, missing and not known yet."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.mailbox.models import Message, MessageId
from app.pop3 import MessageNumber, Octets

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

ZONES = st.sampled_from(
    ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin", "Pacific/Kiritimati"]
).map(ZoneInfo)

FROM = [
    "Anna <anna@example.org>", "ANNA Alt <Anna@Example.ORG>", "anna@example.org", "anna",
    "root", "Root <root>", '"a \\"b\\" c" <x@y>', '<"odd one"@y>', "<-x@-y.example>", "<a@>", "@",
    "<m\u00fcller@b\u00fccher.example>",
    "=?utf-8?q?M=C3=BCller?= <mu\u0308ller@bu\u0308cher.example>",
    "<from:a@subject:b>", "<a\\b@c\\d>",
    f"<{'x' * 330}@long.example>", f"<{'x' * 340}@long.example>",
    '<"' + '\\"' * 200 + '"@q.example>',
    "\u202eevil <e@evil.example>", "<a@b@c.example>", ",", "  ",
]  # fmt: skip


def header_of(sender: str | None, sent: datetime | str | None) -> bytes:
    """A header; `sent` may be a text that is no date."""
    lines = [] if sender is None else [f"From: {sender}"]
    if isinstance(sent, datetime):
        lines.append(f"Date: {sent:%d %b} {sent.year:04} {sent:%H:%M:%S %z}")
    elif sent is not None:
        lines.append(f"Date: {sent}")
    return "\r\n".join([*lines, "Subject: a", "", ""]).encode()


def message(number: int, octets: int, header: bytes | None = None) -> Message:
    """A message; its header is not known yet where it is None."""
    made = Message(
        MessageId(f"id{number % 7}-{number}"), MessageNumber(number), Octets(octets), None
    )
    if header is not None:
        made.header.learn(header, number + 1)
    return made


DATES = st.one_of(
    st.none(),
    st.just("no date"),
    st.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
    st.integers(0, 3).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    st.sampled_from([
        datetime(1900, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 2, 28, 23, 30, tzinfo=UTC), datetime(2024, 2, 29, 0, 0, tzinfo=UTC),
    ]),
)  # fmt: skip
HEADERS = st.none() | st.builds(header_of, st.none() | st.sampled_from(FROM), DATES)
SIZES = st.one_of(
    st.integers(0, 9),
    st.integers(0, 10**8),
    st.sampled_from([0, 100_000, 100_001, 10**6, 10**6 + 1, 10**7, 10**7 + 1, 10**18 - 1]),
)
HEAPS = st.lists(st.tuples(SIZES, HEADERS), max_size=24).map(
    lambda many: [message(n, octets, header) for n, (octets, header) in enumerate(many)]
)
