"""The filter in the words of each language."""

import pytest
from babel import Locale

from app.mailbox import BadQuery, QueryFault, parse_query
from app.mailbox.terms import MAX_CHARACTERS, OR_WORDS, Field
from app.mailbox.vocabulary import ENGLISH, plain
from app.web.list import filter_words
from app.web.list.filter_words import (
    in_own_words,
    present,
    read_filter,
    same_in_english,
    vocabulary,
)
from app.web.list.results import _HELP, _RECIPES
from app.web.site import languages
from app.web.site.languages import NAMES
from tests.support.pseudo import ROOT
from tests.support.table import table

OTHERS = [code for code in NAMES if code != "en"]


@pytest.fixture(params=NAMES)
def language(request):
    languages.use(languages.negotiate(request.param), None)
    yield request.param
    languages.use(languages.negotiate("en"), None)


@pytest.mark.parametrize(
    ("code", "typed", "written"),
    [
        ("de", "gr\u00f6\u00dfer:5MB von:bob", "larger:5M from:bob"),
        ("de", "GROESSER:1,5 MB -\u00e4lter:90 Tage", "larger:1500K -older:90d"),
        ("de", "von:bob oder von:anna hat:Anhang", "from:bob or from:anna has:attachment"),
        ("de", "monat:M\u00e4rz 2026 ist:vorgemerkt", "month:2026-03 is:marked"),
        ("de", "Monat:2026-J\u00e4nner or monat:Januar-2026", None),
        ("de", "neuer:3 Monate kleiner:300 Kilobyte", "newer:3m smaller:300K"),
        ("de-CH", "gr\u00f6sser:5'000 KB", "larger:5M"),
        ("fr", "plus-grand:5 Mo de:bob", "larger:5M from:bob"),
        ("fr", "plus-petit:300\u202fKo ou o\u00f9", "smaller:300K or o\u00f9"),
        ("fr", "plus-ancien:2 ans mois:f\u00e9vrier 2026", "older:2y month:2026-02"),
        ("fr", "a:anna contient:piece-jointe", "to:anna has:attachment"),
        ("fr", "\u00e0:anna contient:pi\u00e8ce-jointe", "to:anna has:attachment"),
        ("fr", "plus-grand:800 octets", "larger:800B"),
        ("es", "mayor-que:5 MB de:bob o de:ana", "larger:5M from:bob or from:ana"),
        ("es", "m\u00e1s-antiguo:3 meses mes:enero de 2026", "older:3m month:2026-01"),
        ("es", "mas-grande:5 megabytes -est\u00e1:marcado", "larger:5M -is:marked"),
        ("ja", "\u5dee\u51fa\u4eba\uff1a\u30dc\u30d6 \u5927\u304d\u3044\uff1a\uff15\uff2d\uff22",
         "from:\u30dc\u30d6 larger:5M"),
        ("ja", "\u53e4\u3044:90\u65e5 \u307e\u305f\u306f \u6708:2026\u5e741\u6708",
         "older:90d or month:2026-01"),
        ("ja", "\u3042\u308a:\u6dfb\u4ed8 \u5c0f\u3055\u3044:300\u30ad\u30ed\u30d0\u30a4\u30c8",
         "has:attachment smaller:300K"),
    ],
)  # fmt: skip
def test_words_of_the_page_are_read(code, typed, written):
    languages.use(languages.negotiate(code), None)
    try:
        if written is None:
            with pytest.raises(BadQuery):
                read_filter(typed)
            return
        query = read_filter(typed).query
        assert str(query) == written
        assert parse_query(written) == query == present(written)
        assert same_in_english(written)
        assert not same_in_english(typed) or typed == written
    finally:
        languages.use(languages.negotiate("en"), None)


@pytest.mark.parametrize(
    "typed", ["a or b", "larger:5 MB", "-is:marked", "month:March 2026", "older:3 months"]
)
def test_english_is_understood_everywhere(language, typed):
    assert read_filter(typed).query == parse_query(typed)


@pytest.mark.parametrize("code", OTHERS)
def test_every_field_unit_and_flag_has_a_word_of_its_own(code):
    own, said = vocabulary(code), languages.catalogue(code).gettext
    assert own.either <= OR_WORDS
    for known, english in ((own.fields, ENGLISH.fields), (own.values, ENGLISH.values),
                           (own.sizes, ENGLISH.sizes), (own.ages, ENGLISH.ages)):  # fmt: skip
        meanings = {word: meant for word, meant in known.items() if word not in english}
        assert set(meanings.values()) <= set(english.values())
    for field, word in filter_words._FIELDS.items():
        assert said(word).split()[0].endswith(":")
        for one in said(word).split():
            assert own.fields[plain(one)[:-1]] is field, one
    wide = Locale(code).months["format"]["wide"]
    assert [own.months[plain(wide[n])] for n in range(1, 13)] == [*range(1, 13)]
    texts = [*_HELP, *((q, label) for label, q in _RECIPES)]
    assert len({in_own_words(q) for q, _ in texts}) == len(texts)


def test_the_help_can_be_typed_as_it_stands(language):
    for q, _ in _HELP:
        if not q.endswith(":"):
            assert read_filter(in_own_words(q)).query == parse_query(q)
    for _, q in _RECIPES:
        assert read_filter(in_own_words(q)).query == parse_query(q)


WORDS = ["or", "oder", "ou", "o", "u", "\u307e\u305f\u306f", "gr\u00f6\u00dfer:5", "plus-grand:5",
         "\u5dee\u51fa\u4eba\uff1aa", "(a b)", "OU"]  # fmt: skip


@table("word", WORDS)
def test_a_filter_written_down_means_the_same_in_every_language(language, word):
    query = parse_query(f'larger:5B "{word}" x')
    assert read_filter(str(query)).query == parse_query(str(query)) == query


@pytest.mark.parametrize(
    ("typed", "place", "length"),
    [
        ("a larger:5 c", 9, 1),
        ('smaller:"300"', 8, 5),
        ("larger:5M or larger:999", 20, 3),
        ("larger:0,5", 7, 3),
        ("larger:1/2 MB", 7, 3),
    ],
)
def test_a_small_size_without_a_unit_is_asked_about(typed, place, length):
    with pytest.raises(BadQuery) as caught:
        read_filter(typed)
    assert (caught.value.place, caught.value.length) == (place, length)
    assert caught.value.fault is QueryFault.NO_UNIT


@pytest.mark.parametrize(
    "typed", ["larger:1000", "larger:0", "smaller:5B", "larger:5B/id", "older:5d"]
)
def test_nothing_else_is_asked_about(typed):
    read_filter(typed)


def test_what_makes_no_sense_counts_as_none():
    assert str(present("larger:")) == str(present("x" * (MAX_CHARACTERS + 1))) == ""
    assert Field.LARGER in present("larger:5000").fields


def test_the_manual_lists_the_words_of_every_language():
    manual = (ROOT / "docs" / "filter.md").read_text(encoding="utf-8")
    words = [*filter_words._FIELDS.values(), *filter_words._VALUES, *filter_words._SIZES,
             *filter_words._AGES, filter_words._EITHER]  # fmt: skip
    codes = ("en", "de", "es", "fr", "ja")
    assert set(codes) == set(NAMES)
    for one in words:
        cells = [
            " ".join(f"`{each}`" for each in languages.catalogue(code).gettext(one).split()
                     if one != filter_words._EITHER or each not in {"x", "y"})
            for code in codes
        ]  # fmt: skip
        assert f"| {' | '.join(cells)} |" in manual
