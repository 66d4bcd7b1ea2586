"""Which charset makes words of octets, and what no words have."""

import pytest

from app.mime.alphabets import guess, oddities, reads_well


@pytest.mark.parametrize(
    "text",
    [
        "Grüße aus Köln",
        "naïve café",
        "Привет, как дела",
        "שלום עולם",
        "日本語の本文",
        "d’été",
        "İstanbul",
    ],
)
def test_words_are_words(text):
    assert oddities(text) == 0
    assert reads_well(text)


@pytest.mark.parametrize("text", ["Gr├╝├ƒe", "GrÃ¼ÃŸe", "caf\u00a9s", "Ïðèâåò", "w\x96rter", "aЖb"])
def test_what_a_wrong_alphabet_makes_is_seen(text):
    assert oddities(text) > 0
    assert not reads_well(text)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Grüße aus Köln", "cp1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250"),
        ("Съешь же ещё этих мягких французских булок", "cp1251"),
        ("Съешь же ещё этих мягких французских булок", "koi8_r"),
        ("これは日本語の文章です", "cp932"),
        ("これは日本語の文章です", "euc_jp"),
    ],
)
def test_undeclared_octets_become_words(text, codec):
    found = guess(text.encode(codec))
    assert found is not None
    assert text.encode(codec).decode(found) == text


def test_no_words_are_no_guess_that_draws_boxes():
    for octets in (b"caf\xe9", b"\xa9 2024", b"10 \x80"):
        found = guess(octets) or "cp1252"
        assert max(octets.decode(found, "replace")) < "\u2500" or "\u20ac" in octets.decode(found)
