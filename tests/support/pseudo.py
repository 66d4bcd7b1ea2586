"""A language that nobody speaks: every letter foreign, long, written from right to left.

It has the words that `make words` finds and no others, so whatever else a page shows stays English
and can be told. As a program it is Popscope that knows this language: ``python -m
tests.support.pseudo serve``.
"""

import re
import tomllib
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from app.web.site import languages

ROOT = Path(__file__).resolve().parents[2]
CODE = "ar"
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
_FOREIGN = {ord("a") + n: letter for n, letter in enumerate(_LETTERS)}
_FOREIGN.update({ord("A") + n: letter for n, letter in enumerate(_LETTERS)})
_KEPT = re.compile(r"(%\(\w+\)s|%%|</?\w+>)")
_LONGER = 3  # a third more letters


@cache
def extracted() -> tuple[str | tuple[str, ...], ...]:
    """Every word of the source that goes through catalogues, as `make words` finds them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in settings]
    options: dict[str, dict[str, Any]] = {
        one["pattern"]: {k: v for k, v in one.items() if k not in {"pattern", "method"}}
        for one in settings
    }
    keywords = {**DEFAULT_KEYWORDS, "NN_": (1, 2)}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return tuple(dict.fromkeys(words for _, _, words, _, _ in found if words))


def foreign(words: str) -> str:
    """The words in the language that nobody speaks."""
    pieces = _KEPT.split(words)
    text = "".join(p if n % 2 else p.translate(_FOREIGN) for n, p in enumerate(pieces))
    letters = sum(len(p) for p in pieces[::2])
    return text + _LETTERS[0] * (letters // _LONGER)


class Pseudo(NullTranslations):
    """Its catalogue."""

    def __init__(self) -> None:
        super().__init__()
        pairs = [(one,) if isinstance(one, str) else one for one in extracted()]
        self._known = {words for pair in pairs for words in pair}

    def gettext(self, message: str) -> str:
        """The words, if they are known."""
        return foreign(message) if message in self._known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form that goes with a number, if it is known."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def install() -> None:
    """Makes the language one of those that there are."""
    known, pseudo = languages.catalogue, Pseudo()
    languages.NAMES[CODE] = _LETTERS[:6]

    def catalogue(code: str) -> NullTranslations:
        return pseudo if code == CODE else known(code)

    setattr(languages, "catalogue", catalogue)  # noqa: B010 -- mypy: not the cached kind


if __name__ == "__main__":
    from app.__main__ import main

    install()
    main()
