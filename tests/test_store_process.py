"""Popscope as a process of its own over a real Redis: killed, started again, left alone by it."""

import asyncio
import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
import redis

from .support.dovecot import PASSWORD, Dovecot
from .support.popscope import CHECKOUT, ROOT, RunningPopscope
from .support.redis import Redis
from .web.visiting import SAME_ORIGIN, heading, words

pytestmark = [pytest.mark.heavy, pytest.mark.interop]
SENDER, SUBJECT = "hildegard@absender.example", "Rosenquittung"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
AWAY = "Popscope cannot keep anything at the moment."


def mail(number: int) -> bytes:
    lines = (
        f"From: Hildegard <{SENDER}>",
        f"Subject: {SUBJECT} {number}",
        f"Message-ID: <{number}@absender.example>",
        "",
        "text " * (20 + number),
        "",
    )
    return "\r\n".join(lines).encode()


class Person:
    """Somebody at a browser, who keeps the cookie whatever happens to Popscope."""

    def __init__(self, popscope: RunningPopscope, dovecot: Dovecot, user: str) -> None:
        self.http = httpx.Client(base_url=popscope.url, timeout=30, follow_redirects=True)
        self.http.headers.update(SAME_ORIGIN)
        self._form = {
            "username": user,
            "password": PASSWORD,
            "server": dovecot.host,
            "port": str(dovecot.port),
            "security": "none",
        }

    def sign_in(self) -> httpx.Response:
        return self.http.post("/signin", data=self._form)

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.http.get("/api/v1/list", params={"q": query, "per_page": "1000"})
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def ids(self) -> list[str]:
        """All ids, once all headers are there: a mark is good for another connection then."""
        eventually(lambda: all(one["headers_known"] for one in self.listed()))
        return [one["id"] for one in self.listed()]

    def mark(self, id: str, *, way: str = "mark") -> httpx.Response:
        return self.http.post(f"/mailbox/messages/{id}/{way}")

    def marked(self) -> set[str]:
        return {one["id"] for one in self.listed("is:marked")}

    def commit(self) -> httpx.Response:
        page = self.http.get("/mailbox/review")
        shown = dict(re.findall(r'name="(count|seen)" value="(\w+)"', page.text))
        return self.http.post("/mailbox/commit", data=shown)


@contextmanager
def serving(
    dovecot: Dovecot, user: str, messages: int = 12
) -> Iterator[tuple[RunningPopscope, Redis, Person]]:
    dovecot.deliver_many(user, map(mail, range(messages)))
    with Redis(password="geheim") as store:
        settings = {"POPSCOPE_STORE": store.url, "POPSCOPE_AUDIT": "0"}
        with RunningPopscope(settings=settings) as popscope:
            person = Person(popscope, dovecot, user)
            with person.http:
                assert person.sign_in().url.path == "/mailbox"
                yield popscope, store, person
            assert "geheim" not in popscope.output


def again(popscope: RunningPopscope) -> None:
    popscope.kill()
    popscope.begin()


def test_what_was_marked_is_marked_after_every_crash_and_can_be_deleted(dovecot):
    with serving(dovecot, "crash", 40) as (popscope, _, person):
        ids, meant = person.ids(), set[str]()
        for round_, some in enumerate([ids[:1], ids[1:8], ids[8:20], ids[20:]]):
            for id in some:
                assert person.mark(id).status_code == 200
                meant.add(id)
            if round_ == 2:
                assert person.mark(some[0], way="unmark").status_code == 200
                meant.discard(some[0])
            again(popscope)  # at once after the answer
            for path in ("live", "progress", "counted", "space/facets"):  # an open page looks on
                assert person.http.get(f"/mailbox/{path}", headers=HTMX).status_code == 204
            assert person.mark(ids[0]).status_code == 200  # a click signs in again by itself
            assert person.marked() == meant
            assert "could not be taken over" not in words(person.http.get("/mailbox"))
        again(popscope)
        told = person.commit()
        assert told.url.path == "/mailbox/receipt"
        assert len(dovecot.messages_on_disk("crash")) == 1
        again(popscope)
        receipt = person.http.get("/api/v1/receipts/1").json()
        assert set(receipt["deleted"]) == meant
        assert words(person.http.get("/mailbox/receipt")) == words(told)
        assert person.marked() == set()


class Clicking:
    """A session in which a script marks and unmarks at random, as fast as it is answered."""

    def __init__(self, popscope: RunningPopscope, dovecot: Dovecot, user: str) -> None:
        self._draw = random.Random(user)
        self._http = httpx.AsyncClient(base_url=popscope.url, timeout=30)
        place = {"server": dovecot.host, "port": dovecot.port, "security": "none"}
        self._account = {"username": user, "password": PASSWORD, **place}
        self._ids: list[str] = []
        self.answered = 0
        self.marked: set[str] = set()
        self.unsure = ""  # asked for when Popscope crashed

    async def sign_in(self) -> None:
        token = (await self._http.post("/api/v1/session", json=self._account)).json()["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        known = False
        while not known:
            found = await self._listed()
            known = all(one["headers_known"] for one in found)
        self._ids = [one["id"] for one in found]

    async def _listed(self, query: str = "") -> list[dict[str, Any]]:
        answer = await self._http.get("/api/v1/list", params={"q": query, "per_page": "500"})
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    async def click(self) -> None:
        """Until there is no answer any more."""
        with suppress(httpx.TransportError):
            while True:
                self.unsure = id = self._draw.choice(self._ids)
                way = "DELETE" if id in self.marked else "POST"
                answer = await self._http.request(way, f"/api/v1/messages/{id}/dele")
                assert answer.status_code == 200, answer.text
                self.marked ^= {id}
                self.answered += 1

    async def agrees(self) -> bool:
        """Whether what was answered is so, after a crash."""
        there = {one["id"] for one in await self._listed("is:marked")}
        other, self.marked = there ^ self.marked, there
        return other <= {self.unsure}

    async def leave(self) -> None:
        await self._http.aclose()


async def test_sessions_that_click_at_once_lose_nothing_that_was_answered(dovecot):
    users = [f"clicks{number}" for number in range(4)]
    for user in users:
        dovecot.deliver_many(user, map(mail, range(40)))
    draw = random.Random(1)
    with Redis() as store:
        settings = {"POPSCOPE_STORE": store.url, "POPSCOPE_AUDIT": "0"}
        with RunningPopscope(settings=settings) as popscope:
            sessions = [Clicking(popscope, dovecot, user) for user in users]
            await asyncio.gather(*(one.sign_in() for one in sessions))
            for _ in range(3):
                clicks = [asyncio.create_task(one.click()) for one in sessions]
                await asyncio.sleep(draw.uniform(0.1, 0.6))
                popscope.kill()
                await asyncio.gather(*clicks)
                await asyncio.to_thread(popscope.begin)
                assert all([await one.agrees() for one in sessions])
            assert sum(one.answered for one in sessions) > 0
            for one in sessions:
                await one.leave()


def test_many_marks_at_once_and_taken_back_outlive_a_crash(dovecot):
    with serving(dovecot, "bulk", 300) as (popscope, _, person):
        ids = person.ids()
        body = {"id": ids[:250]}
        assert person.http.post("/mailbox/mark", data=body).status_code == 200
        again(popscope)
        assert person.marked() == set(ids[:250])
        assert person.http.post("/mailbox/unmark-all").status_code == 200
        again(popscope)
        assert person.marked() == set()


def test_while_redis_hangs_or_is_full_mail_can_be_read_and_nothing_else(dovecot):
    with serving(dovecot, "away") as (popscope, store, person):
        ids = person.ids()
        assert person.mark(ids[0]).status_code == 200
        store.fill()
        refused(person, ids, "is full")
        store.make_room()
        assert person.mark(ids[2]).status_code == 200
        with store.stopped():
            refused(person, ids, "does not answer")
            refused(person, ids, "does not answer")
        eventually(lambda: person.mark(ids[3]).status_code == 200)
        assert person.marked() == {ids[0], ids[2], ids[3]}
        again(popscope)
        assert person.marked() == {ids[0], ids[2], ids[3]}
        assert len(dovecot.messages_on_disk("away")) == 12


def refused(person: Person, ids: list[str], why: str) -> None:
    page = person.http.get("/mailbox")
    assert page.status_code == 200
    assert SUBJECT in words(page)
    assert person.http.get(f"/mailbox/messages/{ids[5]}").status_code == 200
    for answer in (person.mark(ids[1]), person.commit(), person.sign_in()):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert heading(answer) == AWAY
        assert why in words(answer)
    problem = person.http.post(f"/api/v1/messages/{ids[1]}/dele")
    assert (problem.status_code, problem.json()["code"]) == (503, "store-unavailable")
    assert ids[1] not in person.marked()


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_redis_that_comes_back_empty_is_told_and_who_signs_in_again_goes_on(dovecot):
    with serving(dovecot, "empty") as (popscope, store, person):
        ids = person.ids()
        assert person.mark(ids[0]).status_code == 200
        store.kill()
        store.begin()
        time.sleep(1.1)
        page = person.http.get("/mailbox")
        assert page.url.path == "/"
        assert "this Popscope does not know it any more" in words(page)
        assert "Your mark is kept" in words(page)
        assert person.sign_in().url.path == "/mailbox"
        assert person.marked() == {ids[0]}
        popscope.kill()
        store.kill()
        store.begin()
        popscope.begin()
        page = person.http.get("/mailbox")
        assert "It may have been restarted" in words(page)
        assert "marks are forgotten" in words(page)
        assert len(dovecot.messages_on_disk("empty")) == 12


def test_in_redis_nothing_is_in_clear_and_after_the_sign_out_nothing_at_all(dovecot):
    with serving(dovecot, "dump") as (_, store, person):
        ids = person.ids()
        for id in ids[:6]:
            person.mark(id)
        assert person.commit().url.path == "/mailbox/receipt"
        for id in ids[6:]:
            person.mark(id)
        assert SUBJECT in words(person.http.get("/mailbox/receipt"))
        uidls = [one["uidl"] for one in person.listed()]
        secrets = [PASSWORD, "dump", dovecot.host, SENDER, "Hildegard", SUBJECT, *ids, *uidls]
        secrets += [value for value in person.http.cookies.values() if value]
        assert len(secrets) > 20
        dumped = everything(store)
        assert len(dumped) > 1000
        for secret in secrets:
            assert secret.encode() not in dumped, secret
        left = person.http.post("/signout", data={"anyway": "6"})
        assert left.url.path == "/"
        assert everything(store) in (b"", b"popscope:check")


def everything(store: Redis) -> bytes:
    """All keys and values."""
    found: list[Any] = []
    client: redis.Redis = redis.Redis.from_url(store.url)
    with client:
        for key in client.scan_iter():
            found.append(key)
            if client.type(key) == b"hash":
                found += [part for pair in client.hgetall(key).items() for part in pair]
            else:
                found.append(client.get(key))
    return b"\n".join(found).strip()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:geheim@nowhere:port", "it is memory, or redis://host"),
        ("redis://:geheim@127.0.0.1:1/0", "redis://127.0.0.1:1/0 does not answer"),
        ("wrong password", "refuses the password"),
    ],
)
def test_a_store_that_cannot_be_used_ends_the_start_with_a_line(tmp_path, url, words):
    with Redis(password="richtig") as store:
        wrong = f"redis://:geheim@{store.host}:{store.port}/0"
        ended = subprocess.run(
            [*CHECKOUT, "serve", "--port", "0"],
            env={"PYTHONPATH": str(ROOT), "POPSCOPE_STORE": wrong if "://" not in url else url},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("POPSCOPE_STORE: ")
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "geheim" not in ended.stderr
