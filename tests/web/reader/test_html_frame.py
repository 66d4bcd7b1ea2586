import re

import httpx
from fastapi import FastAPI

from app.mime import sanitise
from app.web.reader.html_frame import BLOCKED_POLICY, SANDBOX, SHOWN_POLICY, mail_document
from app.web.reader.views import MailDocument
from app.web.site.render import Renderer, shipped
from app.web.site.security import HEADERS, Guard

REMOTE = "<p>Hello</p><img src='https://img.example/a.png' alt='A picture'>"


def document(markup: str, *, remote: bool = False) -> str:
    safe = sanitise(markup, inline=lambda _: None, remote=remote)
    return bytes(mail_document(Renderer(), safe, remote=remote).body).decode()


async def answered(*, remote: bool) -> httpx.Response:
    """The document as it comes through the middleware that adds a page's headers."""
    app = FastAPI()
    safe = sanitise(REMOTE, inline=lambda _: None, remote=remote)
    app.add_middleware(Guard, allow_insecure_http=False)
    app.get("/")(lambda: mail_document(Renderer(), safe, remote=remote))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        return await http.get("/")


def directives(policy: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


async def test_the_headers_are_the_frames_own_where_they_differ_and_a_pages_elsewhere():
    for remote, policy in ((False, BLOCKED_POLICY), (True, SHOWN_POLICY)):
        headers = (await answered(remote=remote)).headers
        assert headers["content-security-policy"] == policy
        assert headers["referrer-policy"] == "no-referrer"
        assert len(headers.get_list("content-security-policy")) == 1
        assert headers["content-type"] == "text/html; charset=utf-8"
        for name in HEADERS.keys() - {"Content-Security-Policy", "Referrer-Policy"}:
            assert headers[name] == HEADERS[name]


def test_the_policy_lets_nothing_act():
    blocked, shown = directives(BLOCKED_POLICY), directives(SHOWN_POLICY)
    assert blocked == {
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert shown == blocked | {"img-src": "data: https:"}


def test_the_frame_has_the_same_sandbox_as_the_policy():
    partial = (shipped("templates") / "reader" / "_frame.html").read_text()
    assert re.findall(r'sandbox="([^"]*)"', partial) == [SANDBOX]
    assert "srcdoc" not in partial
    assert "allow-same-origin" not in SANDBOX
    assert "allow-scripts" not in SANDBOX


def test_images_from_elsewhere_are_there_only_when_they_are_wanted():
    assert "img.example" not in document(REMOTE)
    assert 'src="https://img.example/a.png"' in document(REMOTE, remote=True)
    assert 'alt="A picture"' in document(REMOTE)


def test_markup_is_shown_as_markup_and_text_as_text():
    page = document("<p>R&amp;D &lt;b&gt; {{ 7 * 7 }}</p>")
    assert "<p>R&amp;D &lt;b&gt; {{ 7 * 7 }}</p>" in page


def test_the_sheet_is_light_where_the_mail_has_colours():
    assert '<html lang="">' in document("<p>plain</p>")
    coloured = document("<body bgcolor='#EEE'>x")
    assert '<html lang="" class="sheet">' in coloured
    assert '<body style="background-color: #eee">' in coloured


def test_only_the_mails_html_goes_unescaped():
    view = MailDocument(html='"><b>', coloured=True, backdrop='"><b>')  # type: ignore[arg-type]
    page = bytes(Renderer().document("reader/mail_document", view).body).decode()
    assert "<b>" not in page


def test_the_document_says_whose_it_is_and_runs_nothing():
    page = document("x")
    assert page.lstrip().startswith("<!doctype html>")
    assert "<title>Message body</title>" in page
    assert "script" not in page
    assert "http" not in page
