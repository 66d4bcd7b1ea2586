"""Words with names and numbers in them."""

from gettext import NullTranslations

import pytest

from app.web.site import words
from app.web.site.words import N_, _, ngettext


class Shouting(NullTranslations):
    """A language."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("%(WHO)S", "%(who)s")

    def ngettext(self, one: str, many: str, number: int) -> str:
        return f"{one if number < 3 else many}!"


def test_names_are_filled_in_and_percent_signs_stay():
    assert _("%(who)s marked", who="100 %") == "100 % marked"
    assert _("61 %% of it") == "61 % of it"
    assert N_("as it is, 61 %%") == "as it is, 61 %%"


@pytest.mark.parametrize(("number", "said"), [(0, "0 messages"), (1, "1 message")])
def test_the_number_chooses(number, said):
    assert ngettext("%(n)s message", "%(n)s messages", number, n=number) == said


def test_another_language():
    token = words.translations.set(Shouting())
    try:
        assert _("%(who)s marked", who="Bob") == "Bob MARKED"
        assert ngettext("one", "many", 2) == "one!"
    finally:
        words.translations.reset(token)
    assert _("%(who)s marked", who="Bob") == "Bob marked"
