"""Every call of the JSON API, end to end against a real Dovecot."""

import asyncio
import hashlib
import poplib
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest

from tests.web.visiting import SAME_ORIGIN, Script, http_to, post_session, running

USERS = count(1)
LETTER = (
    b"From: Anna Alt <anna@example.net>\r\nTo: Bert <bert@example.net>, c@example.net\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Tue, 03 Mar 2026 10:00:00 +0100\r\n"
    b"X-Twice: one\r\nX-Twice: two\r\n\r\n"
    b"first line\r\n.dot first\r\n..\r\n.\r\nlast line\r\n"
)
SCAN = (
    b"From: scanner@example.net\r\nSubject: scan\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nA page.\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="p.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    + b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n" * 4000
    + b"--b--\r\n"
)
SHORT = b"From: zoe@example.org\r\nSubject: a\r\nDate: Sun, 01 Mar 2026 10:00:00 +0000\r\n\r\nx\r\n"
MAIL = [LETTER, SCAN, SHORT]


@pytest.fixture
def user(dovecot) -> str:
    """A maildrop of its own with three messages."""
    name = f"api{next(USERS)}"
    dovecot.deliver_many(name, MAIL)
    return name


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with running() as app, http_to(app) as client:
        yield client


@pytest.fixture
async def script(http, dovecot, user) -> Script:
    return await Script.signed_in(http, dovecot, user)


async def known(script: Script) -> list[dict[str, Any]]:
    """The list in server order, once all headers have come in."""
    for _ in range(200):
        listed: list[dict[str, Any]] = (await script.get("/list?sort=number"))["messages"]
        if all(message["headers_known"] for message in listed):
            return listed
        await asyncio.sleep(0.02)
    pytest.fail("the headers never came")


async def test_signing_in_tells_the_mailbox_and_gives_a_token(http, dovecot, user):
    answer = await post_session(http, dovecot, user)
    assert answer.status_code == 201
    body = answer.json()
    assert len(body.pop("token")) >= 40
    assert "PIPELINING" in body.pop("capabilities")
    assert body == {
        "account": user,
        "server": "127.0.0.1",
        "port": dovecot.port,
        "security": "none",
        "tls": None,
        "signed_in_by": "SCRAM-SHA-256",
        "means_refused": [],
        "messages": 3,
        "octets": sum(map(len, MAIL)),
    }


@pytest.mark.parametrize(("security", "port"), [("tls", "tls_port"), ("starttls", "port")])
async def test_signing_in_over_tls(dovecot, user, tmp_path, security, port):
    ca_file = dovecot.authority.write(tmp_path / "ca.pem")
    async with running(ca_file=ca_file) as app, http_to(app) as http:
        more = {"security": security, "port": getattr(dovecot, port), "server": "localhost"}
        body = (await post_session(http, dovecot, user, **more)).json()
        assert (body["security"], body["tls"], body["messages"]) == (security, "TLSv1.3", 3)


@pytest.mark.parametrize("means", ["USER", "PLAIN", "LOGIN", "plain"])
async def test_the_means_of_signing_in_can_be_named(http, dovecot, user, means):
    assert (await post_session(http, dovecot, user, auth=means)).status_code == 201


async def test_the_session_is_told_without_its_token(script, user):
    body = await script.get("/session")
    assert "token" not in body
    assert body["account"] == user
    assert body["held"] is True
    assert 0 <= body["held_seconds"] < 10
    assert body["marked"] == {"messages": 0, "octets": 0}
    assert body["notices"] == []


async def test_capa_and_stat_are_asked_and_noop_is_sent(script, dovecot, user):
    assert {"TOP", "UIDL"} <= set((await script.get("/capa"))["capabilities"])
    octets = sum(map(len, MAIL))
    nothing = {"messages": 0, "octets": 0}
    assert await script.get("/stat") == {"messages": 3, "octets": octets, "marked": nothing}
    assert await script.post("/noop", status=204) is None


async def test_the_list_has_all_that_is_known(script):
    letter, scan, short = await known(script)
    assert [m["number"] for m in (letter, scan, short)] == [1, 2, 3]
    assert [m["octets"] for m in (letter, scan, short)] == [len(raw) for raw in MAIL]
    assert len({m["id"] for m in (letter, scan, short)}) == 3
    del letter["id"], letter["uidl"]
    assert letter == {
        "number": 1,
        "octets": len(LETTER),
        "from": {"name": "Anna Alt", "email": "anna@example.net"},
        "to": [
            {"name": "Bert", "email": "bert@example.net"},
            {"name": "", "email": "c@example.net"},
        ],
        "subject": "Grüße",
        "date": "2026-03-03T10:00:00+01:00",
        "date_from": "header",
        "headers_known": True,
        "marked": False,
    }


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("-size", [2, 1, 3]),
        ("size", [3, 1, 2]),
        ("number", [1, 2, 3]),
        ("-number", [3, 2, 1]),
        ("date", [3, 2, 1]),
        ("-date", [1, 2, 3]),
        ("from", [1, 2, 3]),
        ("-subject", [2, 1, 3]),
    ],
)
async def test_the_list_is_sorted(script, sort, numbers):
    await known(script)
    listed = (await script.get(f"/list?sort={sort}"))["messages"]
    assert [message["number"] for message in listed] == numbers


async def test_the_list_comes_in_pages(script):
    first = await script.get("/list?sort=number&per_page=2")
    assert [m["number"] for m in first["messages"]] == [1, 2]
    assert (first["total"], first["page"], first["pages"]) == (3, 1, 2)
    assert first["octets"] == sum(map(len, MAIL))
    second = await script.get("/list?sort=number&per_page=2&page=2")
    assert [m["number"] for m in second["messages"]] == [3]
    assert (await script.get("/list?page=7"))["messages"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=colour", "sort"),
        ("sort=", "sort"),
        ("sort=--size", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=one", "page"),
        ("page=1e3", "page"),
        ("per_page=0", "per_page"),
        ("per_page=1001", "per_page"),
        ("per_page=x", "per_page"),
    ],
)
async def test_a_list_that_cannot_be_is_a_422_that_names_the_field(script, query, field):
    problem = await script.get(f"/list?{query}", status=422)
    assert problem["code"] == "invalid-request"
    assert problem["detail"].startswith(f"{field}:")


async def test_a_message_has_its_summary_and_all_headers_in_order(script):
    letter, _, _ = await script.ids()
    body = await script.get(f"/messages/{letter}")
    assert (body["subject"], body["headers_known"]) == ("Grüße", True)
    assert [(field["name"], field["value"]) for field in body["headers"]] == [
        ("From", "Anna Alt <anna@example.net>"),
        ("To", "Bert <bert@example.net>, c@example.net"),
        ("Subject", "Grüße"),
        ("Date", "Tue, 03 Mar 2026 10:00:00 +0100"),
        ("X-Twice", "one"),
        ("X-Twice", "two"),
    ]


@pytest.mark.parametrize("lines", [0, 1, 3, 4, 5, 99])
async def test_top_is_octet_for_octet(script, lines):
    letter, _, _ = await script.ids()
    answer = await script.ask("GET", f"/messages/{letter}/top?lines={lines}")
    head, _, body = LETTER.partition(b"\r\n\r\n")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "message/rfc822"
    first = body.splitlines(keepends=True)[:lines]
    assert answer.content == head + b"\r\n\r\n" + b"".join(first)


async def test_a_peek_tells_the_text_the_parts_and_the_cost(script):
    _, scan, _ = await script.ids()
    body = await script.get(f"/messages/{scan}/peek?lines=20")
    assert body["text"].strip() == "A page."
    assert body["html_available"] is False
    (part,) = body["parts"]
    assert (part["type"], part["name"], part["complete"]) == ("application/pdf", "p.pdf", False)
    assert body["octets"] == len(SCAN)
    assert 300 < body["transferred"] < 2000
    assert body["complete"] is False
    whole = await script.get(f"/messages/{scan}/peek?lines=9999")
    assert whole["complete"] is True
    assert whole["transferred"] == len(SCAN)


async def test_retr_is_octet_for_octet_and_a_file(script):
    for id, raw in zip(await script.ids(), MAIL, strict=True):
        answer = await script.ask("GET", f"/messages/{id}/retr")
        assert answer.headers["content-type"] == "message/rfc822"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert hashlib.sha256(answer.content).digest() == hashlib.sha256(raw).digest()


async def test_marks_are_set_and_taken_back_and_nothing_is_sent(script, dovecot, user):
    letter, scan, short = await script.ids()

    def totals(*raws: bytes) -> dict[str, object]:
        return {"messages": len(raws), "octets": sum(map(len, raws))}

    assert await script.post(f"/messages/{letter}/dele") == {"marked": totals(LETTER)}
    assert await script.post(f"/messages/{letter}/dele") == {"marked": totals(LETTER)}
    dry = await script.post("/dele", {"ids": [scan, short, scan], "dry_run": True})
    assert dry == {"matched": totals(SCAN, SHORT), "undecided": 0, "marked": totals(LETTER)}
    many = await script.post("/dele", {"ids": [letter, scan]})
    assert many == {"matched": totals(LETTER, SCAN), "undecided": 0, "marked": totals(LETTER, SCAN)}
    assert [m["marked"] for m in (await script.get("/list?sort=number"))["messages"]] == [
        True,
        True,
        False,
    ]
    gone = await script.ask("DELETE", f"/messages/{letter}/dele")
    assert gone.json() == {"marked": totals(SCAN)}
    assert (await script.get("/stat"))["marked"] == totals(SCAN)
    assert await script.post("/rset") == {"marked": totals()}
    await script.post("/dele", {"ids": [letter]})
    await script.ask("DELETE", "/session")
    assert len(dovecot.messages_on_disk(user)) == 3


async def test_one_unknown_id_marks_nothing(script):
    letter, _, _ = await script.ids()
    problem = await script.post("/dele", {"ids": [letter, "nonsense"]}, status=404)
    assert problem["code"] == "no-such-message"
    assert (await script.get("/stat"))["marked"]["messages"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/messages/none"),
        ("GET", "/messages/none/top"),
        ("GET", "/messages/none/peek"),
        ("GET", "/messages/none/retr"),
        ("POST", "/messages/none/dele"),
        ("DELETE", "/messages/none/dele"),
    ],
)
async def test_an_unknown_message_is_a_404(script, method, path):
    answer = await script.ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-message")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/receipts/7"), ("POST", "/receipts/7/check")]
)
async def test_an_unknown_receipt_is_a_404(script, method, path):
    answer = await script.ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-receipt")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/session", {"username": "a", "server": "b", "port": "995"}, "port"),
        ("/dele", {"q": "larger:5M", "dry_run": "yes"}, "dry_run"),
        ("/dele", {"q": "larger:5M", "dry_run": 1}, "dry_run"),
        ("/quit", {"verify": "false"}, "verify"),
        ("/report", {"server": "b", "port": "995"}, "port"),
        ("/discover", {"address": 5}, "address"),
    ],
)
async def test_what_is_of_another_type_is_refused_and_not_guessed(script, path, body, field):
    answer = await script.ask("POST", path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["detail"].startswith(f"{field}: ")


async def test_quit_deletes_what_is_marked_and_proves_it(script, dovecot, user):
    _, scan, _ = await script.ids()
    kept = {m.sha256 for m in dovecot.messages_on_disk(user).values()}
    kept.remove(hashlib.sha256(SCAN).hexdigest())
    await script.post("/dele", {"ids": [scan]})
    receipt = await script.post("/quit")
    assert receipt.pop("at")
    total = sum(map(len, MAIL))
    assert receipt == {
        "deleted": [scan],
        "still_there": [],
        "not_verified": [],
        "verified": True,
        "why": None,
        "octets_freed": len(SCAN),
        "before": {"messages": 3, "octets": total},
        "after": {"messages": 2, "octets": total - len(SCAN)},
        "number": 1,
        "retry_after": None,
    }
    assert {m.sha256 for m in dovecot.messages_on_disk(user).values()} == kept
    assert len(await script.ids()) == 2


async def test_quit_without_the_check_says_so(script, dovecot, user):
    _, scan, _ = await script.ids()
    await script.post("/dele", {"ids": [scan]})
    receipt = await script.post("/quit", {"verify": False})
    assert receipt["verified"] is False
    assert receipt["why"]
    assert (receipt["deleted"], receipt["not_verified"]) == ([], [scan])
    assert (receipt["octets_freed"], receipt["after"]) == (0, None)
    assert len(dovecot.messages_on_disk(user)) == 2


async def test_quit_with_nothing_marked_is_refused(script):
    problem = await script.post("/quit", status=409)
    assert (problem["code"], problem["status"]) == ("commit-failed", 409)


async def test_release_gives_the_lock_back_and_marks_outlive_it(dovecot, user, http):
    script = await Script.signed_in(http, dovecot, user)
    letter, *_ = await script.ids()
    await script.post("/dele", {"ids": [letter]})
    assert await script.post("/session/release", status=204) is None
    state = await script.get("/session")
    assert (state["held"], state["held_seconds"]) == (False, None)
    assert state["marked"]["messages"] == 1
    assert (await script.get("/stat"))["marked"]["messages"] == 1
    assert (await script.get("/session"))["held"] is True


async def test_refresh_shows_new_mail_and_keeps_marks(script, dovecot, user):
    letter, *_ = await script.ids()
    await script.post("/dele", {"ids": [letter]})
    dovecot.deliver(user, SHORT)
    assert (await script.get("/stat"))["messages"] == 3
    state = await script.post("/session/refresh")
    assert (state["messages"], state["marked"]["messages"]) == (4, 1)


async def test_signing_out_ends_the_session_and_deletes_nothing(script, dovecot, user):
    await script.post("/dele", {"ids": await script.ids()})
    answer = await script.ask("DELETE", "/session")
    assert (answer.status_code, answer.json()) == (200, {"not_deleted": 3, "deleting": False})
    again = await script.ask("GET", "/session")
    assert (again.status_code, again.json()["code"]) == (401, "no-session")
    assert again.headers["www-authenticate"] == "Bearer"
    assert len(dovecot.messages_on_disk(user)) == 3
    await asyncio.to_thread(_stat_with_poplib, dovecot, user)


def _stat_with_poplib(dovecot, user) -> None:
    pop = poplib.POP3(dovecot.host, dovecot.port, timeout=10)
    pop.user(user)
    pop.pass_("secret")
    assert pop.stat()[0] == 3
    pop.quit()


async def test_the_cookie_opens_the_api_too_but_changes_need_a_page_of_ours(script):
    cookie = {"Cookie": f"popscope={script.token}"}
    http = script.http
    assert (await http.get("/api/v1/stat", headers=cookie)).status_code == 200
    refused = await http.post("/api/v1/rset", headers=cookie)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden-origin")
    headers = {**cookie, **SAME_ORIGIN}
    assert (await http.post("/api/v1/rset", headers=headers)).status_code == 200
