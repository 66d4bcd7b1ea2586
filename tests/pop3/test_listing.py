"""Rows as they come: kept to a limit, counted beyond it, read a slice at a time."""

import pytest

from app.pop3 import Completed, Engine, Fault, Limits, RemoteProtocolError, commands
from app.pop3.listing import ListingReader

from .dialogue import asked, broken, of, received


def test_rows_are_kept_to_the_limit_and_counted_beyond_it():
    reader = ListingReader(commands.list_all(), Limits(listing_entries=1))
    reader.take(b"1 10", 6)
    assert not reader.full
    reader.take(b"2 20", 6)
    assert reader.full
    assert reader.count(b"+OK\r\n3 30\r\n4 40\r\n.\r\n-ERR", 5) == 5 + 15
    assert reader.done
    assert ([row.number for row in reader.rows], reader.left_out) == ([1], 3)
    assert reader.octets == 6 + 6 + 12


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (b"1 -5", [(1, 0)]),
        (b"1 " + b"9" * 31, [(1, None)]),
        (b"0 5", []),
        (b"-1 5", []),
        (b"9" * 31 + b" 5", []),
        (b"1 2\0", [(1, None)]),
        (b"\0 2", []),
        (b"..1 5", []),
    ],
)
def test_rows_that_no_server_can_mean(row, kept):
    reader = ListingReader(commands.list_all(), Limits())
    reader.take(row, len(row))
    assert [(row.number, row.octets) for row in reader.rows] == kept


@pytest.mark.parametrize("uidl", [b"x" * 256, b"x" * 7000, b"a\0b", b"a b", b"\xff", b""])
def test_a_unique_id_that_is_none_leaves_its_row_out(uidl):
    reader = ListingReader(commands.uidl_all(), Limits())
    reader.take(b"1 " + uidl, len(uidl))
    assert reader.rows == []


def test_a_row_takes_no_more_memory_than_what_is_read_of_it():
    reader = ListingReader(commands.uidl_all(), Limits())
    for _ in range(10_000):
        reader.take(b"1 " + b"x" * 8000, 8004)
    assert reader.rows == []
    assert reader.octets == 10_000 * 8004


def test_a_long_listing_is_read_in_slices_and_the_next_answer_behind_it():
    engine = asked(commands.list_all(), Limits(rows_at_once=100))
    said = b"+OK\r\n" + b"".join(b"%d 1\r\n" % n for n in range(1, 1000)) + b".\r\n"
    engine.submit(noop := commands.noop())
    assert engine.receive_data(said + b"+OK done\r\n") == []
    assert engine.unfinished
    slices = 1
    events = []
    while engine.unfinished:
        events = engine.receive_data(b"")
        slices += 1
    assert slices == 10
    assert len(of(Completed, events[0]).value) == 999
    assert of(Completed, events[1]).command is noop


def test_a_slice_ends_with_what_breaks_the_protocol():
    engine = asked(commands.uidl_all(), Limits(rows_at_once=2, reply_line=10))
    engine.receive_data(b"+OK\r\n1 a\r\n2 b\r\n" + b"x" * 50)
    assert engine.unfinished
    [event] = engine.receive_data(b"")
    assert event.error.fault is Fault.LINE_TOO_LONG  # type: ignore[union-attr]
    assert not engine.unfinished


@pytest.mark.parametrize("make", [commands.capa, commands.languages, commands.mechanisms])
def test_words_have_their_own_limits(make):
    too_many = b"+OK\r\n" + b"X\r\n" * 1001
    assert broken(make(), too_many).error.fault is Fault.TOO_MANY_ENTRIES
    too_long = b"+OK\r\n" + b"".join(b"%d" % n + b"X" * 7000 + b"\r\n" for n in range(10))
    assert broken(make(), too_long).error.fault is Fault.TOO_MANY_ENTRIES


def test_all_rows_together_have_a_limit_also_those_that_are_counted_alone():
    reader = ListingReader(commands.list_all(), Limits(listing_entries=1, listing_octets=100))
    reader.take(b"1 1", 5)
    reader.take(b"2 1", 5)
    with pytest.raises(RemoteProtocolError) as caught:
        reader.count(b"3 1\r\n" * 30, 0)
    assert caught.value.fault is Fault.TOO_MANY_ENTRIES


def test_mechanisms_in_many_lines_are_told_once_each_and_in_order():
    lines = b"".join(b"SASL M%d PLAIN\r\n" % n for n in range(900))
    found = of(Completed, received(asked(commands.capa()), b"+OK\r\n" + lines + b".\r\n")[0]).value
    assert found.tags["SASL"][:3] == ("M0", "PLAIN", "M1")
    assert len(found.tags["SASL"]) == 901


def test_the_transcript_keeps_the_beginning_of_an_endless_word():
    engine = (
        Engine()
    )  # once a password was sent, nothing is shown of what is too long to look through
    engine.receive_data(b"+OK " + b"\0" * 8000 + b"\r\n")
    assert len(engine.said[-1].text) == 1001
    assert engine.said[-1].text.endswith("…")
