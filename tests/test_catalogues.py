"""Catalogues are whole, and nothing that people read goes past them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.web.site.languages import ENGLISH, NAMES, catalogue
from tests.support.pseudo import ROOT, extracted
from tests.support.table import table

OTHERS = [code for code in NAMES if code != ENGLISH]
PLACE = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"</?\w+>")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def opened(code: str) -> Catalog:
    path = ROOT / "app" / "locale" / code / "LC_MESSAGES" / "popscope.po"
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def forms(words: str | Iterable[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def pairs(code: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The English forms of each message, and those of a language."""
    for message in opened(code):
        if message.id:
            yield forms(message.id), forms(message.string)


def test_words_are_found_in_code_and_templates():
    found = {forms(words)[0] for words in extracted()}
    assert len(found) > 400
    for words in ("Skip to messages", "Largest first", "The certificate has expired.",
                  "%(n)s message", "<b>%(size)s</b> received from the server so far"):  # fmt: skip
        assert words in found


def test_no_words_have_two_plurals():
    """A catalogue knows a message by its singular alone."""
    plurals: dict[str, set[str]] = {}
    for one, many in (words for words in extracted() if not isinstance(words, str)):
        plurals.setdefault(one, set()).add(many)
    assert {one: many for one, many in plurals.items() if len(many) > 1} == {}


@pytest.mark.parametrize("code", OTHERS)
class TestEachLanguage:
    """What translators owe the source; after a change of words, `make words` brings it here."""

    def test_it_has_every_word_and_no_other(self, code):
        known = opened(code)
        wanted = {forms(words)[0] for words in extracted()}
        assert {forms(message.id)[0] for message in known if message.id} == wanted
        assert not known.obsolete
        assert [message.id for message in known if message.id and message.fuzzy] == []

    def test_every_form_is_there(self, code):
        count = opened(code).num_plurals
        for english, said in pairs(code):
            assert len(said) == (1 if len(english) == 1 else count), english
            assert all(said), english

    def test_the_places_to_fill_in_are_the_same(self, code):
        for english, said in pairs(code):
            last = Counter(PLACE.findall(english[-1]))
            assert Counter(PLACE.findall(said[-1])) == last, said
            for form in said[:-1]:  # one message may be called so without its number
                assert set(PLACE.findall(form)) <= set(last), form
                assert set(last) - set(PLACE.findall(form)) <= {"%(n)s"}, form
                assert max(Counter(PLACE.findall(form)).values(), default=1) == 1, form
            for form in said:
                assert form.replace("%%", "") % {n[2:-2]: "" for n in last} is not None

    def test_markup_and_spaces_at_the_ends_are_the_same(self, code):
        for english, said in pairs(code):
            for form in said:
                assert Counter(TAG.findall(form)) == Counter(TAG.findall(english[-1])), form
                assert not set('"&') & set(form), form
                assert not {"<", ">"} & set(TAG.sub("", form)), form
                assert (form[:1].isspace(), form[-1:].isspace()) == (
                    english[-1][:1].isspace(),
                    english[-1][-1:].isspace(),
                ), form
                assert form[-1:] != "…" or english[-1][-1:] == "…", form

    def test_it_is_what_the_app_speaks(self, code):
        spoken = catalogue(code)
        for english, said in pairs(code):
            if len(english) == 1:
                assert spoken.gettext(english[0]) == said[0]
            else:
                one, many = english
                assert spoken.ngettext(one, many, 1) == said[0]
                assert spoken.ngettext(one, many, 5) == said[-1]


def test_english_is_plain():
    """What stands for English must not break an attribute either."""
    for words in extracted():
        for form in forms(words):
            assert not set('"&') & set(form), form
            assert not {"<", ">"} & set(TAG.sub("", form)), form
            assert "%" not in PLACE.sub("", form).replace("%%", ""), form


# Words past the catalogues

# Names, and words of the protocol and of the filter language.
PROPER = {"Popscope", "STARTTLS", "SHA", "API", "POP"}
READ = ("aria-label", "title", "placeholder", "alt", "data-once", "data-copied", "data-picked")
_OPENED_BY_NAME = re.compile(r"<(/?)\{\{.*?\}\}", re.DOTALL)
_TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
_KIND = re.compile(r"\{% block kind %\}\w+\{% endblock %\}")  # a class
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


class Bare(HTMLParser):
    """Finds words that stand in a template as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"style", "script", "code"}:
            self._inside.append(tag)
        for name, value in attrs:
            if name in READ:
                self._look(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._look(data)

    def _look(self, text: str) -> None:
        text = re.sub(r"\b[a-z]+[:.]\w[\w.]*", "", text)  # a term of a filter, a server's name
        words = re.findall(r"[^\W\d_]{2,}", text)
        self.found += [word for word in words if word not in PROPER]


def bare(text: str) -> list[str]:
    text = _KIND.sub("", _TRANSLATED.sub("", text))
    text = _OPENED_BY_NAME.sub(r"<\1x", text)
    parser = Bare()
    parser.feed(_JINJA.sub("", text))
    parser.close()
    return parser.found


@table("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_has_no_words_of_its_own(path: Path):
    assert bare(path.read_text()) == []


def test_words_of_its_own_would_be_found():
    assert bare("<p>Some {{ more }} words</p>") == ["Some", "words"]
    assert bare(
        '<p title="Hello {{ _("x") }}">{{ _("fine") }} {% trans %}fine{% endtrans %}</p>'
    ) == ["Hello"]
    assert bare('<{{ x }} aria-label="Warning"></{{ x }}>') == ["Warning"]
