"""A visit, and what its answers have around them."""

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from app.sessions import NoSession
from app.web import WebConfig
from app.web.report.views import ReportFormView
from app.web.site.config import Services
from app.web.site.render import Renderer
from app.web.site.views import ErrorPage, ErrorView
from app.web.site.visit import Visit
from tests.web.site.test_shell import mailbox
from tests.web.test_render import made

NOTHING: Any = None
ERROR = ErrorPage(ErrorView("x", "It went wrong.", "So it did."), "/", "Home")


def visit(guest: Any = None, **headers: str) -> Visit:
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/mailbox",
             "query_string": b"", "client": ("127.0.0.1", 1),
             "headers": [(name.replace("_", "-").encode(), value.encode())
                         for name, value in {"host": "localhost", **headers}.items()]}  # fmt: skip
    services = Services(NOTHING, WebConfig(), Renderer(), NOTHING, NOTHING)
    return Visit(Request(scope), services, guest)


def test_nobody_has_no_session():
    with pytest.raises(NoSession):
        _ = visit().session
    with pytest.raises(NoSession):
        _ = visit().mailbox


def test_a_guest_has_a_mailbox():
    guest = SimpleNamespace(mailbox=mailbox())
    assert visit(guest).mailbox is guest.mailbox


def test_htmx_says_where_it_asks_from():
    assert visit().from_htmx is None
    assert visit(hx_request="true", hx_current_url="http://localhost/mailbox").from_htmx == (
        "http://localhost/mailbox"
    )


async def test_a_page_has_its_title_its_frame_and_its_status():
    answer = await visit().page("site/error", ERROR, "A title", 418)
    text = bytes(answer.body).decode()
    assert answer.status_code == 418
    assert "<title>A title · Popscope</title>" in text
    assert "self-hosted on localhost" in text
    assert answer.headers["content-language"] == "en-GB"


async def test_the_bar_says_who_is_signed_in():
    view = made(ReportFormView, "x", flag=False, full=True)
    guest = SimpleNamespace(mailbox=mailbox())
    for one, named in ((visit(guest), True), (visit(), False)):
        answer = await one.page("report/form", view, "Title")
        assert ("pop.example.net:995" in bytes(answer.body).decode()) is named
