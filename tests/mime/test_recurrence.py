import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.recurrence import recurrence_in_words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("freq=weekly;byday=tu,th;", "every week on Tuesday and Thursday"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO,WE;WKST=SU",
            "every 2 weeks on Monday, Wednesday and Friday",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week on weekdays"),
        ("FREQ=WEEKLY;BYDAY=SU;COUNT=1", "every week on Sunday, once"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=10", "every month on day 31, 10 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=+2MO", "every 3 months on the second Monday"),
        ("FREQ=YEARLY;UNTIL=20301231T235959Z", "every year, until 2030-12-31"),
        ("FREQ=YEARLY;UNTIL=20301231", "every year, until 2030-12-31"),
    ],
)
def test_simple_rules(rule, words):
    assert recurrence_in_words(rule) == words


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=5;UNTIL=20300101",
        "FREQ=DAILY;UNTIL=20301301",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=SECONDLY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=" + "9" * 5000,
        "X-MINE=1;FREQ=DAILY",
    ],
)
def test_rules_that_are_not_simple(rule):
    assert recurrence_in_words(rule) is None


PIECES = [
    "FREQ=WEEKLY",
    "FREQ=MONTHLY",
    "BYDAY=MO",
    "BYDAY=1MO",
    "COUNT=3",
    "INTERVAL=2",
    "WKST=MO",
    "UNTIL=20300101",
    "BYMONTHDAY=1",
    "=",
    "BYDAY",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=6).map(";".join)))
def test_any_rule_gives_words_or_none(rule):
    words = recurrence_in_words(rule)
    assert words is None or words.startswith("every ")
