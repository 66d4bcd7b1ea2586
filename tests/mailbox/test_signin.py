import base64

import pytest

from app.mailbox import Credentials, LoginDelayed, LoginRejected, MailboxInUse, credentials_fit
from app.mailbox.signin import login_steps, refusal, sign_in, turned_away
from app.pop3 import Capabilities, LocalProtocolError
from app.transport import ConnectFailed, ConnectFault
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.scripted import ScriptedServer
from tests.transport.dialling import greeted

ANNA = Credentials("anna", "secret")


def announced(*lines: str) -> Capabilities:
    return Capabilities({line.split()[0]: tuple(line.split()[1:]) for line in lines})


@pytest.mark.parametrize(
    ("announced_", "protected", "asked", "shown"),
    [
        (announced("USER", "SASL PLAIN LOGIN"), True, None, ["AUTH PLAIN"]),
        (announced("USER", "SASL PLAIN LOGIN"), False, None, ["USER anna", "PASS"]),
        (announced("USER"), True, None, ["USER anna", "PASS"]),
        (announced("SASL LOGIN"), True, None, ["AUTH LOGIN"]),
        (announced("SASL LOGIN"), False, None, ["AUTH LOGIN"]),
        (announced("UIDL"), True, None, ["USER anna", "PASS"]),
        (announced(), True, None, ["USER anna", "PASS"]),
        (announced("USER", "SASL PLAIN"), True, "USER", ["USER anna", "PASS"]),
        (announced("USER"), False, "PLAIN", ["AUTH PLAIN"]),
        (announced("USER", "SASL PLAIN"), True, "LOGIN", ["AUTH LOGIN"]),
    ],
)
def test_the_best_means_both_sides_have(announced_, protected, asked, shown):
    credentials = Credentials("anna", "secret", asked)
    steps = login_steps(credentials, announced_, protected=protected)
    assert len(steps) == len(shown)
    for step, start in zip(steps, shown, strict=True):
        assert step.shown.startswith(start)
        assert "secret" not in repr(step)


def test_a_means_that_is_not_known_is_never_replaced_by_a_weaker_one():
    with pytest.raises(LocalProtocolError):
        login_steps(Credentials("a", "b", "SCRAM-SHA-256"), announced("USER"), protected=True)


@pytest.mark.parametrize(
    ("username", "password", "fit"),
    [
        ("anna", "secret", True),
        ("anna smith", " two  words ", True),
        ("ånna", "pässwörd ✓", True),
        ("anna\r\nDELE 1", "x", False),
        ("anna", "x\nQUIT", False),
        ("anna", "x\0", False),
        ("", "x", False),
        ("anna", "", False),
        ("a" * 260, "x", False),
        ("anna", "x" * 260, False),
        ("anna", "\ud800", False),
    ],
)
def test_what_can_be_sent_at_all(username, password, fit):
    assert credentials_fit(username, password) is fit


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("IN-USE", "whatever", MailboxInUse),
        ("LOGIN-DELAY", "wait", LoginDelayed),
        ("AUTH", "mailbox is locked", LoginRejected),
        ("SYS/TEMP", "try later", LoginRejected),
        (None, "Unable to lock maildrop", MailboxInUse),
        (None, "mailbox is LOCKED by another session", MailboxInUse),
        (None, "Mailbox in use", MailboxInUse),
        (None, "maildrop busy", MailboxInUse),
        (None, "invalid user name or password", LoginRejected),
        (None, "clock skew", LoginRejected),
    ],
)
def test_what_a_refusal_means(code, text, kind):
    found = refusal("-ERR x", code, text, announced("LOGIN-DELAY 300"))
    assert type(found) is kind
    assert found.reply == "-ERR x"
    if isinstance(found, LoginDelayed):
        assert found.retry_after == 300
    if isinstance(found, LoginRejected):
        assert found.code == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [("IN-USE", MailboxInUse), ("LOGIN-DELAY", LoginDelayed), ("SYS/TEMP", None), (None, None)],
)
def test_what_a_refusing_greeting_means(code, kind):
    error = ConnectFailed("h", 110, ConnectFault.TURNED_AWAY, "-ERR busy", code)
    found = turned_away(error)
    assert (None if found is None else type(found)) is kind


async def dialogue(credentials: Credentials, **quirks: object) -> FakeMaildrop:
    drop = FakeMaildrop(quirks=Quirks(**quirks))  # type: ignore[arg-type]  # any of its fields
    async with ScriptedServer(drop) as server, greeted(server) as connection:
        await sign_in(connection, credentials)
    return drop


async def test_the_dialogue_of_a_sign_in():
    drop = await dialogue(ANNA)
    assert drop.commands == ["CAPA", "USER anna", "PASS secret", "CAPA"]
    drop = await dialogue(Credentials("anna", "secret", "PLAIN"))
    plain = base64.b64encode(b"\0anna\0secret").decode()
    assert drop.commands == ["CAPA", f"AUTH PLAIN {plain}", "CAPA"]


async def test_a_server_without_capa_is_not_asked_twice():
    drop = await dialogue(ANNA, capa=False)
    assert drop.commands == ["CAPA", "USER anna", "PASS secret"]


async def test_a_failed_login_is_never_tried_again():
    drop = FakeMaildrop()
    async with ScriptedServer(drop) as server, greeted(server) as connection:
        with pytest.raises(LoginRejected) as caught:
            await sign_in(connection, Credentials("anna", "mistaken"))
    assert drop.count("PASS") == 1
    assert drop.count("AUTH") == 0
    assert caught.value.code == "AUTH"
    assert "wrong user name" in caught.value.reply  # the server's words
    assert "mistaken" not in repr(caught.value)
