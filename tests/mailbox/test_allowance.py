"""What mailboxes may hold together, and how it comes back."""

import threading

from app.mailbox.allowance import Pot, Share


def test_shares_of_one_pot():
    pot = Pot(10)
    one, other = Share(pot), Share(pot)
    assert one.hold(7)
    assert not other.hold(4)
    assert (one.held, other.held, pot.left) == (7, 0, 3)
    assert other.hold(3)
    assert one.hold(2)
    assert (one.held, pot.left) == (2, 5)
    assert one.hold(7)
    assert not one.hold(8)


def test_a_share_has_its_own_limit():
    share = Share(pot := Pot(10), 4)
    assert not share.hold(5)
    assert share.hold(4)
    assert not share.hold(5)
    assert share.hold(1)
    assert pot.left == 9


def test_a_share_that_nobody_has_any_more_is_given_back():
    pot = Pot(10)
    share = Share(pot)
    share.hold(6)
    del share
    assert pot.left == 10


def test_threads_take_no_more_than_there_is():
    pot, taken = Pot(1000), list[bool]()

    def take() -> None:
        taken.extend(pot.take(1) for _ in range(400))

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(taken), pot.left) == (1000, 0)
