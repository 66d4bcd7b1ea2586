"""A planted password: nowhere in logs, pages, answers, reprs, transcripts or living objects."""

import gc
import json
import logging
import re
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app.mailbox import Credentials
from app.sessions import Session
from app.sessions.vault import Keys
from app.web.signin.forms import SignInForm
from app.web.signin.schemas import SignIn
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .visiting import QUICK, Browser, Script, http_to, post_session, running

SECRET = "pl4nted-Pa55word"


class Knows(FakeMaildrop):
    """A maildrop whose password is the planted one, and that talks about it."""

    async def _login(self, peer, session, password: str) -> None:
        right = "secret" if password == SECRET else password
        await super()._login(peer, session, right)


def owned() -> Iterator[object]:
    """Every living object of a class of ours."""
    gc.collect()
    for thing in gc.get_objects():
        if str(type(thing).__module__).startswith("app."):
            yield thing


def attributes(thing: object) -> Iterator[tuple[str, object]]:
    names = {name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())}
    for name in names | set(getattr(thing, "__dict__", ())):
        yield name, getattr(thing, name, None)


def secrets_in(thing: object) -> list[str]:
    """The attributes that hold the password in clear, directly or in a list or bytes."""
    found = []
    for name, value in attributes(thing):
        clear = value.decode("latin-1") if isinstance(value, bytes | bytearray) else value
        if isinstance(clear, str | tuple | list) and SECRET in str(clear):
            found.append(f"{type(thing).__qualname__}.{name}")
    return found


async def test_the_password_is_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    others = [thing for thing in owned() if isinstance(thing, Credentials)]  # of other tests
    fake = Knows(plain(4))
    told: list[str] = []
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:

        async def note(answer):
            await answer.aread()
            told.append(f"{answer.status_code} {answer.headers!r} {answer.text}")

        http.event_hooks["response"] = [note]
        answer = await post_session(http, server, password=SECRET)
        script = Script(http, answer.json()["token"])
        browser = Browser(http)
        await browser.sign_in(server, password=SECRET)
        ids = await script.ids()
        for path in ("/session", "/capa", "/stat", f"/messages/{ids[0]}", "/openapi.json"):
            await script.get(path)
        for path in ("/mailbox", f"/mailbox/messages/{ids[0]}", "/api/docs"):
            await browser.open(path)

        # in the living process: no object of ours holds it between two calls, nor shows it
        for thing in owned():
            assert not secrets_in(thing)
            assert not isinstance(thing, Credentials) or any(thing is one for one in others)
            assert SECRET not in repr(thing)
        record = next(iter(app.state.services.sessions._store.records.values()))
        assert SECRET.encode() not in record.sealed

        # failures: at sign-in, in the form, in a re-login, and one that nobody foresaw
        fake.quirks.refuse_login = f"-ERR [AUTH] no, {SECRET} is wrong".encode()
        await post_session(http, server, password=SECRET)
        for status, fields in (
            (401, {}),
            (422, {"username": ""}),
            (422, {"port": "nonsense"}),
            (422, {"password": f"{SECRET}\r\nDELE 1"}),
            (422, {"password": SECRET * 20}),
        ):
            http.cookies.clear()
            page = await browser.sign_in(server, **{"password": SECRET, **fields})
            assert page.status_code == status
        for port, user, password in (("x", "a", SECRET), (1, 7, SECRET), (1, "a", SECRET * 20)):
            body = {"username": user, "password": password, "port": port, "extra": SECRET}
            await http.post("/api/v1/session", json=body)
        await http.post("/api/v1/session", content=f'{{"password": "{SECRET}", ')
        await script.post("/session/release", status=204)
        await script.get("/stat", 401)
        for stage in ("stall_at", "close_at"):
            setattr(fake.quirks, stage, "PASS")
            await post_session(http, server, password=SECRET)
            setattr(fake.quirks, stage, None)
        fake.quirks.replies["PASS"] = f"{SECRET} what?\r\n".encode()
        await post_session(http, server, password=SECRET)
        fake.quirks.replies.clear()
        fake.quirks.refuse_login = None

        # the transcript shows the command without it
        http.cookies.clear()
        page = await browser.sign_in(server, password=SECRET)
        assert "PASS ••••••••" in page.text

    for text in told:
        assert SECRET not in text
    assert "PASS" in "".join(fake.commands)
    for entry in caplog.records:
        assert SECRET not in entry.getMessage()
        assert SECRET not in str(entry.exc_info)
    assert SECRET not in caplog.text


async def test_a_traceback_does_not_show_it(monkeypatch, caplog):
    """A bug in the middle of a sign-in: the log gets a traceback, without the password."""
    fake = Knows(plain(1))
    async with ScriptedServer(fake) as server, running(QUICK) as app:
        sessions = app.state.services.sessions

        async def breaks(*_: object) -> None:
            raise RuntimeError("unforeseen")

        monkeypatch.setattr(sessions._store, "put", breaks)
        async with http_to(app) as http:
            with pytest.raises(RuntimeError) as raised:
                await post_session(http, server, password=SECRET)
    lines = []
    error: BaseException | None = raised.value
    while error is not None:
        lines.append(repr(error))
        error = error.__cause__ or error.__context__
    assert SECRET not in "".join(lines)


def test_forms_and_bodies_do_not_show_it():
    form = SignInForm(username="anna", password=SECRET)
    body = SignIn(username="anna", password=SecretStr(SECRET))
    credentials = Credentials("anna", SECRET)
    for thing in (form, body, credentials):
        assert SECRET not in f"{thing!r} {thing}"
        assert "anna" in repr(thing)
    assert SECRET not in body.model_dump_json()


async def test_a_session_does_not_show_its_token_or_its_seal():
    fake = FakeMaildrop(plain(1))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        session = await app.state.services.sessions.find(script.token)
        assert isinstance(session, Session)
        keys = Keys.of(script.token)
        shown = repr(session) + repr(session.line) + repr(keys)
        assert script.token not in shown
        assert keys.seal.hex() not in shown
        assert repr(keys.seal) not in shown
        state = json.dumps(await script.get("/session"))
        assert script.token not in state
        assert session.sid not in state
        page = await http.get("/mailbox", headers={"Cookie": f"popscope={script.token}"})
        assert script.token not in page.text
        assert session.sid not in page.text


async def test_the_openapi_document_has_no_example_of_a_secret():
    async with running() as app, http_to(app) as http:
        document = (await http.get("/api/v1/openapi.json")).text
        field = json.loads(document)["components"]["schemas"]["SignIn"]["properties"]["password"]
        assert field["format"] == "password"
        assert field["writeOnly"] is True
        assert not re.search(r'"(example|examples|default)":\s*"[^"]*(pass|secret|token)', document)


async def test_a_url_never_carries_it():
    """Signing in by GET is not possible, so the password is in no address and no proxy's log."""
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        for path in ("/signin", "/api/v1/session"):
            query = {"username": "anna", "password": SECRET, "server": server.host}
            answer = await http.get(path, params=query)
            assert answer.status_code in {401, 405}
            assert SECRET not in answer.text
        assert server.connections == 0
