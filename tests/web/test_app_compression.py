"""What leaves compressed, and what never does (events: see ``test_events``)."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, http_to, running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    fake = FakeMaildrop(plain(30, octets=4000))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as client:
        await Browser(client).sign_in(server)
        yield client


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("identity", None),
        ("gzip;q=0", None),
    ],
)
async def test_pages_scripts_and_answers_leave_compressed(http, accepted, encoding):
    script = (await http.get("/mailbox")).text.partition('src="/scripts/')[2].partition('"')[0]
    for path in ("/mailbox", "/api/v1/list", "/manifest.webmanifest", f"/scripts/{script}"):
        whole = await http.get(path, headers={"Accept-Encoding": "identity"})
        answer = await http.get(path, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding, path
        assert answer.num_bytes_downloaded <= whole.num_bytes_downloaded
        assert "Accept-Encoding" in answer.headers["vary"]


async def test_an_error_of_the_api_is_compressed_too(http):
    http.cookies.clear()
    answer = await http.post(
        "/api/v1/session", json={f"unknown-{n}" + "x" * 80: n for n in range(9)}
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-encoding"] == "br"


@pytest.mark.parametrize("path", ["eml", "parts/1"])
async def test_mail_leaves_octet_for_octet(http, path):
    id = (await http.get("/api/v1/list")).json()["messages"][0]["id"]
    answer = await http.get(f"/mailbox/messages/{id}/{path}")
    assert answer.status_code in {200, 404}
    assert "content-encoding" not in answer.headers or answer.status_code == 404
