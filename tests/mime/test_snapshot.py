"""See `tests/mime/snapshot.py` for how it is renewed."""

from .snapshot import FILE, lines


def test_every_message_of_the_corpus_is_read_as_it_was():
    kept = FILE.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert lines() == kept
