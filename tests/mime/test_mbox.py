import mailbox
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.mime.mbox import MboxWriter, separator
from tests.support.table import table

DATE = datetime(2026, 11, 26, 9, 12, tzinfo=UTC)


def written(*messages: bytes, size: int = 0) -> bytes:
    writer = MboxWriter()
    made = []
    for message in messages:
        step = size or max(len(message), 1)
        made.append(writer.begin("a@example.org", DATE))
        made += [writer.feed(message[i : i + step]) for i in range(0, len(message), step)]
        made.append(writer.end())
    return b"".join(made)


def read(mbox: bytes) -> list[bytes]:
    """The messages of an mboxrd file: a reader that knows nothing of the writer."""
    messages: list[list[bytes]] = []
    for line in mbox.splitlines(keepends=True) if b"\r" not in mbox else lf_lines(mbox):
        if line.startswith(b"From "):
            messages.append([])
        else:
            messages[-1].append(line[1:] if re.match(rb">+From ", line) else line)
    for lines in messages:
        assert lines.pop() == b"\n"  # the blank line
    return [b"".join(lines) for lines in messages]


def lf_lines(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


def lf(message: bytes) -> bytes:
    """The message as the file holds it, but for the quoting."""
    message = message.replace(b"\r\n", b"\n")
    if message and not message.endswith(b"\n"):
        message = message.removesuffix(b"\r") + b"\n"
    return message


@pytest.mark.parametrize(
    ("sender", "date", "line"),
    [
        ("", DATE, b"From MAILER-DAEMON Thu Nov 26 09:12:00 2026\n"),
        ("a@b.example", DATE.replace(day=6), b"From a@b.example Fri Nov  6 09:12:00 2026\n"),
        ("a b@c", None, b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"),
        ("a@b\nFrom x", DATE, b"From MAILER-DAEMON Thu Nov 26 09:12:00 2026\n"),
        ("ä@b", DATE, b"From MAILER-DAEMON Thu Nov 26 09:12:00 2026\n"),
        ("a" * 1000, DATE, b"From MAILER-DAEMON Thu Nov 26 09:12:00 2026\n"),
        # Half past one in Adelaide is three in the afternoon before in London.
        ("a@b", datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=10, minutes=30))),
         b"From a@b Wed Dec 31 15:00:00 2025\n"),
        ("a@b", datetime(2026, 2, 1, 23, 59, 59), b"From a@b Sun Feb  1 23:59:59 2026\n"),  # noqa: DTZ001
        ("a@b", datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
         b"From a@b Mon Jan  1 00:00:00 0001\n"),
    ],
)  # fmt: skip
def test_the_separator(sender, date, line):
    assert separator(sender, date) == line


@table(
    "message, quoted",
    [
        (b"From me\r\n", b">From me\n"),
        (b"a\r\n\r\nFrom me\r\n>From you\r\n", b"a\n\n>From me\n>>From you\n"),
        (b">>>From us\r\nFrom \r\n", b">>>>From us\n>From \n"),
        (b"Fromage\r\nfrom here\r\n", b"Fromage\nfrom here\n"),
        (b" From x\r\n> From y\r\n>>Fro", b" From x\n> From y\n>>Fro\n"),
        (b"x From me\r\nFrom", b"x From me\nFrom\n"),
        (b"bare\rCR\n", b"bare\rCR\n"),
        (b"no end", b"no end\n"),
        (b"cut end\r", b"cut end\n"),
        (b"", b""),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_lines(message, quoted, size):
    assert written(message, size=size) == separator("a@example.org", DATE) + quoted + b"\n"


SHARDS = [b"From ", b"From", b"Fr", b"om ", b">", b">>", b"\r\n", b"\n", b"\r", b"x", b" "]
messages = st.one_of(
    st.binary(max_size=60), st.lists(st.sampled_from(SHARDS), max_size=40).map(b"".join)
)


@given(messages, st.lists(st.integers(0, 200), max_size=12))
@example(b">" * 9 + b"From x", [3, 5, 7, 10])
@example(b"not at the start: >From here", [18])
@example(b"one\nFrom here", [1])
def test_any_pieces_give_the_same(message, cuts):
    writer = MboxWriter()
    writer.begin("", None)
    ends = sorted({cut % (len(message) + 1) for cut in cuts})
    pieces = [message[a:b] for a, b in zip([0, *ends], [*ends, len(message)], strict=True)]
    made = b"".join(map(writer.feed, pieces)) + writer.end()
    whole = MboxWriter()
    whole.begin("", None)
    assert made == whole.feed(message) + whole.end()


@given(st.lists(messages, min_size=1, max_size=4))
def test_messages_come_back(sent):
    assert read(written(*sent)) == [lf(message) for message in sent]


def test_the_standard_library_reads_it(tmp_path):
    sent = [
        b"Subject: one\r\n\r\nFrom here to there\r\n>From quoted\r\n\r\n",
        b"Subject: two\r\n\r\nno line end",
        b"Subject: three\r\n\r\n\r\n\r\n",
    ]
    path = tmp_path / "mail.mbox"
    path.write_bytes(written(*sent))
    box = mailbox.mbox(path, create=False)
    found = [box.get_bytes(key) for key in box.iterkeys()]
    unquoted = [re.sub(rb"(?m)^>(>*From )", rb"\1", message) for message in found]
    assert unquoted == [lf(message) for message in sent]
    assert next(box.itervalues()).get_from() == "a@example.org Thu Nov 26 09:12:00 2026"
    box.close()


@pytest.mark.parametrize("octets", [b">", b"From ", b"\r", b"\n", b">From \n", b"F"])
def test_hostile_messages_take_linear_time_and_little_memory(octets):
    writer = MboxWriter()
    writer.begin("", None)
    piece = octets * (2**18 // len(octets))
    for _ in range(8):
        assert len(writer.feed(piece)) <= len(piece) * 8 // 7 + 5
        assert len(writer._held) <= 5
