"""Which servers took a message in, as far down as the sender had no part in it."""

import pytest

from app.mime.received import parse_received
from app.mime.receivers import receivers

TOP = "from mx1.example.net (mx1.example.net [192.0.2.1]) by store.example.net with LMTP id a; x"
NEXT = "from far.example.org (far.example.org [198.51.100.7]) by mx1.example.net with ESMTPS; x"
FORGED = "from here (store.example.net [203.0.113.9]) by mx1.example.net with SMTP id c; x"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], ("", 0)),
        ([TOP], ("example.net", 0)),
        ([TOP, NEXT], ("example.net", 1)),
        ([TOP, NEXT, FORGED], ("example.net", 1)),
        ([NEXT, FORGED], ("example.net", 0)),
        (["from a by localhost; x", NEXT], ("localhost", 0)),
        (["no clauses at all"], ("", 0)),
    ],
)
def test_the_run_of_receivers(fields, expected):
    assert receivers([parse_received(field, at) for at, field in enumerate(fields)]) == expected
