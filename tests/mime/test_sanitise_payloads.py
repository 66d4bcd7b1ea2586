"""Every payload, without a browser."""

import pytest

from app.mime import sanitise
from tests.support.payloads import PAYLOADS, Payload

from .judge import Judge


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda one: one.kind)
def test_nothing_of_it_is_left_that_could_act(payload: Payload, remote: bool) -> None:
    done = sanitise(payload.markup, inline=lambda _: None, remote=remote)
    judge = Judge(remote=remote)
    judge.feed(done.html)
    judge.close()
    assert sanitise(done.html, inline=lambda _: None, remote=remote).html == done.html
