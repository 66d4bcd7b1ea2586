"""The same for every means of signing in, with a real server: not even what is made of a secret."""

import asyncio
import base64
import binascii
import logging
from collections.abc import Iterator

import pytest

from app.mailbox.ways import MEANS, TOKEN_MEANS
from tests.support.dovecot import ALL_MECHANISMS, Dovecot
from tests.support.proxy import Link
from tests.web.test_secrets import SECRET, owned, secrets_in

from .visiting import Browser, Script, http_to, post_session, running

pytestmark = pytest.mark.interop
_NAME = base64.b64encode(b"anna").decode()


@pytest.fixture(scope="module")
def planted() -> Iterator[Dovecot]:
    """A server whose password, and whose token, is the planted one."""
    no_penalty = "service anvil {\n unix_listener anvil-auth-penalty {\n mode = 0\n }\n}\n"
    with Dovecot(
        mechanisms=[*ALL_MECHANISMS, "apop"], stored=f"{{PLAIN}}{SECRET}", extra=no_penalty
    ) as server:
        yield server


def made_of_it(commands: list[str]) -> set[str]:
    """What went over the wire to sign in: passwords, digests, proofs, as sent and decoded."""
    words = {
        word
        for line in commands
        for word in line.split()[1 if line.startswith("PASS") else 2 if " " in line else 0 :]
        if not line.startswith(("USER", "CAPA", "STAT", "LIST", "UIDL", "TOP", "QUIT", "UTF8"))
    }
    for word in list(words):
        try:
            clear = base64.b64decode(word, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        words |= {piece for part in clear.split("\0") for piece in part.split(",p=")[1:]}
        words |= {part for part in clear.split() if len(part) == 32}  # CRAM-MD5's digest
    return {word for word in words if len(word) >= 8 and word != _NAME}


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("means", sorted(MEANS))
async def test_neither_the_secret_nor_what_is_made_of_it_is_anywhere(planted, caplog, means, right):
    caplog.set_level(logging.DEBUG)
    secret = SECRET if right else f"{SECRET}-mistyped"
    field = "token" if means in TOKEN_MEANS else "password"
    given = {"password": "", field: secret, "auth": means}
    told: list[str] = []
    async with (
        Link(planted.host, planted.port) as link,
        running() as app,
        http_to(app) as http,
    ):

        async def note(answer):
            await answer.aread()
            told.append(f"{answer.status_code} {answer.headers!r} {answer.text}")

        http.event_hooks["response"] = [note]
        answer = await post_session(http, link, **given)
        assert answer.status_code == (201 if right else 401), answer.text
        if right:
            script = Script(http, answer.json()["token"])
            assert (await script.get("/session"))["signed_in_by"] == means
            await script.post("/session/release", status=204)
            await script.get("/stat")  # signs in again, with what was sealed
            for path in ("/transcript", "/transcript?mask=true"):
                await script.get(path)
            await http.get("/mailbox", headers=script.on_pages)
        elif field == "password":
            page = await Browser(http).sign_in(link, password=secret, auth=means)
            assert page.status_code == 401
        await asyncio.sleep(0)  # the loop lets go of what woke this task last
        for thing in owned():
            assert not secrets_in(thing)
            assert SECRET not in repr(thing)
        sent = made_of_it(link.commands)
    assert sent, link.commands
    everything = "\n".join([*told, caplog.text, *(str(r.exc_info) for r in caplog.records)])
    for word in {SECRET, *sent}:
        assert word not in everything
        assert word.rstrip("=")[4:-4] not in everything
