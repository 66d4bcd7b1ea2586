import pytest

from app.mailbox import Notice, NoticeCount
from app.web.list.notices import notice


@pytest.mark.parametrize("kind", list(Notice))
def test_every_notice_is_a_sentence(kind):
    sentence = notice(NoticeCount(kind, 1234))
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_a_count_is_shown_as_people_write_it():
    assert notice(NoticeCount(Notice.MARKED_GONE, 1234)).startswith("1,234 of the messages")
