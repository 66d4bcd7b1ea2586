"""Which language, formats and time zone somebody gets."""

import asyncio
from contextvars import copy_context
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import in_thread
from app.web.site import formats, languages, words
from app.web.site.languages import NAMES, negotiate, zone
from tests.web.visiting import http_to, running


@pytest.mark.parametrize(
    ("accept", "chosen", "code", "tag"),
    [
        ("", "", "en", "en-GB"),
        ("de", "", "de", "de"),
        ("de-AT", "", "de", "de-AT"),
        ("DE-at;Q=0.9", "", "de", "de-AT"),
        ("pl, fr-CH;q=0.5, de;q=0.7", "", "de", "de"),
        ("fr;q=0.8, de-CH;q=0.8", "", "fr", "fr"),  # of equals the first
        ("de;q=0, *", "", "en", "en-GB"),
        ("en-US,en;q=0.9", "", "en", "en-US"),
        ("ja-JP-x-private", "", "ja", "ja-JP"),
        ("es-419", "", "es", "es-419"),
        ("de-Latn-CH", "", "de", "de-CH"),
        ("de-XX", "", "de", "de"),  # no such place
        ("zh-Hant, pt", "", "en", "en-GB"),
        ("en-US, de-CH;q=0.5", "de", "de", "de-CH"),  # chosen here, the place by the browser
        ("en-US", "fr", "fr", "fr"),
        ("de", "en", "en", "en-GB"),
        ("de", "tlh", "de", "de"),
        ("de", "../de", "de", "de"),
    ],
)
def test_the_language_that_was_chosen_or_asked_for(accept, chosen, code, tag):
    language = negotiate(accept, chosen)
    assert (language.code, language.tag, language.direction) == (code, tag, "ltr")


@pytest.mark.parametrize(
    "accept",
    [";;;", "de;q=2", "de;q=x", "de;q=0.1234", "-de", "d" * 9, "de_AT", "é", "de" * 50_000,
     "de," * 40_000, "\x00", ",", "q=1", "de de"],
)  # fmt: skip
def test_nonsense_is_english(accept):
    assert negotiate(accept).code == "en"


def test_nonsense_is_passed_over():
    assert negotiate("de;q=2, ;;, fr;q=0.1").code == "fr"


@given(st.text(max_size=60), st.text(max_size=10))
def test_whatever_a_browser_says_there_is_a_language(accept, chosen):
    language = negotiate(accept, chosen)
    assert language.code in NAMES
    assert language.locale.language == language.code


def test_a_zone_is_one_that_exists():
    assert zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone("America/Argentina/Buenos_Aires") is not None
    assert zone("Etc/GMT+5") is not None
    for nonsense in ("", "Europe", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "a" * 65,
                     "Europe/Berlin\n", "Europe//Berlin", "C:\\x", "\x00", "é", "a/b/c/d",
                     ):  # fmt: skip
        assert zone(nonsense) is None, nonsense


async def test_a_thread_speaks_the_language_of_its_request():
    def work() -> tuple[str, str]:
        return words._("Sign out"), formats.number(1234)

    async def request(accept: str) -> tuple[str, str]:
        languages.use(negotiate(accept), None)
        await asyncio.sleep(0)
        return await in_thread(work)

    german, english = await asyncio.gather(
        asyncio.create_task(request("de")), asyncio.create_task(request("en"))
    )
    assert german == (languages.catalogue("de").gettext("Sign out"), "1.234")
    assert english == ("Sign out", "1,234")
    assert words._("Sign out") == "Sign out"  # and this task's own


def test_a_moment_in_the_zone_and_the_way_of_writing():
    def shown(accept: str, name: str) -> str:
        languages.use(negotiate(accept), zone(name))
        return formats.when(datetime(2026, 11, 11, 23, 12, tzinfo=UTC))

    assert copy_context().run(shown, "ja", "Asia/Tokyo") == "2026年11月12日(木) 8:12"
    assert copy_context().run(shown, "de", "Europe/Berlin") == "Do., 12. Nov. 2026, 00:12"


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/docs", "/api/v1/session"])
@pytest.mark.parametrize("code", list(NAMES))
async def test_every_answer_is_in_the_language(path, code):
    async with running() as app, http_to(app) as http:
        page = await http.get(path, headers={"Accept-Language": f"tlh, {code};q=0.5"})
    tag = negotiate(code).tag
    assert page.headers["Content-Language"] == tag
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))
    said = {
        "/": "Open mailbox", "/nowhere": "Check the address.", "/api/docs": "Error codes",
        "/api/v1/session": "You are not signed in.",
    }[path]  # fmt: skip
    assert languages.catalogue(code).gettext(said) in page.text
    assert path == "/api/v1/session" or f'<html lang="{tag}" dir="ltr">' in page.text


async def test_a_mistake_of_ours_is_told_in_the_language_too(monkeypatch):
    async with running() as app, http_to(app, raising=False) as http:

        def broken(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("app.web.signin.routes.SignInForm", broken)
        page = await http.get("/", headers={"Accept-Language": "fr"})
    assert page.status_code == 500
    assert languages.catalogue("fr").gettext("Popscope made a mistake.") in page.text


async def test_a_huge_header_is_no_trouble():
    async with running() as app, http_to(app) as http:
        headers = {"Accept-Language": "de," * 33_000, "Cookie": "popscope-zone=" + "x" * 9000}
        page = await http.get("/", headers=headers)
    assert page.status_code == 200
    assert page.headers["Content-Language"] == "en-GB"
