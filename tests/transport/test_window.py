import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport import Window, worth_draining
from app.transport.window import COMMAND_OCTETS, PATIENCE, RETR_OCTETS


def play(window: Window, *, rate: float, rtt: float, answer: int, commands: int) -> float:
    """Answers `commands` TOPs over a simulated line; returns the longest wait a click had.

    A click at a moment waits for what is outstanding then, and for one round trip.
    """
    now, sent, answered, worst = 0.0, 0, 0, 0.0
    arrivals: list[float] = []
    line_free = 0.0
    while answered < commands:
        while sent < commands and window.allows(9, answer, background=True):
            window.sent(now, 9, answer)
            line_free = max(line_free, now + rtt) + answer / rate
            arrivals.append(line_free)
            sent += 1
        if answered > commands // 4:  # once it has been measured
            worst = max(worst, line_free - now)
        now = arrivals[answered] + 0.0005  # one read takes what came in the meantime
        together = [arrival for arrival in arrivals[answered:] if arrival <= now]
        window.received(now, answer * len(together))
        for _ in together:
            window.answered(9, answer)
        answered += len(together)
    return worst


@pytest.mark.parametrize("rate", [16_000, 125_000, 1_250_000])
@pytest.mark.parametrize("rtt", [0.005, 0.04, 0.2])
def test_what_is_outstanding_drains_within_a_round_trip_and_the_patience(rate, rtt):
    waited = play(Window(), rate=rate, rtt=rtt, answer=700, commands=2000)
    # One answer more than the budget may be on its way, and the budget has a floor.
    assert waited <= (rtt + PATIENCE) * 1.25 + rtt + 2 * 2048 / rate


def test_a_fast_line_gets_it_all_at_once():
    window = Window()
    play(window, rate=50e6, rtt=0.04, answer=700, commands=600)
    assert window.budget > 1000 * 700


def test_command_octets_are_bounded_on_any_line():
    window = Window()
    play(window, rate=1e9, rtt=0.04, answer=700, commands=3000)
    count = 0
    while window.allows(9, 1, background=True):
        window.sent(0.0, 9, 1)
        count += 1
    assert count == COMMAND_OCTETS // 9


def test_the_first_command_always_fits():
    window = Window()
    assert window.allows(300, 10**12, background=True)
    window.sent(0.0, 300, 10**12)
    assert not window.allows(9, 1, background=True)
    window.answered(300, 10**12)
    assert window.allows(9, 10**12, background=False)


def test_a_click_may_overfill_what_the_background_may_not():
    window = Window()
    while window.allows(9, 2048, background=True):
        window.sent(0.0, 9, 2048)
    assert window.allows(9, 6000, background=False)
    assert not window.allows(9, RETR_OCTETS, background=False)


def test_the_round_trip_is_the_shortest_one_from_idle():
    window = Window()
    for began, took in ((1.0, 0.3), (2.0, 0.05), (3.0, 0.2)):
        window.sent(began, 6, 40)
        window.received(began + took, 40)
        window.answered(6, 40)
    assert window.rtt == pytest.approx(0.05)
    assert window.rate is None  # single small answers say nothing about the line


def test_the_server_thinking_is_not_the_line_being_slow():
    window = Window()
    window.sent(0.0, 6, 40)
    window.received(5.0, 100_000)  # five seconds of opening the maildrop, then a flood
    window.received(5.01, 100_000)
    window.answered(6, 40)
    assert window.rate is not None
    assert window.rate > 5_000_000


def test_a_reader_that_made_us_wait_is_not_the_line_being_slow():
    window = Window()
    window.sent(0.0, 6, 10**6)
    for tick in range(1, 20):
        window.received(tick / 1000, 10_000)
    before = window.rate
    assert before is not None
    window.idled()
    window.received(60.0, 10_000)
    window.received(60.001, 10_000)
    assert window.rate == pytest.approx(before, rel=0.1)


def test_a_line_that_gets_slower_is_noticed():
    window = Window()
    play(window, rate=1e6, rtt=0.04, answer=700, commands=500)
    window.sent(100.0, 9, 700)
    for tick in range(1, 40):
        window.received(100 + tick * 0.05, 700)  # 14,000 octets a second
    assert window.rate == pytest.approx(14_000, rel=0.2)


@given(
    st.lists(st.tuples(st.integers(6, 255), st.integers(0, 10**7), st.booleans()), max_size=200),
    st.integers(0, 200),
)
def test_the_books_balance(tries, first):
    window, open_, now = Window(), [], 0.0
    for command, answer, background in tries:
        now += 0.01
        if window.allows(command, answer, background=background):
            window.sent(now, command, answer)
            open_.append((command, answer))
        elif open_:
            window.received(now, first)
            window.answered(*open_.pop(0))
        assert window.commands == sum(command for command, _ in open_)
        assert window.answers == sum(answer for _, answer in open_)
        assert len(open_) == 1 or window.commands <= COMMAND_OCTETS
    while open_:
        window.answered(*open_.pop())
    assert (window.commands, window.answers) == (0, 0)


@pytest.mark.parametrize(
    ("remaining", "rate", "login", "drain"),
    [
        (1000, None, 0.1, True),
        (RETR_OCTETS, None, 0.1, True),
        (RETR_OCTETS + 1, None, 0.1, False),
        (0, None, 0.0, True),
        (0, 10.0, 0.0, True),
        (900_000, 1e6, 0.1, True),  # under a second
        (1_100_000, 1e6, 0.1, False),
        (1_100_000, 1e6, 5.0, True),  # a sign-in there costs more
        (60_000_000, 125_000, 2.0, False),
    ],
)
def test_whether_to_drain(remaining, rate, login, drain):
    assert worth_draining(remaining, rate, login) is drain
