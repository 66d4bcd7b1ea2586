"""Pages in a language that nobody speaks: what is still English there went past the catalogues."""

import dataclasses
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel import Locale

from app.mailbox import SortKey
from app.mailbox.terms import Field
from app.web.reader.views import ReaderFragment, RouteView, SourceView, Tab
from app.web.site import languages
from app.web.site.languages import Language
from tests.support import pseudo
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer
from tests.support.table import table
from tests.web.test_render import FRAGMENTS, PAGES, made, rendered

from .visiting import Browser, http_to, running

READ = {"aria-label", "title", "placeholder", "alt", "data-once", "data-copied", "data-picked"}
# Names, units, and how one signs in.
KEPT = {"Popscope", "SHA", "KB", "MB", "GB", "UTC", "TLS", "STARTTLS", "USER", "PASS", "localhost"}
# What messages quote of the API and of the filter language.
KEPT |= {field.value for field in Field} | {key.value for key in SortKey} | {"nonsense"}
HTTP = {"GET", "POST", "DELETE", "path", "query", "body", "header"}
# What is not ours: mail, protocol, names of people and languages, the API's reference.
OTHERS = {"bdi", "code", "pre", "style", "script", "kbd", "samp", "strong"}
VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle"}


class English(HTMLParser):
    """Finds English words that people see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def _theirs(self) -> bool:
        return any(theirs for _, theirs in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        theirs = (
            tag in OTHERS or named.get("class") == "code" or (tag != "html" and "lang" in named)
        )
        if tag not in VOID:
            self._open.append((tag, theirs))
        for name, value in attrs:
            if name in READ and not self._theirs:
                self._look(value or "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._theirs:
            self._look(data)

    def _look(self, text: str) -> None:
        # A media type, a term of a filter, a server's name.
        text = re.sub(r"\b[a-z]+(?:/[a-z-]+|[:.]\w[\w.]*)", "", text)
        self.found += [word for word in re.findall("[A-Za-z]{2,}", text) if word not in KEPT]


def english(page: str) -> list[str]:
    finder = English()
    finder.feed(page)
    finder.close()
    return finder.found


@pytest.fixture(autouse=True)
def foreign(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There is this language, and this task speaks it."""
    monkeypatch.setattr(languages, "NAMES", dict(languages.NAMES))
    monkeypatch.setattr(languages, "catalogue", languages.catalogue)
    languages.negotiate.cache_clear()
    pseudo.install()
    languages.use(Language(pseudo.CODE, Locale(pseudo.CODE)), None)
    yield
    languages.use(languages.negotiate("en"), None)
    languages.negotiate.cache_clear()


@pytest.mark.parametrize("flag", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
@table("name", [*PAGES, *FRAGMENTS])
def test_no_template_has_english_of_its_own(name, full, flag):
    kind = (PAGES | FRAGMENTS)[name]
    page = rendered(name, made(kind, "7", flag=flag, full=full), "7", flag=flag)
    assert ('<html lang="ar" dir="rtl">' in page) is (name in PAGES)
    assert english(page) == []


@pytest.mark.parametrize("flag", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
@pytest.mark.parametrize("tab", list(Tab), ids=lambda tab: tab.value)
def test_no_tab_has_english_of_its_own(tab, full, flag):
    view = made(ReaderFragment, "7", flag=flag, full=full)
    given = {
        Tab.ROUTE: {"route": made(RouteView, "7", flag=flag, full=full)},
        Tab.SOURCE: {"source": made(SourceView, "7", flag=flag, full=full)},
    }
    reader = dataclasses.replace(view.reader, tab=tab, error=None, **given.get(tab, {}))
    page = rendered("reader/reader", dataclasses.replace(view, reader=reader), "7")
    assert english(page) == []


def letter(number: int) -> FakeMessage:
    """A message without a word, with an attachment, and a server that tells of it."""
    return FakeMessage(
        b"Received: from [192.0.2.1] by 10.0.0.1 with ESMTPS id 7; Tue, 3 Mar 2026 10:00 +0000\r\n"
        b"From: 1@2.3\r\nTo: 4@5.6\r\nSubject: %d\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="7"\r\n\r\n'
        b"--7\r\n\r\n123\r\n--7\r\nContent-Type: text/html\r\n\r\n<p>5<img src=https://1.2.3.4/5>\r\n"
        b'--7\r\nContent-Disposition: attachment; filename="7"\r\n\r\n77\r\n--7--\r\n' % number,
        f"u{number}",
    )


async def test_no_page_of_the_app_has_english_of_its_own():
    fake = FakeMaildrop([letter(n) for n in range(3)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        http.headers["Accept-Language"] = "ar-XB"
        browser = Browser(http)
        for path in ("/", "/nowhere", "/api/docs"):
            left = set(english((await browser.open(path)).text))
            assert left <= (HTTP if path == "/api/docs" else set()), path
        page = await browser.sign_in(server, username="")
        assert english(page.text) == []
        await browser.sign_in(server, username="1@2.3")
        page = await browser.open("/mailbox")
        id = re.findall(r'name="id" value="([^"]+)"', page.text)[0]
        message = f"/mailbox/messages/{id}"
        tabs = [f"{message}?tab={tab.value}" for tab in Tab]
        for path in ("/mailbox", *tabs, "/mailbox/review", "/mailbox/export",
                     "/mailbox?sort=nonsense", "/mailbox/export?q=nonsense:5",
                     "/mailbox/messages/0000"):  # fmt: skip
            page = await browser.open(path)
            assert 'dir="rtl"' in page.text
            assert english(page.text) == [], path
        await browser.send(f"{message}/mark")
        assert english((await browser.open("/mailbox/review")).text) == []
        page = await browser.commit(count="1")
        assert page.url.path == "/mailbox/receipt"
        assert english(page.text) == []
