"""AUTH that is refused before the server has heard anything to judge, and behind that."""

import base64

import pytest

from app.mailbox import LoginRejected, Refusal
from app.mailbox.login import signed_in
from app.transport import ConnectionLost, Timeouts
from tests.support.scripted import ScriptedServer
from tests.transport.dialling import dialer, target

from .test_login_form import ANNA, NO_SUCH, USER, WRONG, Particular, inside


@pytest.mark.parametrize("means", ["LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("refusal", [WRONG, b"-ERR", b"-ERR [AUTH] failed", b"-ERR 554 no"])
async def test_a_refusal_before_anything_was_said_is_about_no_password(authority, means, refusal):
    tls = authority.leaf().server_context()
    two = "LOGIN CRAM-MD5" if means == "LOGIN" else means
    replies = {f"AUTH {means}": refusal, "AUTH CRAM-MD5": refusal, "USER .*": NO_SUCH}
    server = Particular(f"USER|SASL {two}", replies)
    with pytest.raises(LoginRejected) as caught:
        async with inside(server, tls=tls):
            pass
    assert caught.value.about is Refusal.MEANS
    assert caught.value.means_refused == ("USER", *two.split())


async def test_a_refusal_behind_the_name_is_judged_by_its_words():
    named = base64.b64encode(b"anna").decode()
    server = Particular("SASL LOGIN", {"AUTH LOGIN": b"+ ", named: b"-ERR no"})
    with pytest.raises(LoginRejected) as caught:
        async with inside(server):
            pass
    assert caught.value.about is Refusal.LOGIN


async def test_a_proof_that_was_judged_was_not_wrong_in_its_form():
    replies = {"AUTH CRAM-MD5": b"+ PDFAaD4=", "[A-Za-z0-9+/=]{12,}": b"-ERR invalid response"}
    with pytest.raises(LoginRejected) as caught:
        async with inside(Particular("SASL CRAM-MD5", replies)):
            pass
    assert caught.value.about is Refusal.LOGIN


@pytest.mark.parametrize("end", [b"", None], ids=["closes", "resets"])
async def test_a_server_that_hangs_up_at_auth_without_a_word_gets_the_next_means(authority, end):
    tls = authority.leaf().server_context()
    server = Particular("USER|SASL PLAIN LOGIN", {"AUTH .*": end, **USER})
    async with inside(server, tls=tls) as connection:
        assert (connection.signed_in_by, connection.means_refused) == ("USER", ("PLAIN",))
    assert [line.split()[0] for line in server.heard] == ["AUTH", "USER", "PASS"]


async def test_one_that_hangs_up_at_all_of_them_is_asked_twice():
    server = Particular("USER|SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1", {"(AUTH|USER).*": b""})
    with pytest.raises(ConnectionLost):
        async with inside(server):
            pass
    assert [line.split()[1] for line in server.heard] == ["SCRAM-SHA-1", "CRAM-MD5"]


@pytest.mark.parametrize("means", ["PLAIN", "CRAM-MD5"])
async def test_where_nothing_may_follow_it_is_asked_once(means):
    server = Particular(f"SASL {means}" if means == "CRAM-MD5" else "USER", {".{5,}": b""})
    with pytest.raises(ConnectionLost):
        async with inside(server):
            pass
    assert len(server.heard) == 1


async def test_a_wrong_password_behind_a_hang_up_is_told():
    server = Particular("SASL PLAIN LOGIN", {"AUTH PLAIN.*": b"", "AUTH .*": b"+", ".*=": WRONG})
    with pytest.raises(LoginRejected) as caught:
        async with inside(server):
            pass
    assert caught.value.about is Refusal.LOGIN


@pytest.mark.parametrize("said", [b"+OK", b"+OK list follows\r\nUSER"])
async def test_a_server_whose_capa_has_no_end_is_spoken_to_without(said):
    server = Particular("", {"CAPA": said, **USER})
    same = dialer(timeouts=Timeouts(stall=0.2))
    async with ScriptedServer(server) as at:
        for dials in (2, 3):
            connection = await signed_in(same, target(at), ANNA)
            assert connection.signed_in_by == "USER"
            assert at.connections == dials, "it is remembered"
            connection.abort()


async def test_one_that_refuses_capa_and_hangs_up_is_spoken_to_without():
    server = Particular("", {"CAPA": b"-ERR unknown command. Bye", **USER})
    same = dialer()
    async with ScriptedServer(server) as at:
        for dials in (2, 3):
            connection = await signed_in(same, target(at), ANNA)
            assert connection.signed_in_by == "USER"
            assert at.connections == dials
            connection.abort()


async def test_one_that_hangs_up_at_the_password_gets_it_once():
    server = Particular("", {"CAPA": b"-ERR", "USER .*": b"+OK", "PASS .*": b""})
    async with ScriptedServer(server) as at:
        with pytest.raises(ConnectionLost):
            await signed_in(dialer(), target(at), ANNA)
    assert server.heard == ["USER anna", "PASS secret"]
