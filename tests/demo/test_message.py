import base64
import tracemalloc

import pytest

from app.demo.message import BLOCK, Checksums, Generated, Message


@pytest.mark.parametrize(
    ("head", "filler", "tail"),
    [
        (b"", 0, b""),
        (b"x", 0, b""),
        (b"", 1, b""),
        (b"head", 56, b""),
        (b"head", 57, b"tail"),
        (b"", BLOCK, b""),
        (b"abc", BLOCK - 1, b"z"),
        (b"abc", 2 * BLOCK + 17, b"yz"),
        (b"h" * (BLOCK + 5), 3, b"t" * 200),
    ],
)
def test_a_generated_part_is_as_long_as_it_says_and_decodes_to_its_content(head, filler, tail):
    part = Generated("label", head, filler, tail)
    wire = b"".join(part.chunks())
    assert len(wire) == part.octets
    content = base64.b64decode(wire)
    assert content == b"".join(part.raw())
    assert len(content) == len(head) + filler + len(tail)
    assert content.startswith(head)
    assert content.endswith(tail)
    lines = wire.split(b"\r\n")
    assert all(len(line) == 76 for line in lines[:-2])
    assert all(len(chunk) <= 80_000 for chunk in part.chunks())
    assert all(chunk.endswith(b"\r\n") for chunk in part.chunks())


def test_the_filler_depends_on_the_label_alone():
    first, again = Generated("a", b"", 1000), Generated("a", b"", 1000)
    other = Generated("b", b"", 1000)
    assert list(first.chunks()) == list(again.chunks())
    assert list(first.chunks()) != list(other.chunks())


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 1300])
def test_checksums_are_as_long_as_they_say(count):
    part = Checksums("x", count)
    wire = b"".join(part.chunks())
    assert len(wire) == part.octets
    assert wire.count(b"\r\n") == count


BODY = b"one\r\ntwo\r\n\r\n.four\r\n"


def whole(message: Message) -> bytes:
    return b"".join(message.chunks())


def expected_top(message: Message, lines: int) -> bytes:
    body = whole(message)[len(message.head) :].splitlines(keepends=True)
    return message.head + b"".join(body[:lines])


@pytest.mark.parametrize(
    "body",
    [
        (),
        (b"",),
        (BODY,),
        (b"one\r\nt", b"wo\r", b"\n\r\n.fo", b"ur\r\n"),
        (BODY, Generated("x", b"", 300), BODY),
        (BODY, Checksums("x", 3)),
    ],
)
def test_top_is_the_beginning_of_the_whole(body):
    message = Message("u", b"Subject: x\r\n\r\n", body)
    assert message.octets == len(whole(message))
    total = whole(message)[len(message.head) :].count(b"\n")
    for lines in range(total + 2):
        assert b"".join(message.top(lines)) == expected_top(message, lines)


def test_a_short_top_of_a_long_message_generates_no_more_than_one_block():
    asked = 0

    class Counting(Generated):
        def chunks(self):
            nonlocal asked
            for chunk in super().chunks():
                asked += 1
                yield chunk

    message = Message("u", b"\r\n", (b"text\r\n", Counting("x", b"", 50 * BLOCK)))
    assert b"".join(message.top(5)).count(b"\n") == 6
    assert asked == 1


def test_a_long_message_takes_no_memory_of_its_size():
    message = Message("u", b"\r\n", (Generated("x", b"", 8_000_000),))
    tracemalloc.start()
    try:
        sent = sum(len(chunk) for chunk in message.chunks())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent == message.octets > 10_000_000
    assert peak < 1_000_000
