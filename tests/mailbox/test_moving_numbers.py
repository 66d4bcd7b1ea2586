"""Servers whose message numbers move while a connection lasts, against RFC 1939, section 5."""

import pytest

from app.mailbox import Outcome
from tests.support.fickle import FickleServer, honest

from .opening import commit, mark
from .test_identity import left, mails, signed_in

NAMINGS = [honest, lambda place, _: str(place), lambda place, _: None]


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("marked", [(2, 3, 5), (6, 1), (1, 2, 3, 4, 5, 6), (4,)])
async def test_where_dele_takes_out_at_once_the_others_marked_are_still_the_right_ones(
    naming, marked
):
    server = FickleServer(mails(*"abcdef"))
    server.naming, server.at_once = naming, True
    async with signed_in(server) as mailbox:
        mark(mailbox, *marked)
        receipt = await commit(mailbox).run()
        if naming is honest:
            assert receipt.verified
            assert receipt.count(Outcome.GONE) == len(marked)
    assert left(server) == "".join(c for n, c in enumerate("abcdef", 1) if n not in marked)
