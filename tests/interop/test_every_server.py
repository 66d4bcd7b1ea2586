"""The main job on every server of Debian's, by every way in that it offers."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

import pytest

from app.mailbox import Credentials, Mailbox, Outcome, Sort
from app.mailbox.ways import MEANS
from app.transport import Security
from tests.mailbox.opening import commit, line_of, reader
from tests.support.servers import SERVERS, Pop3Server

from .letters import LETTERS, name_of, named

pytestmark = pytest.mark.interop


def ways() -> Iterator[tuple[str, str | None, Security]]:
    """Every mechanism in clear, and under TLS the one that the app thinks best."""
    for name, make in SERVERS.items():
        server = make()
        for mechanism in sorted(server.mechanisms & MEANS):
            yield name, mechanism, Security.NONE
        if server.starttls:
            yield name, None, Security.STARTTLS
            yield name, None, Security.TLS


async def whole(mailbox: Mailbox, unlock: Callable[[], Credentials], id: str) -> bytes:
    async with reader(mailbox, unlock).retr(id) as (_, body):
        return b"".join([block async for block in body])


async def top(mailbox: Mailbox, unlock: Callable[[], Credentials], id: str, lines: int) -> bytes:
    async with reader(mailbox, unlock).top(id, lines) as (_, body):
        return b"".join([block async for block in body])


@pytest.mark.parametrize(("server", "mechanism", "security"), list(ways()), indirect=["server"])
async def test_main_job(
    server: Pop3Server,
    mechanism: str | None,
    security: Security,
    mailbox_of: Callable[..., Mailbox],
) -> None:
    user, password = server.mailbox()
    for letter in LETTERS.values():
        server.deliver(user, letter)
    mailbox = mailbox_of(user, security)

    def unlock() -> Credentials:
        return Credentials(user, password, mechanism)

    try:
        await line_of(mailbox, unlock).hold()
        assert (mailbox.listing.access.tls is None) == (security is Security.NONE)
        await mailbox.headers.loaded()
        assert not [one for one in mailbox.index if not one.headers_known]
        stored = server.messages(user)
        assert mailbox.index.totals.messages == len(LETTERS)
        assert mailbox.index.has_uidls
        subjects = {one.summary.subject for one in mailbox.index if one.summary}
        assert subjects == {name.decode() for name in LETTERS}

        largest = mailbox.index.ordered(Sort())[0]
        assert largest is named(mailbox, "large")
        peeked = await reader(mailbox, unlock).peek(largest.id)
        assert peeked.contents.text.text.lstrip().startswith("hello")
        assert peeked.transferred < 10_000 < largest.counted

        for message in mailbox.index:
            wire = await whole(mailbox, unlock, message.id)
            assert server.unaltered(wire) == LETTERS[name_of(wire)]
            assert abs(message.counted - len(wire)) <= 100
            header, _, body = wire.partition(b"\r\n\r\n")
            assert await top(mailbox, unlock, message.id, 0) == header + b"\r\n\r\n"
            for lines in (1, 2, 99_999_999):
                sent = await top(mailbox, unlock, message.id, lines)
                shown = b"".join(body.splitlines(keepends=True)[:lines])
                assert sent == header + b"\r\n\r\n" + server.top_adds + shown

        doomed = [named(mailbox, "large").id, named(mailbox, "dots").id]
        mailbox.marks.mark(doomed)
        assert len(server.messages(user)) == len(stored)
        receipt = await commit(mailbox, unlock).run()
        assert receipt.verified
        assert {item.id: item.outcome for item in receipt.items} == dict.fromkeys(
            doomed, Outcome.GONE
        )
        assert len(mailbox.index) == len(LETTERS) - 2
    finally:
        await mailbox.close()
    left = [server.unaltered(kept) for kept in server.messages(user)]
    said = "\n".join(line.text for line in mailbox.transcript.lines())
    assert re.search("•+", said)
    assert not re.search(f"{password}|{b64encode(password.encode()).decode().strip('=')}", said)
    assert left == [raw for name, raw in LETTERS.items() if name not in {b"large", b"dots"}]
