"""What outlives a session, and for how long; and that nobody else gets at it."""

import pytest

from app.mailbox import Account, Credentials, Known, LoginRejected, MessageId
from app.sessions import Cause, NoSession, SessionLimits
from app.sessions.ended_sessions import EndedSession, EndedSessions, digest_of
from app.sessions.vault import Keys
from app.transport import Security, Target
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import ScriptedServer

from .test_manager import Clock, account, enter, managing, records, serving

LIMITS = SessionLimits(idle=100, absolute=1000)
SECRET = Credentials("anna", "secret")


def ended(at: float, marks: int = 1) -> EndedSession:
    return EndedSession(
        Cause.IDLE, 100, at, b"whose", {MessageId(str(n)): Known(n) for n in range(marks)}
    )


def test_it_is_kept_for_a_while_and_no_longer():
    clock = Clock()
    kept = EndedSessions(clock, keep=50)
    kept.add("one", ended(clock.now))
    clock.now += 50
    assert kept.get("one") is not None
    clock.now += 1
    assert kept.get("one") is None
    assert len(kept) == 0


def test_there_are_only_so_many_and_the_oldest_go_first():
    clock = Clock()
    kept = EndedSessions(clock, most=3, most_marks=10)
    for sid in "abcd":
        kept.add(sid, ended(clock.now))
    assert [sid for sid in "abcd" if kept.get(sid)] == ["b", "c", "d"]
    kept.add("e", ended(clock.now, marks=9))
    assert [sid for sid in "abcde" if kept.get(sid)] == ["d", "e"]
    kept.add("f", ended(clock.now, marks=11))  # one alone that is too much costs the others nothing
    assert [sid for sid in "abcdef" if kept.get(sid)] == ["d", "e"]


def test_one_added_again_counts_once():
    clock = Clock()
    kept = EndedSessions(clock, most_marks=10)
    kept.add("other", ended(clock.now, marks=4))
    for _ in range(5):
        kept.add("one", ended(clock.now, marks=6))
    assert (len(kept), kept.get("other") is not None) == (2, True)
    kept.forget("one")
    kept.forget("one")
    kept.add("two", ended(clock.now, marks=6))
    assert kept.get("other") is not None


@pytest.mark.parametrize(
    "other",
    [
        Account("Anna", Target("pop.example.net", 995, Security.TLS)),
        Account("anna", Target("pop.example.org", 995, Security.TLS)),
        Account("anna", Target("pop.example.net", 110, Security.NONE)),
    ],
)
def test_an_account_is_who_where_and_on_which_port(other):
    whose = Account("anna", Target("pop.example.net", 995, Security.TLS))
    again = Account("anna", Target("POP.example.net", 995, Security.TLS, verified=False))
    assert digest_of(whose, "sid") == digest_of(again, "sid")
    assert digest_of(whose, "sid") != digest_of(other, "sid")
    assert digest_of(whose, "sid") != digest_of(whose, "other sid")


def test_nothing_of_it_is_in_a_repr():
    record = EndedSession(Cause.IDLE, 1, 2, b"whose", {MessageId("which"): Known(3)})
    assert "whose" not in repr(record)
    assert "which" not in repr(record)


@pytest.mark.parametrize(("steps", "cause"), [([101], Cause.IDLE), ([99] * 11, Cause.AGE)])
@pytest.mark.parametrize("swept", [True, False], ids=["swept", "asked for"])
async def test_marks_outlive_an_expired_session_for_whoever_has_its_token(steps, cause, swept):
    clock = Clock()
    async with serving() as (fake, server), managing(LIMITS, clock) as sessions:
        token = await enter(sessions, server)
        for step in steps[:-1]:
            clock.now += step
            await sessions.find(token)
        clock.now += steps[-1]
        if swept:
            await sessions.sweep()
        with pytest.raises(NoSession):
            await sessions.find(token)
        found = await sessions.ended(token)
        assert found is not None
        assert (found.cause, len(found.marks)) == (cause, 3)
        assert await sessions.ended(token + "x") is None
        assert records(sessions) == {}  # the password is gone with the session
        new, session = await sessions.sign_in(account(server), SECRET, before=token)
        assert session.mailbox.marks.totals.messages == 3
        assert await sessions.ended(token) is None  # they are in one place
        assert await sessions.ended(new) is None
        assert fake.count("DELE") == 0


async def test_a_sign_in_that_fails_leaves_them_where_they_are():
    clock = Clock()
    async with serving() as (_, server), managing(LIMITS, clock) as sessions:
        token = await enter(sessions, server)
        clock.now += 101
        await sessions.sweep()
        with pytest.raises(LoginRejected):
            await sessions.sign_in(account(server), Credentials("anna", "wrong"), before=token)
        _, session = await sessions.sign_in(account(server), SECRET, before=token)
        assert session.mailbox.marks.totals.messages == 3


async def test_another_account_never_gets_them():
    clock = Clock()
    async with (
        serving(exclusive=False) as (_, server),
        managing(LIMITS, clock) as sessions,
    ):
        token = await enter(sessions, server, "anna")
        clock.now += 101
        await sessions.sweep()
        _, bert = await sessions.sign_in(
            account(server, "bert"), Credentials("bert", "secret"), before=token
        )
        assert bert.mailbox.marks.totals.messages == 0


async def test_another_browser_never_gets_them():
    clock = Clock()
    async with serving() as (_, server), managing(LIMITS, clock) as sessions:
        token = await enter(sessions, server)
        clock.now += 101
        await sessions.sweep()
        for before in (None, "", Keys.of(token).sid, token[:-1]):
            new, session = await sessions.sign_in(account(server), SECRET, before=before)
            assert session.mailbox.marks.totals.messages == 0
            await sessions.sign_out(new)


async def test_signing_out_forgets_them_before_and_after_the_session_has_expired():
    clock = Clock()
    async with serving() as (_, server), managing(LIMITS, clock) as sessions:
        token = await enter(sessions, server)
        await sessions.sign_out(token)
        assert await sessions.ended(token) is None
        token = await enter(sessions, server)
        clock.now += 101
        await sessions.sweep()
        await sessions.sign_out(token)
        assert await sessions.ended(token) is None


async def test_only_what_is_still_the_same_is_marked_again_and_the_rest_is_told():
    clock = Clock()
    letters = [FakeMessage(b"Subject: %d\r\n\r\nx\r\n" % n, uidl=f"u{n}") for n in range(4)]
    fake = FakeMaildrop(letters, quirks=Quirks(exclusive=True))
    async with ScriptedServer(fake) as server, managing(LIMITS, clock) as sessions:
        token = await enter(sessions, server)
        clock.now += 101
        await sessions.sweep()
        del fake.messages[0]  # another program was here
        fake.messages[0] = FakeMessage(b"Subject: 1\r\n\r\nlonger than before\r\n", uidl="u1")
        _, session = await sessions.sign_in(account(server), SECRET, before=token)
        mailbox = session.mailbox
        kept = {mailbox.index[id].uidl for id in mailbox.marks}
        assert kept == {"u2", "u3"}
        assert [(told.notice.value, told.count) for told in mailbox.notices] == [
            ("marks of a session before could not be taken over", 2)
        ]


async def test_without_uidls_no_mark_is_taken_over():
    clock = Clock()
    fake = FakeMaildrop(plain(3), quirks=Quirks(uidl=False))
    async with ScriptedServer(fake) as server, managing(LIMITS, clock) as sessions:
        token = await enter(sessions, server)
        clock.now += 101
        await sessions.sweep()
        _, session = await sessions.sign_in(account(server), SECRET, before=token)
        assert session.mailbox.marks.totals.messages == 0
        counts = {told.notice.name: told.count for told in session.mailbox.notices}
        assert counts["MARKS_NOT_TAKEN_OVER"] == 3
