"""The peek ladder: as few lines as show the text, and no more asked for what is remembered."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.mailbox import Mailbox, Peeked
from app.mailbox.peeks import ALL_LINES, PEEK_OCTETS, RUNGS, Peeks
from app.mime import Contents
from app.pop3 import CommandRejected
from tests.support.maildrop import FakeMaildrop, FakeMessage, plain
from tests.support.scripted import Gone, Peer

from .arriving import message
from .opening import by_number, commit, loaded, maildrop, mark, opened, reader

HEAD = b"From: a@b.example\r\nSubject: s\r\n"
LINE = b"a line of text as lines of text usually are, some sixty octets\r\n"


def tops(drop: FakeMaildrop) -> list[int]:
    """The lines that were asked for by TOP, headers in the background left out."""
    asked = [command.split()[2] for command in drop.commands if command.startswith("TOP")]
    return [int(lines) for lines in asked if lines != "0"]


def text(lines: int) -> FakeMessage:
    return FakeMessage(HEAD + b"\r\n" + LINE * lines, uidl=f"text-{lines}")


def followed(lines: int, *, kind: bytes = b"text/plain", disposition: bytes = b"") -> FakeMessage:
    """A first part of so many lines, the closing line end not counted, and a large file."""
    content = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
        + kind
        + b"\r\n"
        + disposition
        + b"\r\n"
        + LINE * lines
        + b"--b\r\nContent-Type: application/zip; name=z.zip\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + (b"QUJD" * 19 + b"\r\n") * 4000
        + b"--b--\r\n"
    )
    return FakeMessage(content, uidl="followed")


async def peeked(one: FakeMessage, lines: int | None = None, **quirks: Any) -> tuple[Any, Any]:
    """A peek at the first message, and the rungs it took."""
    drop = maildrop([one, *plain(1)], **quirks)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        found = await reader(mailbox).peek(by_number(mailbox, 1).id, lines)
    assert drop.count("RETR") == 0
    return found, tops(drop)


@pytest.mark.parametrize(
    ("lines", "rungs"),
    # In front of the text stand a delimiter, a field and a blank line; a delimiter ends it.
    [
        (1, [20]),
        (16, [20]),
        (17, [20, 80]),
        (76, [20, 80]),
        (77, [20, 80, 320]),
        (316, [20, 80, 320]),
    ],
)
async def test_it_stops_where_the_text_ends(lines: int, rungs: list[int]):
    found, asked = await peeked(followed(lines))
    assert asked == rungs
    assert found.contents.pauses
    assert found.contents.text.text.count("sixty octets") == lines
    assert (found.lines, found.complete) == (rungs[-1], False)


async def test_after_the_last_rung_a_person_decides():
    found, asked = await peeked(followed(600))
    assert asked == list(RUNGS)
    assert not found.contents.text.complete
    assert found.contents.text.text.count("sixty octets") == 317  # of 320 lines three are no text
    assert found.contents.attachments == ()


async def test_every_rung_costs_and_is_counted():
    found, asked = await peeked(text(1000))
    assert asked == [20, 80, 320]
    header = len(HEAD) + 2
    assert found.transferred == 3 * header + (20 + 80 + 320) * len(LINE)
    assert not found.complete


async def test_an_attachment_first_stops_it():
    disposition = b'Content-Disposition: attachment; filename="f.txt"\r\n'
    found, asked = await peeked(followed(2000, kind=b"application/pdf", disposition=disposition))
    assert asked == [20]
    assert found.contents.text.kind == "none"
    assert found.contents.attachment_first


async def test_the_budget_of_octets_stops_it():
    wide = FakeMessage(HEAD + b"\r\n" + (b"x" * 1000 + b"\r\n") * 500, uidl="wide")
    found, asked = await peeked(wide)
    assert asked == [20, 80]  # 20 KB and 80 KB: more than enough
    assert found.transferred > 64 * 1024
    assert not found.complete
    wider = FakeMessage(HEAD + b"\r\n" + (b"x" * 40_000 + b"\r\n") * 50, uidl="wider")
    found, asked = await peeked(wider)
    assert asked == [20]
    assert len(found.contents.data) == PEEK_OCTETS  # the rest is only counted
    assert found.transferred > 20 * 40_000


async def test_a_small_message_comes_at_once():
    small = text(200)
    assert small.octets < 16 * 1024
    found, asked = await peeked(small)
    assert asked == [ALL_LINES]
    assert found.complete
    assert found.contents.text.text.count("sixty octets") == 200
    assert found.transferred == small.octets


async def test_lines_that_are_named_are_asked_for_once():
    for lines in (1, 5, 400):
        found, asked = await peeked(text(1000), lines)
        assert (asked, found.lines) == ([lines], lines)
        assert found.contents.text.text.count("sixty octets") == lines


@pytest.mark.parametrize(
    ("listed", "lines", "complete"),
    [
        (None, ALL_LINES, True),
        (100_000, ALL_LINES, False),  # a server that cuts what TOP shows
        (13_100, ALL_LINES, True),  # an estimate that is a little high
        (10, ALL_LINES, True),  # one that is far too low
        (100_000, 199, False),
    ],
)
async def test_whether_that_was_all_is_told_by_lines_and_size(listed, lines, complete):
    one = text(200)
    one.listed = listed
    found, _ = await peeked(one, lines)
    assert found.complete == complete
    assert found.contents.whole == complete


async def test_bare_line_feeds_are_lines_too():
    found, asked = await peeked(followed(16), line_end=b"\n")
    assert asked == [20]
    assert found.contents.pauses


async def test_a_refusal_in_the_middle_of_the_ladder_is_told():
    drop = maildrop([text(1000)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        drop.quirks.replies["TOP"] = b"-ERR [SYS/TEMP] not now\r\n"
        with pytest.raises(CommandRejected, match="not now"):
            await reader(mailbox).peek(by_number(mailbox, 1).id)
        drop.quirks.replies.clear()
        assert (await reader(mailbox).peek(by_number(mailbox, 1).id)).lines == 320


class BreaksOnce(FakeMaildrop):
    """Closes the connection at the second rung, the first time."""

    async def _at(self, peer: Peer, stage: str) -> None:
        await super()._at(peer, stage)
        if stage == "TOP" and tops(self) == [20, 80]:
            peer.close()
            raise Gone


async def test_a_connection_that_breaks_on_the_ladder_is_made_again():
    drop = BreaksOnce([text(1000)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        found = await reader(mailbox).peek(by_number(mailbox, 1).id)
        assert len(drop.sessions) == 2
        assert found.lines == 320
        assert tops(drop) == [20, 80, 20, 80, 320]


# What is remembered


async def ids(mailbox: Mailbox) -> list[str]:
    await loaded(mailbox)
    return [message.id for message in mailbox.index]


async def test_going_back_costs_nothing():
    drop = maildrop([text(1000), text(900)])
    async with opened(drop) as mailbox:
        one, two = await ids(mailbox)
        first = await reader(mailbox).peek(one)
        await reader(mailbox).peek(two)
        before = mailbox.lease.received
        assert (await reader(mailbox).peek(one)).contents is first.contents
        assert (await reader(mailbox).headers(one)).contents is first.contents
        assert mailbox.lease.received == before
        await reader(mailbox).peek(one, 50)
        assert tops(drop)[-1] == 50  # another number of lines is another question


async def test_copies_that_look_the_same_are_asked_for_each_time():
    one, two = FakeMessage(HEAD + b"\r\none\r\n", uidl="x"), FakeMessage(HEAD + b"\r\ntwo\r\n")
    two.uidl = "x"
    drop = maildrop([one, two])
    async with opened(drop) as mailbox:
        first, second = await ids(mailbox)
        for _ in range(2):
            assert (await reader(mailbox).peek(first)).contents.text.text == "one\n"
            assert (await reader(mailbox).peek(second)).contents.text.text == "two\n"
        assert len(tops(drop)) == 4
        # With the first one gone, the other one is alone, under what was the first one's name.
        drop.messages.pop(0)
        await reader(mailbox).refresh()
        (left,) = mailbox.index
        assert (await reader(mailbox).peek(left.id)).contents.text.text == "two\n"


async def test_without_uidls_a_new_connection_is_asked_again():
    drop = maildrop([text(3), text(4)], uidl=False)
    async with opened(drop) as mailbox:
        one, _ = await ids(mailbox)
        assert (await reader(mailbox).peek(one)).contents.text.text.count("sixty") == 3
        await (await reader(mailbox).fetch(one)).finished()
        sizes = [stored.octets for stored in drop.messages]
        drop.messages.reverse()  # nothing that LIST says tells it
        for stored, size in zip(drop.messages, sizes, strict=True):
            stored.listed = size
        await reader(mailbox).refresh()
        found = await reader(mailbox).peek(by_number(mailbox, 1).id)
        assert found.contents.text.text.count("sixty") == 4


async def test_a_remembered_peek_has_the_number_of_today():
    drop = maildrop([text(3), text(4)])
    async with opened(drop) as mailbox:
        _, two = await ids(mailbox)
        assert (await reader(mailbox).peek(two)).message.number == 2
        mark(mailbox, 1)
        await commit(mailbox).run()
        assert (await reader(mailbox).peek(two)).message.number == 1


def a_peek(name: str, octets: int, *, complete: bool = False) -> Peeked:
    contents: Any = SimpleNamespace(data=b"x" * octets)
    return Peeked(message(octets, name), contents, 20, octets, complete)


def test_the_last_eight_are_remembered_and_half_a_mebibyte():
    peeks = Peeks()
    for n in range(9):
        peeks.keep(None, a_peek(f"m{n}", 10))
    assert peeks.find(message(10, "m0"), None) is None
    assert peeks.find(message(10, "m1"), None) is not None
    peeks.keep(None, a_peek("m9", 10))  # m1 was looked at just now
    assert peeks.find(message(10, "m1"), None) is not None
    assert peeks.find(message(10, "m2"), None) is None
    peeks.keep(None, a_peek("large", 400_000))
    peeks.keep(None, a_peek("larger", 500_000))
    assert peeks.find(message(0, "large"), None) is None
    assert peeks.find(message(0, "larger"), None) is not None
    peeks.keep(None, a_peek("too large", 900_000))  # but the one that is being looked at stays
    assert peeks.find(message(0, "too large"), None) is not None


def test_a_whole_message_answers_whatever_is_asked():
    peeks = Peeks()
    whole = Peeked(message(9, "w"), Contents(b"A: b\r\n\r\nc", whole=True), 400, 9, complete=True)
    peeks.keep(400, whole)
    peeks.keep(20, a_peek("part", 10))
    for lines in (None, 0, 1, 20, 1000):
        found = peeks.find(message(9, "w"), lines)
        assert found is not None
        assert found.contents is whole.contents
    assert peeks.find(message(9, "part"), 20) is not None
    assert peeks.find(message(9, "part"), 0) is not None
    assert peeks.find(message(9, "part"), 10) is None
    assert peeks.find(message(9, "part"), None) is None


async def test_what_a_peek_has_seen_decides_whether_there_is_an_attachment():
    related = (
        HEAD + b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n"
    )
    mixed = related.replace(b"related", b"mixed")
    drop = maildrop([FakeMessage(related, uidl="r"), FakeMessage(mixed, uidl="m"), followed(3)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        messages = [by_number(mailbox, number) for number in (1, 2, 3)]
        told: list[list[bool | None]] = []
        for _ in range(2):
            for message in messages:
                message.header.fold()
            told.append([message.header.search_text.attached for message in messages])
            for message in messages:
                await reader(mailbox).peek(message.id)
        assert told == [[None, True, True], [False, False, True]]
