"""Wrong passwords: who is held back, where, for how long, and who is not."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.mailbox.opening import until
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .strangers import FRIEND, HTTPS, STRANGER, at, reporting
from .visiting import SAME_ORIGIN, http_to, running, words


class Guessing:
    """An app with a low limit, a server that lets in by "secret" alone, and who comes."""

    def __init__(self, app: FastAPI, server: ScriptedServer) -> None:
        self.app, self.server = app, server

    async def post(
        self, path: str, peer: str = STRANGER, user: str = "anna", password: str = "wrong"
    ) -> httpx.Response:
        filled = at(self.server, username=user, password=password)
        body: dict[str, Any] = {"json": filled} if path.startswith("/api") else {"data": filled}
        async with http_to(self.app, HTTPS, peer=peer) as http:
            await http.get("/")
            return await http.post(path, headers=SAME_ORIGIN, **body)


@pytest.fixture
async def guessing() -> AsyncIterator[Guessing]:
    low: dict[str, Any] = {"wrong_client": "6/hour", "wrong_account": "3/minute"}
    async with (
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running(public_origin=HTTPS, **low) as app,
    ):
        yield Guessing(app, server)


WAYS = ["/signin", "/api/v1/session", "/report", "/api/v1/report"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_password_is_not_guessed(guessing, way):
    for n in range(6):
        answer = await guessing.post(way, user=f"user{n}")
        assert answer.status_code in {303, 401, 200}, answer.text
        if way == "/report":  # it is made while one looks on
            await until(lambda: guessing.server.connections and not reporting(guessing.app))
    connections = guessing.server.connections
    for other in WAYS:
        answer = await guessing.post(other, user="other", password="secret")
        assert answer.status_code == 429
        assert 3500 < int(answer.headers["Retry-After"]) <= 3600
        if other.startswith("/api"):
            assert answer.headers["Content-Type"] == "application/problem+json"
            problem = answer.json()
            assert problem["code"] == "sign-in-held"
            assert 3500 < problem["retry_after"] <= 3600
        else:
            assert "Too many wrong passwords." in words(answer)
            assert 'data-wait="3' in answer.text  # counted down
            assert 'value="other"' in answer.text
    assert guessing.server.connections == connections
    answer = await guessing.post("/api/v1/session", peer=FRIEND, password="secret")
    assert answer.status_code == 201


async def test_a_network_of_ipv6_is_one_client(guessing):
    for n in range(6):
        await guessing.post("/api/v1/session", peer=f"2001:db8:1:2::{n}", user=f"user{n}")
    held = await guessing.post("/api/v1/session", peer="2001:db8:1:2:ffff::1", user="anna")
    assert held.status_code == 429
    other = await guessing.post("/api/v1/session", peer="2001:db8:1:3::1", password="secret")
    assert other.status_code == 201


async def test_many_guess_at_one_mailbox_and_its_owner_comes_in(guessing):
    assert (await guessing.post("/signin", peer=FRIEND, password="secret")).status_code == 303
    for n in range(3):
        await guessing.post("/api/v1/session", peer=f"203.0.113.{n}")
    held = await guessing.post("/api/v1/session", peer=STRANGER)
    assert held.json()["detail"].startswith("Too many sign-ins to this mailbox were refused.")
    again = await guessing.post("/api/v1/session", peer=FRIEND, password="secret")
    assert again.status_code == 201


async def test_a_family_behind_one_address_is_not_stopped():
    """By the defaults: six people, ten sign-ins each, one of them mistyped twice an hour."""
    async with (
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running(public_origin=HTTPS) as app,
    ):
        family = Guessing(app, server)
        for person in range(6):
            for again in range(10):
                given = "wrong" if again in {3, 4} else "secret"
                answer = await family.post("/api/v1/session", "192.0.2.1", f"p{person}", given)
                expected = 401 if given == "wrong" else 201
                assert answer.status_code == expected, answer.text
                if expected == 201:
                    async with http_to(app, HTTPS) as http:
                        bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
                        await http.delete("/api/v1/session", headers=bearer)


async def test_whoever_runs_mail_tests_three_accounts_all_morning():
    """By the defaults: 20 reports of each, and a wrong password now and then."""
    async with (
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running(public_origin=HTTPS) as app,
    ):
        operator = Guessing(app, server)
        for n in range(20):
            for account in ("a", "b", "c"):
                given = "wrong" if n % 10 == 9 else "secret"
                answer = await operator.post("/api/v1/report", "192.0.2.1", account, given)
                assert answer.status_code == 200, (n, answer.text)
