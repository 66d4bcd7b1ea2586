import pytest

from app.demo import Message
from app.demo.maildrops import Account, Maildrops

MAIL = [Message(f"id-{number}", b"Subject: x\r\n\r\n", (b"x\r\n",)) for number in range(3)]
ACCOUNT = Account("demo@popscope.example", "pass word")


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        (b"demo@popscope.example", "demo@popscope.example"),
        (b"Anna.Lee+x@Popscope.Example", "anna.lee+x@popscope.example"),
        (b"demo-0a1b2c@popscope.example", "demo-0a1b2c@popscope.example"),
        (b"a" * 64 + b"@popscope.example", "a" * 64 + "@popscope.example"),
        (b"a" * 65 + b"@popscope.example", None),
        (b"@popscope.example", None),
        (b"demo", None),
        (b"demo@popscope.example.net", None),
        (b"demo@x@popscope.example", None),
        (b"d\xe9mo@popscope.example", None),
        (b"a b@popscope.example", None),
        (b"", None),
    ],
)
def test_every_name_of_the_domain_is_an_account(name, whose):
    assert ACCOUNT.admits(name, b"pass word") == whose
    assert ACCOUNT.admits(name, b"pass wore") is None
    assert ACCOUNT.admits(name, b"") is None


def test_a_name_without_a_domain_is_the_only_one():
    account = Account("demo", "x")
    assert account.admits(b"demo", b"x") == "demo"
    for name in (b"anna", b"demo@", b"demo@popscope.example", b""):
        assert account.admits(name, b"x") is None


def test_what_one_deletes_the_others_keep():
    maildrops = Maildrops(MAIL)
    anna, bob = maildrops.of("anna"), maildrops.of("bob")
    assert anna.messages is bob.messages, "nothing is copied"
    anna.remove(MAIL[:1])
    assert [len(one.messages) for one in (anna, bob, maildrops.of("new"))] == [2, 3, 3]
    assert maildrops.of("anna") is anna
    assert all(left is sent for left, sent in zip(anna.messages, MAIL[1:], strict=True))


def test_the_one_opened_longest_ago_makes_room():
    maildrops = Maildrops(MAIL, most=3)
    for name in "abc":
        maildrops.of(name).remove(MAIL[:1])
    maildrops.of("a")
    maildrops.of("d")
    assert len(maildrops) == 3
    assert len(maildrops.of("a").messages) == 2
    assert len(maildrops.of("c").messages) == 2
    assert len(maildrops.of("b").messages) == 3, "forgotten, and full again"


def test_one_that_is_held_stays():
    maildrops = Maildrops(MAIL, most=2)
    first = maildrops.of("a")
    first.remove(MAIL[:1])
    assert first.acquire(self := object())
    maildrops.of("b").remove(MAIL[:1])
    maildrops.of("c")
    assert maildrops.of("a") is first
    assert len(maildrops.of("b").messages) == 3
    for name in "abcdefgh":
        assert maildrops.of(name).acquire(self)  # with all of them held it has to grow
    assert len(maildrops) == 8


def test_a_name_that_nobody_was_let_in_by_costs_nothing():
    maildrops = Maildrops(MAIL)
    for number in range(1000):
        assert ACCOUNT.admits(b"n%d@popscope.example" % number, b"wrong") is None
    assert len(maildrops) == 0
