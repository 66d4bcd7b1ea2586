"""What the sign-in page says of a session that is over."""

import pytest

from app.mailbox import Known, MessageId
from app.sessions import Cause, EndedSession
from app.web.signin.expired import ended_view, left_view, not_signed_in


def ended(cause: Cause, after: float, marks: int) -> EndedSession:
    return EndedSession(cause, after, 0, b"", {MessageId(str(n)): Known(n) for n in range(marks)})


@pytest.mark.parametrize(
    ("one", "title", "line"),
    [
        (
            ended(Cause.IDLE, 1800, 3),
            "Your session ended after 30 minutes without a click.",
            "Nothing was deleted. Your 3 marks are kept: sign in to the same mailbox to go on.",
        ),
        (
            ended(Cause.AGE, 43200, 1),
            "Your session ended: none lasts longer than 12 hours.",
            "Nothing was deleted. Your mark is kept: sign in to the same mailbox to go on.",
        ),
        (
            ended(Cause.IDLE, 1, 0),
            "Your session ended after 1 second without a click.",
            "No message was marked for deletion.",
        ),
        (
            None,
            "Your session is over: this Popscope does not know it any more.",
            (
                "It may have been restarted. What you had not confirmed was not deleted; marks are "
                "forgotten."
            ),
        ),
    ],
)
def test_it_says_why_and_what_became_of_the_marks(one, title, line):
    view = ended_view(one)
    assert (view.title, view.lines) == (title, (line,))
    assert ended_view(one, undone=True).lines == ("Your last click was not carried out.", line)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("1", "1 message was marked for deletion and was not deleted: it stays in the mailbox."),
        ("1200", "1,200 messages were marked for deletion and were not deleted: they stay"),
        ("unknown", "A deletion that you confirmed is still under way."),
    ],
)
def test_after_a_sign_out_it_says_what_was_not_done(left, said):
    view = left_view(left)
    assert view is not None
    assert view.title == not_signed_in().title == "You are signed out."
    assert view.lines[0].startswith(said)
