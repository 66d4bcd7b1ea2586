"""What an answer shows of byte-stuffing."""

from app.report import Finding
from app.report.dots import Dots
from app.transport import Fetched


def test_what_an_answer_shows():
    dots = Dots()
    assert not dots.saw("TOP", Fetched(b"Subject: a\r\n\r\nb.\r\n", 18))
    assert [check.finding for check in dots.checks()] == [Finding.NO_DOTS]
    assert dots.saw("TOP", Fetched(b".a\r\n", 4))
    assert [check.finding for check in dots.checks()] == [Finding.DOTS_STUFFED]
    assert dots.saw("RETR", Fetched(b".a\r\n", 4, unstuffed=1))
    assert [check.finding for check in dots.checks()] == [Finding.DOTS_RETR]
    assert dots.saw("TOP", Fetched(b"a\r\n", 3, cut=True))
    assert [check.finding for check in dots.checks()] == [Finding.DOTS_NEVER]
