"""Where lines and bodies end, whatever the reads were cut into."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.pop3 import Fault, Limits, RemoteProtocolError
from app.pop3.framing import BodyReader, take_line

from .dialogue import bodies, cuts, dotted, octet_by_octet, pieces


@pytest.mark.parametrize(
    ("buffer", "start", "taken"),
    [
        (b"+OK\r\nrest", 0, (b"+OK", 5)),
        (b"+OK\nrest", 0, (b"+OK", 4)),
        (b"\r\n", 0, (b"", 2)),
        (b"\n", 0, (b"", 1)),
        (b"a\r\nb\r\n", 3, (b"b", 6)),
        (b"a\rb\n", 0, (b"a\rb", 4)),
        (b"a\r\r\n", 0, (b"a\r", 4)),
        (b"x\r\n\n", 3, (b"", 4)),  # the CR before `start` is another line's
        (b"\nx\r", 0, (b"", 1)),
        (b"", 0, None),
        (b"+OK", 0, None),
        (b"+OK\r", 0, None),
    ],
)
def test_take_line(buffer, start, taken):
    assert take_line(buffer, start, 100) == taken


def test_a_cr_before_the_start_is_not_this_lines():
    assert take_line(b"\r\n", 1, 100) == (b"", 2)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("limit", [0, 1, 10])
def test_a_line_may_have_as_many_octets_as_the_limit(limit, end):
    assert take_line(b"x" * limit + end, 0, limit) == (b"x" * limit, limit + len(end))
    with pytest.raises(RemoteProtocolError) as caught:
        take_line(b"x" * (limit + 1) + end, 0, limit)
    assert caught.value.fault is Fault.LINE_TOO_LONG
    assert caught.value.received == b"x" * limit


def test_an_endless_line_is_refused_as_soon_as_it_must_be():
    assert take_line(b"x" * 10 + b"\r", 0, 10) is None
    with pytest.raises(RemoteProtocolError):
        take_line(b"x" * 12, 0, 10)


def read(parts: list[bytes], limits: Limits | None = None) -> tuple[bytes, bytes, BodyReader]:
    """Body, what came after it, and the reader, for a stream that came in `parts`."""
    reader = BodyReader(limits or Limits())
    body, rest = b"", b""
    for part in parts:
        rest += part
        while not over(reader):
            data, used = reader.feed(rest, 0)
            body, rest = body + data, rest[used:]
            if not used:
                assert len(rest) <= 2, "only a dot and a CR may wait"
                break
    return body, rest, reader


def over(reader: BodyReader) -> bool:
    return reader.done or reader.fault is not None


def model(stream: bytes) -> tuple[bytes, bytes, int] | None:
    """Body, rest and unstuffed lines after RFC 1939, section 3, line by line; None: no end."""
    body, unstuffed = b"", 0
    while b"\n" in stream:
        line, stream = stream.split(b"\n", 1)
        if line in {b".", b".\r"}:
            return body, stream, unstuffed
        unstuffed += line.startswith(b".") and not line.startswith(b"..")
        body += line[line.startswith(b"..") :] + b"\n"
    return None


def stuff(body: bytes) -> bytes:
    """What a correct server sends for `body`: dots doubled, a line end at the end, a lone dot."""
    lines = body.split(b"\n")
    sent = b"\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return sent + (b".\r\n" if body.endswith(b"\n") or not body else b"\r\n.\r\n")


@pytest.mark.parametrize(
    ("stream", "body", "unstuffed"),
    [
        (b".\r\n", b"", 0),
        (b".\n", b"", 0),
        (b"a\r\n.\r\n", b"a\r\n", 0),
        (b"a\n.\n", b"a\n", 0),
        (b"a\r\n.\n", b"a\r\n", 0),
        (b"..\r\n.\r\n", b".\r\n", 0),
        (b"...\r\n.\r\n", b"..\r\n", 0),
        (b"a\r\n..b\r\n..\r\n.\r\n", b"a\r\n.b\r\n.\r\n", 0),
        (b".a\r\nb\r\n.c\r\n.\r\n", b".a\r\nb\r\n.c\r\n", 2),  # a server that does not stuff
        (b"a.\r\nb .\r\n.\r\n", b"a.\r\nb .\r\n", 0),
        (b"a\r.\r\nb\r\n.\r\n", b"a\r.\r\nb\r\n", 0),  # a lone CR ends no line
        (b". \r\n.\r\n", b". \r\n", 1),
        (b".\r\r\n.\r\n", b".\r\r\n", 1),
        (b"\r\n\n\r\n.\r\n", b"\r\n\n\r\n", 0),
        (b"\0\xff\r\n.\r\n", b"\0\xff\r\n", 0),
    ],
)
@pytest.mark.parametrize("after", [b"", b"+OK next\r\n", b".\r\n"])
def test_bodies_as_servers_send_them_cut_at_every_octet(stream, body, unstuffed, after):
    whole = stream + after
    for cut in range(len(whole) + 1):
        got, rest, reader = read([whole[:cut], whole[cut:]])
        assert (got, rest, reader.unstuffed) == (body, after, unstuffed)
        assert reader.done
        assert reader.octets == len(body)
    got, rest, reader = read(octet_by_octet(whole))
    assert (got, rest, reader.unstuffed) == (body, after, unstuffed)


@given(bodies, cuts)
@example(b"\n..\r\n.", [])
@example(b".\r\n", [1])
def test_what_was_stuffed_comes_out_as_it_was(body, at):
    stream = stuff(body)
    expected = body if body.endswith(b"\n") or not body else body + b"\r\n"
    for parts in ([stream], octet_by_octet(stream), pieces(stream, at)):
        got, rest, reader = read(parts)
        assert got == expected
        assert reader.done
        assert not rest
        assert reader.unstuffed == 0
        assert reader.octets == len(expected)


@given(dotted, cuts)
def test_any_octets_are_read_as_the_line_by_line_model_reads_them(stream, at):
    expected = model(stream)
    for parts in ([stream], octet_by_octet(stream), pieces(stream, at)):
        got, rest, reader = read(parts)
        assert reader.done == (expected is not None)
        if expected is not None:
            assert (got, rest, reader.unstuffed) == expected


def limited(stream: bytes, line_limit: int, body_limit: int) -> tuple[bytes, Fault | None]:
    """Octet by octet: what is let through, and the fault that ends it."""
    body, at = b"", 0
    while True:
        for end in (b".\r\n", b".\n"):
            if stream.startswith(end, at):
                return body, None
        stop = stream.find(b"\n", at)
        line = stream[at:] if stop < 0 else stream[at : stop + 1]
        stuffed = line.startswith(b"..")
        for n, octet in enumerate(line):
            if octet != ord("\n") and n + 1 > line_limit:
                return body, Fault.LINE_TOO_LONG
            if n == 0 and stuffed:
                continue
            if len(body) == body_limit:
                return body, Fault.BODY_TOO_LONG
            body += bytes([octet])
        if stop < 0:
            return body, None
        at = stop + 1


@settings(max_examples=200)
@given(dotted, cuts, st.integers(2, 12), st.integers(0, 25))
@example(b"aaaaaa", [], 4, 2)  # both limits in one read: the one that is met first
@example(b"aaaa\nbbbbbbb", [], 5, 3)
def test_limits_let_the_same_octets_through_in_any_pieces(body, at, line_limit, body_limit):
    stream = stuff(body)
    expected = limited(stream, line_limit, body_limit)
    limits = Limits(body_line=line_limit, body_octets=body_limit)
    for parts in ([stream], octet_by_octet(stream), pieces(stream, at)):
        got, _, reader = read(parts, limits)
        assert (got, reader.fault and reader.fault.fault) == expected
        assert reader.done == (expected[1] is None)
        assert len(got) <= body_limit


def test_lines_of_any_length_pass_where_there_is_no_limit():
    body = b"x" * 100_000 + b"\r\n" + b"." * 100_000 + b"\r\n"
    got, _, reader = read(pieces(stuff(body), range(0, 200_000, 1460)))
    assert got == body
    assert reader.done


@pytest.mark.parametrize(
    ("said", "left", "ended"),
    [
        (b"a\r\n", b".\r", True),  # Cyrus of old
        (b"", b".\r", True),
        (b"a\r\n", b".", False),
        (b"a\r\n", b"", False),
        (b"a", b".\r", False),
    ],
)
def test_a_dot_and_a_cr_at_the_beginning_of_a_line_are_the_end_but_for_its_lf(said, left, ended):
    reader = BodyReader(Limits())
    reader.feed(said, 0)
    assert reader.lacks_lf(left) is ended


@settings(max_examples=50)
@given(st.integers(0, 30), st.integers(0, 30))
def test_body_octets_are_counted_after_unstuffing(octets, room):
    got, _, reader = read([stuff(b"." * octets)], Limits(body_octets=room))
    whole = octets + 2 if octets else 0
    assert (reader.fault is None) == (whole <= room)
    assert len(got) == min(whole, room)
