"""A browser may leave at any moment; nothing that it does logs anything.

Asserted on the output of a process as people run it: what is logged there is logged by nobody else.
"""

import contextlib
import json
import signal
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from .support.popscope import RunningPopscope
from .web.visiting import SAME_ORIGIN

pytestmark = pytest.mark.heavy

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xyz"
JSON = "application/json"
MOMENTS = (0.0, 0.001, 0.004, 0.012, 0.03)  # seconds between a request and its end
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no FIN but RST


@dataclass
class Visit:
    """A browser in the demo mailbox, and the raw sockets that it opens.

    Attributes:
        large, small: ids of messages.
    """

    popscope: RunningPopscope
    cookies: str
    large: str
    small: str

    def request(self, method: str, path: str, body: str = "", kind: str = "") -> bytes:
        """A whole request, as a page of ours makes it."""
        lines = [
            f"{method} {path.format(large=self.large, small=self.small)} HTTP/1.1",
            f"Host: {self.popscope.host}:{self.popscope.port}",
            f"Cookie: {self.cookies}",
            "Sec-Fetch-Site: same-origin",
            "Accept-Encoding: gzip",
        ]
        content = body.format(large=self.large, small=self.small).encode()
        if kind:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
        return "\r\n".join([*lines, "", ""]).encode() + content

    def opened(self, sent: bytes) -> socket.socket:
        connection = socket.create_connection((self.popscope.host, self.popscope.port), 10)
        with contextlib.suppress(OSError):  # answered and closed before all of it was sent
            connection.sendall(sent)
        return connection

    def said(self) -> str:
        """What the process has printed behind its first line, after all is settled."""
        time.sleep(0.2)
        with httpx.Client(base_url=self.popscope.url, timeout=30) as http:
            assert http.get("/livez").status_code == 200
        return self.popscope.output.partition("\n")[2]


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    with (
        RunningPopscope("demo") as popscope,
        httpx.Client(base_url=popscope.url, timeout=60) as http,
    ):
        http.post("/demo", headers=SAME_ORIGIN, follow_redirects=True)
        ids = [one["id"] for one in http.get("/api/v1/list?per_page=1000").json()["messages"]]
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        yield Visit(popscope, cookies, ids[0], ids[-1])


def leave(connection: socket.socket, number: int) -> None:
    """Closes it, or resets it."""
    if number % 2:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def test_an_event_stream_closed_in_its_first_milliseconds(visit):
    for number in range(480):
        connection = visit.opened(visit.request("GET", "/api/v1/events"))
        time.sleep(number % 31 / 1000)
        leave(connection, number // 31)
    assert visit.said() == ""


def test_fifty_event_streams_that_end_together(visit):
    for pause in (0.0, 0.02, 0.3):
        tabs = [visit.opened(visit.request("GET", "/api/v1/events?after=0")) for _ in range(50)]
        time.sleep(pause)
        for number, tab in enumerate(tabs):
            leave(tab, number)
    assert visit.said() == ""


READING = [
    "/",
    "/mailbox",
    "/mailbox/list",
    "/mailbox/messages/{large}",
    "/mailbox/messages/{small}/reader",
    "/mailbox/messages/{large}/eml",
    "/mailbox/messages/{large}/parts/2",
    "/mailbox/messages/{large}/fetching",
    "/mailbox/space",
    "/mailbox/live",
    "/mailbox/transcript/lines",
    "/scripts/mailbox.js",
    "/api/docs",
    "/api/v1/list?per_page=1000",
    "/api/v1/messages/{large}/retr",
    "/api/v1/messages/{large}/parts/2",
    "/api/v1/messages/{small}/peek",
    "/api/v1/export?format=zip&q=larger:1M",
    "/api/v1/export?format=mbox&q=smaller:3K",
    "/api/v1/transcript",
    "/nowhere",
]


@pytest.mark.parametrize("path", READING)
def test_what_is_read_and_left(visit, path):
    for number, moment in enumerate((*MOMENTS, *MOMENTS)):
        connection = visit.opened(visit.request("GET", path))
        if number >= len(MOMENTS):  # once the answer has begun
            connection.settimeout(0.5)
            with contextlib.suppress(OSError):
                connection.recv(1000)
        time.sleep(moment)
        leave(connection, number)
    assert visit.said() == ""


def multipart(**fields: str) -> str:
    parts = (
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return "".join(parts) + "--xyz--\r\n"


CHANGING = [
    ("/mailbox/mark", "id={small}", FORM),
    ("/mailbox/mark", multipart(id="{small}"), MULTIPART),
    ("/mailbox/undo", multipart(back="/mailbox"), MULTIPART),
    ("/mailbox/unmark-all", "back=/mailbox", FORM),
    ("/mailbox/release", multipart(back="/mailbox"), MULTIPART),
    ("/mailbox/refresh", "back=/mailbox", FORM),
    ("/mailbox/messages/{large}/whole", "back=/mailbox", FORM),
    ("/mailbox/messages/{large}/cancel", "back=/mailbox", FORM),
    ("/mailbox/messages/{large}/save-mark", "back=/mailbox", FORM),
    ("/mailbox/export/file", "q=larger:1M&form=zip", FORM),
    ("/mailbox/console", "line=RETR+1", FORM),
    ("/mailbox/commit", "count=1&seen=x", FORM),
    ("/language", multipart(language="de"), MULTIPART),
    ("/signin", multipart(username="a@popscope.example"), MULTIPART),
    ("/report", "username=a%40popscope.example&password=demo", FORM),
    ("/api/v1/noop", "back=/mailbox", FORM),
    ("/api/v1/rset", multipart(back="/mailbox"), MULTIPART),
    ("/api/v1/dele", '{{"ids": ["{small}"]}}', JSON),
    ("/api/v1/export", '{{"ids": ["{large}"], "format": "zip"}}', JSON),
    ("/api/v1/console", '{{"line": "LIST"}}', JSON),
    ("/api/v1/report", '{{"username": "b@popscope.example", "password": "demo"}}', JSON),
]


@pytest.mark.parametrize(("path", "body", "kind"), CHANGING)
def test_what_is_sent_and_left(visit, path, body, kind):
    """Whole, cut off inside the body and inside the header, then closed or reset."""
    whole = visit.request("POST", path, body, kind)
    ends = whole.index(b"\r\n\r\n") + 4
    cuts = [len(whole), len(whole) - 1, ends + 1, ends, ends - 2, 40, 1]
    for number in range(2 * len(cuts)):
        connection = visit.opened(whole[: cuts[number % len(cuts)]])
        if number % 3 == 0:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        time.sleep(MOMENTS[number % len(MOMENTS)])
        leave(connection, number)
    assert visit.said() == ""


def test_the_export_that_is_left_would_be_a_file(visit):
    [(path, body, kind)] = [one for one in CHANGING if one[0] == "/mailbox/export/file"]
    whole = visit.request("POST", path, body, kind)
    for _ in range(100):  # while what was left before still has the line, it is a 409
        with contextlib.closing(visit.opened(whole)) as connection:
            answer = connection.recv(200)
        if not answer.startswith(b"HTTP/1.1 409"):
            break
        time.sleep(0.1)
    assert answer.startswith(b"HTTP/1.1 200"), answer


@pytest.mark.parametrize("kind", [FORM, MULTIPART])
def test_a_sign_out_that_is_cut_off(visit, kind):
    body = "back=/mailbox" if kind == FORM else multipart(back="/mailbox")
    whole = visit.request("POST", "/signout", body, kind)
    for number in range(12):
        connection = visit.opened(whole[: -1 - number])
        time.sleep(MOMENTS[number % len(MOMENTS)])
        leave(connection, number)
    assert visit.said() == ""


def test_a_body_that_comes_in_pieces_and_never_ends(visit):
    head = visit.request("POST", "/mailbox/undo", kind=MULTIPART)
    chunked = head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    waiting = head.replace(b"Content-Length: 0", b"Content-Length: 99\r\nExpect: 100-continue")
    for number, start in enumerate((chunked, chunked + b"5\r\n--xyz", waiting) * 8):
        connection = visit.opened(start)
        time.sleep(MOMENTS[number % len(MOMENTS)])
        leave(connection, number)
    assert visit.said() == ""


def test_the_helper_tells_when_something_is_logged(visit):
    """The check can fail: what is no HTTP at all is logged, in one line."""
    leave(visit.opened(json.dumps({}).encode() + b"\r\n\r\n"), 0)
    assert "Invalid HTTP request" in visit.said()
    assert "Traceback" not in visit.said()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_stopped_inside_of_downloads_logs_no_traceback(sent):
    with (
        RunningPopscope("demo") as popscope,
        httpx.Client(base_url=popscope.url, timeout=60) as http,
    ):
        http.post("/demo", headers=SAME_ORIGIN, follow_redirects=True)
        ids = [one["id"] for one in http.get("/api/v1/list?per_page=1000").json()["messages"]]
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        visit = Visit(popscope, cookies, ids[0], ids[-1])
        taken = visit.opened(visit.request("GET", "/mailbox/messages/{large}/eml"))
        assert taken.recv(200).startswith(b"HTTP/1.1 200")  # and nobody reads on
        others = [  # these wait for the line, which that has
            visit.opened(visit.request("POST", "/mailbox/export/file", "form=zip", FORM)),
            visit.opened(visit.request("GET", "/mailbox/messages/{small}/eml")),
            visit.opened(visit.request("GET", "/api/v1/events")),
        ]
        time.sleep(0.3)
        began = time.monotonic()
        popscope.process.send_signal(sent)
        popscope.process.wait(30)
        assert time.monotonic() - began < 9  # container engines wait 10 seconds
        for connection in (taken, *others):
            connection.close()
        said = popscope.output.partition("\n")[2]
        assert "Traceback" not in said, said
        assert "ERROR" not in said, said
