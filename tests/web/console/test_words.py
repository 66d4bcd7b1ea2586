import pytest

from app.mailbox import (
    USAGE,
    BadLine,
    ConfirmFirst,
    DeletedInConsole,
    LineFault,
    Verb,
    parse_line,
)
from app.web.console.problems import bad_line, confirm_first, deleted
from app.web.console.words import ABOUT, TOUR


@pytest.mark.parametrize("fault", list(LineFault))
def test_every_refusal_says_what_would_be_right(fault):
    words = bad_line(BadLine(fault, "TOP n k"))
    assert words.title.endswith(".")
    assert words.detail.endswith(".")
    assert "%(" not in words.title + words.detail
    told_how = fault in {
        *(LineFault.ARGUMENTS, LineFault.NUMBER, LineFault.NO_MESSAGE, LineFault.TAG)
    }
    assert ("TOP n k" in words.detail) is told_how


def test_an_unknown_command_is_told_which_there_are():
    detail = bad_line(BadLine(LineFault.UNKNOWN)).detail
    assert all(verb.value in detail for verb in Verb)
    assert "PASS" not in detail


def test_what_is_to_be_confirmed_names_count_and_octets():
    dele = confirm_first(ConfirmFirst("DELE 3", "x", 1, 37_900_000, 0))
    assert dele.title == "Send DELE 3? It deletes a message of 37.9 MB."
    one = confirm_first(ConfirmFirst("QUIT", "x", 1, 740, 0))
    assert one.title == "Send QUIT? It deletes 1 message, 740 B, for good."
    assert one.advice == ()
    many = confirm_first(ConfirmFirst("QUIT", "x", 1200, 61_200_000, 2))
    assert many.title == "Send QUIT? It deletes 1,200 messages, 61.2 MB, for good."
    assert many.advice[0].startswith("2 of them were only read")
    none = confirm_first(ConfirmFirst("QUIT", "x", 0, 0, kept=1))
    assert none.title == "Send QUIT? It deletes nothing."
    assert none.detail.startswith("1 message is marked in the list.")
    others = confirm_first(ConfirmFirst("QUIT", "x", 1, 740, 1, kept=3))
    assert others.advice[0].startswith("3 other messages are marked in the list")
    assert others.advice[1].startswith("1 of them was only read")


def test_a_message_deleted_in_the_console_can_be_had_back():
    words = deleted(DeletedInConsole(7))
    assert "DELE 7" in words.detail
    assert "RSET" in words.advice[0]


def test_every_command_has_its_line_of_help_and_an_example_that_can_be_sent():
    assert set(ABOUT) == set(Verb)
    for verb, about in ABOUT.items():
        assert parse_line(about.example).verb is verb
        assert about.does.endswith(".")
        assert about.rfc.startswith("RFC ")


def test_the_tour_is_safe():
    verbs = [step.verb for step in TOUR]
    assert verbs == [Verb.STAT, Verb.LIST, Verb.TOP, Verb.DELE, Verb.RSET, Verb.QUIT]
    for step in TOUR:
        assert parse_line(step.line.format(n=4)).verb is step.verb
        assert step.line.split()[0] == USAGE[step.verb].split()[0]
