"""The words of the filter language."""

import pytest

from app.mailbox.terms import OR_WORDS, Field
from app.mailbox.vocabulary import ENGLISH, Vocabulary, plain


@pytest.mark.parametrize(
    ("typed", "known"),
    [("GR\u00d6SSER", "grosser"), ("gro\u0308\u00dfer", "grosser"), ("\uff2d\uff22", "mb"),
     ("Pi\u00e8ce-jointe", "piece-jointe"), ("A\u00d1OS", "anos"), ("\u65e5", "\u65e5")],
)  # fmt: skip
def test_case_accents_and_width_make_no_difference(typed, known):
    assert plain(typed) == plain(plain(typed)) == known


def test_every_field_has_its_english_word():
    assert set(ENGLISH.fields.values()) == set(Field) - {Field.WORD}
    assert ENGLISH.months["sep"] == ENGLISH.months["september"] == 9
    assert ENGLISH.either <= OR_WORDS


def test_the_english_word_holds_where_both_have_it():
    own = Vocabulary(ages={"m": "d", "tage": "d"}, either=frozenset({"oder"}))
    both = ENGLISH.beside(own)
    assert (both.ages["m"], both.ages["tage"]) == ("m", "d")
    assert both.either == {"or", "oder"}
