import re
import unicodedata

from app.demo import texts


def test_every_letter_can_be_said_in_its_authors_charset():
    people = texts.load_letters()
    assert len(people) >= 15
    for person in people:
        for thread in person.threads:
            for text in (person.name, thread.subject, *thread.texts):
                text.encode(person.charset)


def test_many_scripts_are_written():
    letters = "".join(t for p in texts.load_letters() for th in p.threads for t in th.texts)
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters if c.isalpha()}
    assert scripts >= {
        "LATIN", "CJK", "HIRAGANA", "KATAKANA", "CYRILLIC", "ARABIC", "HEBREW", "GREEK",
        "DEVANAGARI", "HANGUL",
    }  # fmt: skip


def test_the_places_that_are_filled_in_are_known():
    allowed = {"title", "number", "tracking", "month", "stamp", "amount"}
    found = set()
    for entry in [*texts.load_newsletters(), *texts.load_shops(), *texts.load_statements()]:
        found |= set(re.findall(r"\{(\w*)\}", repr(entry)))
    assert found == allowed


def test_addresses_belong_to_nobody():
    addresses = [
        *(entry.address for entry in texts.load_letters()),
        *(entry.address for entry in texts.load_newsletters()),
        *(entry.address for entry in texts.load_shops()),
        *(entry.address for entry in texts.load_parcels()),
        *(entry.address for entry in texts.load_statements()),
    ]
    assert len(addresses) > 30
    assert all(re.fullmatch(r"[\w.+-]+@[\w.-]+\.example", address) for address in addresses)
