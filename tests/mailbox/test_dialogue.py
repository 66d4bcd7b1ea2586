"""What was typed and answered is kept within bounds."""

from app.mailbox import (
    Exchange,
)
from app.mailbox.dialogue import Dialogue


def test_a_dialogue_has_its_bounds():
    dialogue = Dialogue()
    for number in range(300):
        dialogue.add(Exchange(0, f"LIST {number}", "+OK", "x" * 60_000, 60_000))
    kept = dialogue.exchanges
    assert [one.number for one in kept][-1] == 300
    assert len(kept) < 100
    assert len(kept[-1].body or "") == 60_000
    assert sum(len(one.body or "") for one in kept[:-1]) < 300_000
    assert all(one.truncated for one in kept[:-1])
