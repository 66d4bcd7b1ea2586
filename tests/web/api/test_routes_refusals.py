"""Calls without a session, and sign-ins that make no sense: refused in words, before any wire."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.visiting import http_to, running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with running() as app, http_to(app) as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer "},
        {"Cookie": "popscope=nonsense"},
        {"Cookie": "__Host-popscope=nonsense"},
    ],
)
async def test_without_a_session_there_is_a_401(http, headers):
    answer = await http.get("/api/v1/stat", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no-session"


BODY = {"username": "a", "password": "b", "server": "127.0.0.1"}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "username"),
        ({**BODY, "username": ""}, "name"),
        ({**BODY, "password": ""}, "password"),
        ({**BODY, "password": "x" * 256}, "password"),
        ({**BODY, "password": "ü" * 200}, "too long"),
        ({**BODY, "password": "a\r\nDELE 1"}, "line break"),
        ({**BODY, "username": "a\nb"}, "line break"),
        ({**BODY, "username": "a\x00b"}, "control"),
        ({**BODY, "port": 0}, "port"),
        ({**BODY, "port": 65536}, "port"),
        ({**BODY, "security": "ssl"}, "security"),
        ({**BODY, "auth": "XOAUTH2"}, "auth"),
        ({**BODY, "server": "a/b"}, "server"),
        ({**BODY, "colour": "red"}, "colour"),
        ([], "body"),
    ],
)
async def test_a_sign_in_that_makes_no_sense_is_a_422_in_words(http, body, word):
    answer = await http.post("/api/v1/session", json=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid-request"
    assert word in problem["detail"].lower()
