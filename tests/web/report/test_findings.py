"""Every finding has words, and every word its facts."""

import string

from app.report import RULES, Finding, Verdict
from app.web.report.findings import AFTER, BEFORE
from app.web.report.unseen import UNSEEN
from app.web.report.words import SAYINGS
from tests.support.table import table


def test_every_finding_is_said_once():
    assert set(SAYINGS) == set(Finding)
    assert len(SAYINGS) == len(BEFORE) + len(AFTER) + len(UNSEEN)


@table("finding", SAYINGS, ids=lambda finding: finding.value)
def test_sentences_are_sentences(finding):
    said = SAYINGS[finding]
    for text in (*((said.text,) if isinstance(said.text, str) else said.text), said.advice):
        assert not text or text[-1] in ".s"
        assert text == "" or text[0] in string.ascii_uppercase + "%" + string.digits


def test_what_is_wrong_comes_with_advice():
    for finding, (_, verdict) in RULES.items():
        if verdict in {Verdict.WARN, Verdict.BAD}:
            assert SAYINGS[finding].advice, finding
