"""Timeouts are ordered as their use wants it."""

from app.transport import Timeouts


def test_connecting_is_given_less_time_than_a_slow_answer():
    timeouts = Timeouts()
    assert timeouts.connect < timeouts.stall < timeouts.reader


def test_what_a_large_maildrop_makes_slow_may_take_longer():
    assert Timeouts(stall=10).allowed("TOP") == (10, 10)
    assert Timeouts(stall=10).allowed("UIDL") == (40, 40)


def test_an_lf_that_may_never_come_is_waited_for_for_a_moment_only():
    assert Timeouts(stall=10).allowed("RETR", lacks_lf=True) == (2, 10)
    assert Timeouts(stall=1).allowed("RETR", lacks_lf=True) == (1, 1)
