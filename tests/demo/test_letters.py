from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.demo.letters import as_html, letters, wrapped
from app.demo.texts import load_letters

from .parse import text_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def drafts():
    return list(letters(NOW, 900, Random(3)))


def test_every_text_arrives_as_it_was_written(drafts):
    """Through each one's charset, encoding and wrapping."""
    seen = [" ".join(text_of(draft).replace("> ", "").split()) for draft in drafts]
    for person in load_letters():
        for thread in person.threads:
            for text in thread.texts:
                wanted = " ".join(text.replace("> ", "").split())
                assert any(wanted in one for one in seen), (person.name, text[:40])


def test_threads_hang_together_and_lie_before_now(drafts):
    answered = 0
    known = {draft.message_id for draft in drafts}
    assert len(known) == len(drafts)
    for draft in drafts:
        assert NOW - timedelta(days=901) < draft.when <= NOW
        extra = dict(draft.extra)
        if draft.subject.startswith("Re: "):
            answered += 1
            references = extra["References"].split()
            assert references[-1] == extra["In-Reply-To"]
            assert references[0] in known
        else:
            assert not extra
    assert answered > 20


def test_paragraphs_are_wrapped_and_flowed_ones_come_back():
    paragraph = " ".join(["word"] * 60)
    lines = wrapped(paragraph).split("\n")
    assert all(len(line) <= 72 for line in lines)
    flowed = wrapped(paragraph + "\nnext", flowed=True)
    assert flowed.replace(" \n", " ") == paragraph + "\nnext"
    quoted = wrapped("> " + paragraph).split("\n")
    assert len(quoted) > 2
    assert all(line.startswith("> ") for line in quoted)


def test_html_is_escaped():
    assert "<p>a &lt;b&gt;<br>\nc</p>" in as_html("a <b>\nc\n\n> d & e")
    assert '<blockquote type="cite">d &amp; e</blockquote>' in as_html("a\n\n> d & e")
