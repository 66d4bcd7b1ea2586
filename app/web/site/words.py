"""The words of an answer, in the language of whoever asked.

Words are written in English, in `_` and `ngettext` here and in templates; catalogues translate
them. Names in words are `%(name)s`, and a plain percent sign is `%%`, as jinja's newstyle has it.
"""

from contextvars import ContextVar
from gettext import NullTranslations

translations: ContextVar[NullTranslations] = ContextVar("translations")
_ENGLISH = NullTranslations()


def gettext(message: str) -> str:
    """The words as they are in the catalogue, nothing filled in."""
    return translations.get(_ENGLISH).gettext(message)


def plural(one: str, many: str, number: int) -> str:
    """The form that goes with a number, nothing filled in."""
    return translations.get(_ENGLISH).ngettext(one, many, number)


def marked_for_later(message: str) -> str:
    """The same; for words in tables, which are translated where they are used."""
    return message


def marked_plural(one: str, many: str) -> tuple[str, str]:
    """The same with a plural: for `ngettext(*words, number)`."""
    return one, many


def _(message: str, /, **values: object) -> str:
    """The words, with their names filled in."""
    return gettext(message) % values


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The words that go with a number, with their names filled in."""
    return plural(one, many, number) % values


N_ = marked_for_later
NN_ = marked_plural
