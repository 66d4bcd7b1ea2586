"""What differs between two listings, and for how long it is told."""

from app.mailbox import Notice
from app.mailbox.index import Index
from app.mailbox.models import MessageId
from app.mailbox.news import Changes, News, compare

from .opening import index_of

A, B, C = [("a", 10), ("b", 20), ("c", 30)]


def ids(index: Index, *uidls: str) -> set[MessageId]:
    return {message.id for message in index if message.uidl in uidls}


def told(news: News) -> dict[Notice, int]:
    return {one.notice: one.count for one in (*news.happened, *news.standing)}


def test_what_came_what_vanished_and_what_has_another_size():
    earlier, now = index_of(A, B, C), index_of(B, ("c", 31), ("d", 40))
    changes = compare(earlier, now)
    assert changes.vanished == ids(earlier, "a")
    assert changes.came == ids(now, "d")
    assert changes.altered == ids(now, "c")
    assert changes.certain
    assert not changes.reset
    assert compare(now, now) == Changes()


def test_other_uidls_for_the_same_sizes_are_a_reset_and_other_sizes_are_other_messages():
    assert compare(index_of(A, B), index_of(("x", 10), ("y", 20))).reset
    assert not compare(index_of(A, B), index_of(("x", 11), ("y", 21))).reset
    assert not compare(index_of(A, B), index_of()).reset
    assert not compare(index_of(), index_of(A, B)).reset


def test_without_uidls_what_stands_behind_the_same_sizes_is_new():
    earlier = index_of((None, 10), (None, 20), salt="one")
    now = index_of((None, 10), (None, 20), (None, 5), salt="two")
    changes = compare(earlier, now)
    assert changes.came == {list(now)[2].id}
    assert not changes.certain
    other = index_of((None, 20), (None, 5), salt="three")
    assert not compare(earlier, other).came


def listed(news: News, earlier: Index, now: Index, *marked: str, **more: set[MessageId]) -> None:
    changes = compare(earlier, now)
    news.listed(changes, lost=changes.vanished & ids(earlier, *marked), altered=0, **more)


def test_news_is_told_until_somebody_has_seen_it_and_the_maildrop_was_listed_again():
    news = News()
    one, two, three = index_of(A, B, C), index_of(C, ("d", 1)), index_of(("d", 1), ("e", 2))
    listed(news, one, two, "a")
    assert told(news) == {Notice.MARKED_GONE: 1, Notice.GONE: 1, Notice.NEW_MAIL: 1}
    listed(news, two, three)  # nobody has looked: it adds up
    assert told(news) == {Notice.MARKED_GONE: 1, Notice.GONE: 2, Notice.NEW_MAIL: 2}
    assert news.fresh == ids(three, "d", "e")
    news.seen()
    assert Notice.GONE in told(news)  # until something else happens
    listed(news, three, three)
    assert told(news) == {}
    assert not news.fresh


def test_what_comes_after_a_look_is_not_taken_for_seen():
    news = News()
    news.tell(Notice.GONE, 1)
    news.seen()
    news.tell(Notice.CLOSED_WITHOUT_QUIT)
    listed(news, index_of(A), index_of(A))
    assert told(news) == {Notice.GONE: 1, Notice.CLOSED_WITHOUT_QUIT: 0}
    news.put_away()
    assert told(news) == {}


def test_what_we_deleted_ourselves_is_no_news():
    news = News()
    one = index_of(A, B, C)
    listed(news, one, index_of(C), "a", "b", doomed=ids(one, "a"))
    assert told(news) == {Notice.MARKED_GONE: 1}


def test_a_reset_tells_neither_of_new_mail_nor_of_lost_mail():
    news = News()
    listed(news, index_of(A, B), index_of(("x", 10), ("y", 20)), "a")
    assert told(news) == {Notice.UIDLS_RESET: 1}
    assert not news.fresh
