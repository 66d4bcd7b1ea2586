"""What was not seen is said to be just that, and blames nobody."""

import pytest

from app.report import RULES
from app.web.report.unseen import UNSEEN


@pytest.mark.parametrize("finding", UNSEEN, ids=lambda finding: finding.value)
def test_what_was_not_seen_is_no_fault(finding):
    said = UNSEEN[finding]
    for text in (said,) if isinstance(said, str) else said:
        assert text.startswith(("Not checked: ", "Not tried: "))
    assert finding not in RULES  # no verdict of its own
