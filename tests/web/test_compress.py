"""What is compressed, for whom, and what never is."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from app.web import compress
from app.web.compress import LEAST, MOST, Compressor, accepts_gzip
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .visiting import Browser, http_to, running

PAGE = "<p>word " * 400


async def blocks() -> AsyncIterator[bytes]:
    yield PAGE.encode()
    yield PAGE.encode()


def answers() -> FastAPI:
    app = FastAPI()
    made: dict[str, Any] = {
        "/page": HTMLResponse(PAGE),
        "/json": JSONResponse({"word": PAGE}),
        "/problem": JSONResponse({"word": PAGE}, 422, media_type="application/problem+json"),
        "/small": HTMLResponse("x" * (LEAST - 1)),
        "/large": HTMLResponse("x" * (MOST + 1)),
        "/mail": Response(PAGE, media_type="message/rfc822"),
        "/saved": HTMLResponse(PAGE, headers={"Content-Disposition": "attachment"}),
        "/packed": HTMLResponse(PAGE, headers={"Content-Encoding": "br"}),
        "/part": HTMLResponse(PAGE, 206),
        "/tagged": HTMLResponse(PAGE, headers={"ETag": '"abc"'}),
        "/kept": HTMLResponse(PAGE, headers={"Cache-Control": "public, max-age=9"}),
    }
    for path, answer in made.items():
        app.add_api_route(path, lambda answer=answer: answer)
    for path, kind in (("/events", "text/event-stream"), ("/stream", "text/html")):
        app.add_api_route(path, lambda kind=kind: StreamingResponse(blocks(), media_type=kind))
    app.add_middleware(Compressor)
    return app


async def get(
    path: str, encoding: str = "gzip", method: str = "GET", **more: str
) -> httpx.Response:
    headers = {"Accept-Encoding": encoding, **{k.replace("_", "-"): v for k, v in more.items()}}
    async with http_to(answers()) as http:
        return await http.request(method, path, headers=headers)


@pytest.mark.parametrize("path", ["/page", "/json", "/problem", "/tagged", "/kept"])
async def test_whole_answers_leave_compressed(path):
    answer = await get(path)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(PAGE) / 4
    assert "word" in answer.text
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.text == (await get(path, "identity")).text


@pytest.mark.parametrize(
    "path", ["/small", "/large", "/mail", "/saved", "/packed", "/part", "/events", "/stream"]
)
async def test_what_streams_is_saved_or_gains_nothing_leaves_as_it_is(path):
    async with (
        http_to(answers()) as http,
        http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer,
    ):
        assert answer.headers.get("content-encoding") in {None, "br"}
        raw = b"".join([block async for block in answer.aiter_raw()])
    assert not raw.startswith(b"\x1f\x8b")
    assert raw


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_the_length_of_a_page_tells_another_site_nothing(site):
    answer = await get("/page", Sec_Fetch_Site=site)
    assert "content-encoding" not in answer.headers
    for own in ("same-origin", "none"):
        assert "content-encoding" in (await get("/page", Sec_Fetch_Site=own)).headers


async def test_head_says_what_get_would_have_without_a_body():
    answer = await get("/page", method="HEAD")
    assert "content-encoding" not in answer.headers


async def test_a_tag_is_weak_once_the_octets_are_others():
    assert (await get("/tagged")).headers["etag"] == 'W/"abc"'
    assert (await get("/tagged", "identity")).headers["etag"] == '"abc"'


@pytest.mark.parametrize(
    ("field", "taken"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=x", False),
        ("xgzip", False),
        ("gzip" + ";" * 5000, False),
        ("\xff", False),
    ],
)
def test_what_the_browser_takes(field, taken):
    assert accepts_gzip(field) is taken


async def test_what_never_changes_is_compressed_once(monkeypatch):
    compress.pack_once.cache_clear()
    async with running() as app, http_to(app) as http:
        for _ in range(3):
            answer = await http.get("/static/app.css")
            assert answer.headers["content-encoding"] == "gzip"
    found = compress.pack_once.cache_info()
    assert (found.misses, found.hits) == (1, 2)


async def test_the_same_content_gives_the_same_octets():
    assert compress.pack(PAGE.encode()) == compress.pack(PAGE.encode())
    assert gzip.decompress(compress.pack_once(PAGE.encode())) == PAGE.encode()


async def test_files_leave_octet_for_octet():
    async with (
        ScriptedServer(FakeMaildrop(plain(2, octets=4000))) as server,
        running() as app,
        http_to(app) as http,
    ):
        page = await Browser(http).sign_in(server)
        assert page.headers["content-encoding"] == "gzip"
        id = page.text.partition('<li id="m-')[2].partition('"')[0]
        saved = await http.get(f"/mailbox/messages/{id}/eml")
        assert saved.status_code == 200
        assert "content-encoding" not in saved.headers
