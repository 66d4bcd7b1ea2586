"""The filter language in the language of the page: terms, units, words behind `has:` and months.

The words are in the catalogues, several with a space between them where people say it in more than
one way; the first is the one that the help shows. The English ones are always understood.
"""

from functools import cache
from typing import Final

from babel import Locale

from app.mailbox import BadQuery, Query, QueryFault, Reading, parse_query, read_query, terms
from app.mailbox.terms import Field
from app.mailbox.vocabulary import ENGLISH, Vocabulary, plain
from app.web.site import languages
from app.web.site.words import N_, _

_ASKED_BELOW: Final = 1000  # octets that nobody means who gives no unit
_FIELDS: Final = {
    Field.FROM: N_("from:"),
    Field.TO: N_("to:"),
    Field.SUBJECT: N_("subject:"),
    Field.SENDER: N_("sender:"),
    Field.DOMAIN: N_("domain:"),
    Field.LARGER: N_("larger:"),
    Field.SMALLER: N_("smaller:"),
    Field.OLDER: N_("older:"),
    Field.NEWER: N_("newer:"),
    Field.BEFORE: N_("before:"),
    Field.AFTER: N_("after:"),
    Field.MONTH: N_("month:"),
    Field.HAS: N_("has:"),
    Field.IS: N_("is:"),
}
_VALUES: Final = (
    N_("has:attachment"),
    N_("has:sender"),
    N_("has:domain"),
    N_("has:date"),
    N_("has:header"),
    N_("has:size"),
    N_("is:marked"),
)
_SIZES: Final = (
    N_("B bytes octets"),
    N_("KB kilobytes"),
    N_("MB megabytes"),
    N_("GB gigabytes"),
    N_("KiB kibibytes"),
    N_("MiB mebibytes"),
    N_("GiB gibibytes"),
)
_AGES: Final = (N_("d day days"), N_("w week weeks"), N_("m month months"), N_("y year years"))
_EITHER: Final = N_("x or y")


def _others(words: str) -> list[str]:
    return [plain(word) for word in words.split()]


@cache
def vocabulary(code: str) -> Vocabulary:
    """The words of a language, and the English ones."""
    said = languages.catalogue(code).gettext
    names = Locale(code).months
    months = {
        plain(name).rstrip("."): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in names[context][width].items()
    }
    own = Vocabulary(
        fields={word[:-1]: field for field, one in _FIELDS.items() for word in _others(said(one))},
        sizes={
            word: ENGLISH.sizes[plain(one.split()[0])]
            for one in _SIZES
            for word in _others(said(one))
        },
        ages={word: one[0] for one in _AGES for word in _others(said(one))},
        values={
            word.partition(":")[2]: one.partition(":")[2]
            for one in _VALUES
            for word in _others(said(one))
        },
        months=months,
        either=frozenset(map(terms.fold_joiner, said(_EITHER).split())) - {"x", "y"},
    )
    return ENGLISH.beside(own)


def read_filter(typed: str, words: Vocabulary | None = None) -> Reading:
    """What a filter means, in some words, or as on a page: in those of its language or in English.

    Raises:
        BadQuery: it makes no sense, or takes a size for so few octets that somebody must have meant
            more.
    """
    reading = read_query(typed, words or vocabulary(languages.current.get().code))
    for one in reading.assumed:
        if one.octets < _ASKED_BELOW:
            text = typed[one.place : one.place + one.length]
            raise BadQuery(one.place, one.length, text, QueryFault.NO_UNIT)
    return reading


def present(typed: str) -> Query:
    """The filter of a page; one that makes no sense counts as none."""
    try:
        return read_filter(typed).query
    except BadQuery:
        return Query()


def same_in_english(typed: str) -> bool:
    """Whether a filter means the same in every language, as an address should."""
    try:
        return parse_query(typed) == read_filter(typed).query
    except BadQuery:
        return False


def in_own_words(text: str) -> str:
    """An example of the filter language as it is written in the language of the page."""
    return " ".join(map(_own, text.split()))


def _own(word: str) -> str:
    if word in ENGLISH.either:
        return next(one for one in _(_EITHER).split() if one not in {"x", "y"})
    bare = word.removeprefix("-")
    name, colon, value = bare.partition(":")
    if not colon or plain(name) not in ENGLISH.fields:
        return word
    if bare in _VALUES:
        return word.removesuffix(bare) + _(bare).split()[0]
    own = _(_FIELDS[ENGLISH.fields[plain(name)]]).split()[0]
    return f"{word.removesuffix(bare)}{own}{value}"
