"""The way back leads to pages of ours and nowhere else."""

from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from app.web.site.navigation import from_htmx, is_navigation, own_path, to_sign_in, way_back


def request(method: str = "GET", target: str = "/mailbox", **headers: str) -> Any:
    path, _, query = target.partition("?")
    given = {"host": "popscope.lan", **{k.replace("_", "-"): v for k, v in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return Request(
        {
            "type": "http",
            "method": method,
            "scheme": "https",
            "path": path,
            "query_string": query.encode(),
            "headers": raw,
        }
    )


@pytest.mark.parametrize(
    "path",
    [
        "/mailbox",
        "/mailbox?sort=size&page=3&q=larger%3A5M+from%3Abob",
        "/mailbox/messages/aB-_1?tab=headers",
        "/mailbox/review",
    ],
)
def test_pages_of_ours_are_led_back_to(path):
    assert own_path(path) == path
    assert way_back(path).headers["location"] == path


@given(
    st.one_of(
        st.text(),
        st.text("/\\mailboxevil.:@?#%\t\r\n []", max_size=40),
        st.text("/\\evil.:@?#%\t\r\n []", max_size=20).map("/mailbox".__add__),
    )
)
@example("//evil.example/mailbox")
@example("https://evil.example/mailbox")
@example("/mailbox\\\\evil.example")
@example("/\t/evil.example/mailbox")
@example("\t//evil.example/mailbox")
@example("/mailboxes")
@example("javascript:alert(1)//mailbox")
@example("http://[")
@example("/mailbox?" + "x" * 9000)
def test_nothing_else_is(back):
    path = own_path(back)
    assert path == "/mailbox" or path.startswith(("/mailbox/", "/mailbox?", "/mailbox#"))
    assert not set(path) & set("\\\t\r\n ")
    assert len(path) <= 8192
    assert urlsplit(urljoin("https://popscope.lan/", path)).netloc == "popscope.lan"
    way_back(back)


@pytest.mark.parametrize(
    ("asked", "back", "undone"),
    [
        (request(target="/mailbox/messages/x?sort=size"), "/mailbox/messages/x?sort=size", False),
        (request("POST", "/mailbox/commit"), "/mailbox", True),
        (
            request("POST", "/mailbox/mark", referer="https://popscope.lan/mailbox?q=is%3Amarked"),
            "/mailbox?q=is%3Amarked",
            True,
        ),
        (request("POST", "/mailbox/mark", referer="https://evil.example/phish"), "/mailbox", True),
        (request("POST", "/mailbox/mark", referer="http://["), "/mailbox", True),
    ],
)
def test_the_sign_in_page_is_told_where_one_was_and_what_was_not_done(asked, back, undone):
    answer = to_sign_in(asked)
    place = urlsplit(answer.headers["location"])
    assert (answer.status_code, place.path, place.netloc) == (303, "/", "")
    told = parse_qs(place.query)
    assert told["back"] == [back]
    assert ("undone" in told) is undone


def test_a_click_of_htmx_leads_there_as_a_whole_page():
    here = {"hx_request": "true", "hx_current_url": "https://popscope.lan/mailbox?page=2"}
    answer = to_sign_in(request("POST", "/mailbox/messages/x/mark", **here))
    assert answer.headers["hx-redirect"] == "/?back=%2Fmailbox%3Fpage%3D2&undone=1"
    assert answer.status_code == 200
    assert to_sign_in(request(target="/mailbox/reader", **here)).headers["hx-redirect"] == (
        "/?back=%2Fmailbox%3Fpage%3D2"
    )


def test_a_page_that_only_looks_on_is_not_led_away():
    asked = request(target="/mailbox/live", hx_request="true")
    asked.state.looks_on = True
    answer = to_sign_in(asked)
    assert answer.status_code == 401
    assert "hx-redirect" not in answer.headers
    asked = request(target="/mailbox/transcript")  # a link
    asked.state.looks_on = True
    assert to_sign_in(asked).headers["location"] == "/?back=%2Fmailbox%2Ftranscript"


def test_who_asks():
    assert from_htmx(request()) is None
    assert from_htmx(request(hx_request="true")) == "/mailbox"
    assert is_navigation(request())
    assert is_navigation(request(sec_fetch_dest="document"))
    assert not is_navigation(request(sec_fetch_dest="iframe"))
    assert not is_navigation(request(sec_fetch_dest="empty"))
