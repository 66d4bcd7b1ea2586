"""LIST and UIDL of an empty maildrop that are answered by one line, without their dot."""

import pytest

from app.pop3 import Broken, Completed, Fault, Stat, commands

from .dialogue import asked

LISTINGS = [commands.uidl_all, commands.list_all]


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("late", [b"", b".\r\n", b".\n"])
def test_where_nothing_more_comes_the_listing_is_over(listing, late):
    engine = asked(listing())
    assert engine.receive_data(b"+OK 0 messages\r\n") == []
    assert engine.lacks_lf
    [event] = engine.receive_silence()
    assert isinstance(event, Completed)
    assert event.value == ()
    assert engine.receive_data(late) == []
    engine.submit(commands.noop())
    assert isinstance(engine.receive_data(b"+OK\r\n")[0], Completed)


def test_a_dot_that_is_late_is_read_octet_by_octet_and_once():
    engine = asked(commands.list_all())
    engine.receive_data(b"+OK no messages\r\n")
    engine.receive_silence()
    assert [event for octet in b".\r\n" for event in engine.receive_data(bytes([octet]))] == []
    [event] = engine.receive_data(b".\r\n")
    assert isinstance(event, Broken)
    assert event.error.fault is Fault.UNSOLICITED


def test_a_dot_behind_another_answer_is_that_of_another_listing():
    engine = asked(commands.uidl_all())
    engine.receive_data(b"+OK no messages\r\n")
    engine.receive_silence()
    for command, said in (
        (commands.stat(), b"+OK 0 0\r\n"),
        (commands.list_all(), b"+OK\r\n.\r\n"),
    ):
        engine.submit(command)
        assert isinstance(engine.receive_data(said)[0], Completed)


def test_the_next_answer_ends_it_where_others_wait():
    engine = asked(commands.uidl_all())
    engine.submit(commands.stat())
    engine.submit(commands.list_all())
    events = engine.receive_data(b"+OK empty\r\n+OK 0 0\r\n+OK 0 messages\r\n.\r\n")
    values = [event.value for event in events if isinstance(event, Completed)]
    assert values == [(), Stat(0, 0), ()]


@pytest.mark.parametrize("said", [b"+OK\r\n", b"+OK 3 messages\r\n", b"+OK no messages\r\n1"])
def test_silence_ends_no_other_listing(said):
    engine = asked(commands.list_all())
    engine.receive_data(said)
    assert not engine.lacks_lf
    assert engine.receive_silence() == []
