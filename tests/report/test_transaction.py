"""What an account shows, on Dovecot and on servers that lie in one way each."""

from collections.abc import Awaitable, Callable

import pytest

from app.mailbox import Credentials
from app.pop3 import Capabilities
from app.report import Finding, Inspection, Report, Topic, Verdict, transaction
from app.transport import Security, Target
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import Peer, ScriptedServer

from .looking import dialer, facts, findings, look, the, under

WITHOUT_END = b"Subject: no end\r\n\r\n" + b"x" * 70 + b"\r\nno line end"


@pytest.fixture
def report_of() -> Callable[..., Awaitable[tuple[Report, FakeMaildrop]]]:
    async def made(quirks: Quirks | None = None, **more) -> tuple[Report, FakeMaildrop]:
        fake = FakeMaildrop(more.pop("messages", plain(4)), quirks=quirks)
        async with ScriptedServer(fake) as server:
            return await look(server, user="anna", **more), fake

    return made


async def test_dovecot_with_an_account(dovecot):
    user = "report1"
    dovecot.deliver_many(user, [b"Subject: a\r\n\r\none\r\ntwo\r\nthree\r\n", WITHOUT_END])
    before = dovecot.messages_on_disk(user)
    report = await look(dovecot, user=user, wait=0.1)
    assert {
        Finding.LOGIN,
        Finding.LOCK_SHARED,
        Finding.UIDL_UNIQUE,
        Finding.STABLE,
        Finding.TOP_EXACT,
        Finding.PIPELINING,
        Finding.CAPA_LOGIN_DIFFERS,
        Finding.COUNT_SAME,
    } <= findings(report)
    # SCRAM sent a proof of the password; then nothing shows it to everyone on the way.
    assert Finding.LOGIN_CLEAR not in findings(report)
    for topic in (Topic.BEHIND_PASS, Topic.IDLE):
        assert under(report, topic) == [Finding.NO_PASSWORD_IN_CLEAR]
    differ = facts(report, Finding.SIZES_DIFFER)
    assert differ["sent"] == differ["listed"] + 2  # LIST forgets the last line end
    now = dovecot.messages_on_disk(user)
    assert {name: one.sha256 for name, one in now.items()} == {
        name: one.sha256 for name, one in before.items()
    }
    # Nothing was marked as read, which Dovecot does after a RETR.
    assert not [one.path.name for one in now.values() if "S" in one.path.name.rpartition(":2,")[2]]


async def test_only_reading_and_no_quit_behind_retr(report_of):
    report, fake = await report_of()
    assert {Finding.SIZES_SAME, Finding.LOGIN_CLEAR, Finding.PASS_KEPT} <= findings(report)
    for session in fake.sessions:
        verbs = [line.partition(" ")[0] for line in session]
        assert "DELE" not in verbs
        assert "RETR" not in verbs or "QUIT" not in verbs
    assert any("RETR 1" in session for session in fake.sessions)


async def test_a_password_that_is_given_back_is_in_no_report(report_of):
    class Changed(FakeMaildrop):
        """Takes the password once, and is loud about it then."""

        async def _login(self, peer, session, password):
            if len(self.sessions) > 3:
                self.quirks.refuse_login = f"-ERR {password}, you say".encode()
            await super()._login(peer, session, password)

    async with ScriptedServer(Changed(plain(2))) as server:
        report = await look(server, user="anna")
    assert "secret" not in repr(report.checks)


async def test_more_unique_ids_than_a_short_answer_has(report_of):
    report, _ = await report_of(messages=plain(2500))
    assert facts(report, Finding.STABLE)["n"] == 2500


async def test_what_another_report_learnt_is_not_taken_for_seen():
    shared = dialer()
    async with ScriptedServer(FakeMaildrop(plain(2))) as server:
        habit = shared.habits.of(server.host, server.port)
        habit.one_at_a_time = True
        target = Target(server.host, server.port, Security.NONE)
        report = Report(target, "anna")
        key = lambda: Credentials("anna", "secret")  # noqa: E731
        await Inspection(shared, target, key, report).run()
    assert Finding.PIPELINING in findings(report)
    assert (habit.one_at_a_time, habit.answered, habit.breaks) == (True, 0, 0)


async def test_under_expire_0_nothing_is_fetched(report_of):
    report, fake = await report_of(Quirks(announce=("EXPIRE 0",)))
    assert fake.count("RETR") == 0
    assert under(report, Topic.SIZES) == [Finding.WOULD_POP]
    assert the(report, Finding.EXPIRE_ZERO).verdict is Verdict.WARN
    assert Finding.TOP_EXACT in findings(report)


@pytest.mark.parametrize(
    ("quirks", "finding"),
    [
        (Quirks(fresh_uidls=True), Finding.STABLE_CHANGED),
        (Quirks(same_uidl=True), Finding.UIDL_DUPLICATES),
        (Quirks(uidl=False), Finding.UIDL_MISSING),
        (Quirks(replies={"UIDL": b"-ERR no\r\n"}), Finding.UIDL_REFUSED),
        (Quirks(top=False), Finding.TOP_MISSING),
        (Quirks(pipelining=False), Finding.PIPELINING_UNANNOUNCED),
        (Quirks(exclusive=True), Finding.LOCK_CODED),
        (Quirks(announce=("EXPIRENEVER",)), Finding.TAG_MISSPELLED),
        (Quirks(replies={"STAT": b"+OK 4 -17\r\n"}), Finding.COUNT_DIFFERS),
        (
            Quirks(replies={"TOP": b"+OK\r\nSubject: a\r\n\r\nall\r\nof\r\nit\r\n.\r\n"}),
            Finding.TOP_WHOLE,
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Finding) else "",
)
async def test_a_server_that_lies_in_one_way(report_of, quirks, finding):
    messages = [FakeMessage(b"Subject: a\r\n\r\nall\r\nof\r\nit\r\n") for _ in range(4)]
    report, _ = await report_of(quirks, messages=messages)
    assert finding in findings(report)


async def test_pipelining_that_is_announced_and_breaks():
    class OneAtATime(FakeMaildrop):
        """Throws away what came behind a command in the same read."""

        async def __call__(self, peer: Peer) -> None:
            line = peer.line

            async def alone() -> bytes:
                got = await line()
                peer._reader._buffer.clear()  # type: ignore[attr-defined]
                return got

            peer.line = alone  # type: ignore[method-assign]
            await super().__call__(peer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "PATIENCE", 0.5)
        patch.setattr(transaction, "_LOST", 0.5)
        async with ScriptedServer(OneAtATime(plain(3))) as server:
            report = await look(server, user="anna")
    assert Finding.PIPELINING_BROKEN in findings(report)
    assert the(report, Finding.PASS_LOST).verdict is Verdict.WARN
    assert Finding.STABLE in findings(report)  # the connection lives on


async def test_a_refused_login_is_tried_once(report_of):
    report, fake = await report_of(password="wrong")
    assert the(report, Finding.LOGIN_REJECTED).details[0].startswith("-ERR [AUTH]")
    assert fake.count("PASS") + fake.count("AUTH") == 1
    assert not [check for check in report.checks if check.topic.group.value == "mailbox"]


async def test_a_second_login_that_is_refused_is_not_tried_again():
    class Once(FakeMaildrop):
        """Lets in the first two, and nobody transaction."""

        async def __call__(self, peer: Peer) -> None:
            if self.count("LIST"):
                self.quirks.refuse_login = b"-ERR [AUTH] no more"
            await super().__call__(peer)

    fake = Once(plain(2), quirks=Quirks(announce=("USER",)))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna", wait=0.1)
    # One each: the first login, the one that tries the lock, and the one after that.
    assert fake.count("PASS") == 3
    for topic in (Topic.BEHIND_PASS, Topic.STABLE, Topic.IDLE):
        assert under(report, topic) == [Finding.STILL_IN_USE]


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        (b"-ERR [IN-USE] locked", Finding.LOGIN_IN_USE),
        (b"-ERR mailbox is locked", Finding.LOGIN_IN_USE),
        (b"-ERR [LOGIN-DELAY] too soon", Finding.LOGIN_TOO_SOON),
    ],
)
async def test_why_there_was_no_login(report_of, reply, finding):
    report, _ = await report_of(Quirks(refuse_login=reply))
    assert finding in findings(report)


async def test_an_empty_mailbox_shows_less(report_of):
    report, _ = await report_of(messages=[])
    assert Finding.COUNT_NONE in findings(report)
    assert under(report, Topic.SIZES) == under(report, Topic.TOP) == [Finding.EMPTY]
    assert under(report, Topic.STABLE) == [Finding.EMPTY]


class Locked:
    """The second login is refused in a way of its own."""

    def __init__(self, reply: bytes) -> None:
        self.fake, self.reply = FakeMaildrop(plain(2)), reply

    async def __call__(self, peer: Peer) -> None:
        self.fake.quirks.refuse_login = self.reply if self.fake._holders else None
        await self.fake(peer)


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        (b"-ERR mailbox is busy", Finding.LOCK_WORDS),
        (b"-ERR", Finding.LOCK_LIKE_WRONG),
        (b"-ERR [AUTH] no", Finding.LOCK_LIKE_WRONG),
        (b"-ERR [LOGIN-DELAY] too soon", Finding.STILL_IN_USE),
    ],
)
async def test_how_a_second_program_is_refused(reply, finding):
    async with ScriptedServer(Locked(reply)) as server:
        report = await look(server, user="anna")
    assert under(report, Topic.LOCK) == [finding]
    assert Finding.STABLE in findings(report)  # and let in afterwards


def test_whether_user_and_pass_are_a_way_in():
    anna = Credentials("anna", "secret")
    assert transaction.by_user_pass(anna, None)
    assert transaction.by_user_pass(anna, Capabilities())
    assert transaction.by_user_pass(anna, Capabilities({"USER": ()}))
    assert not transaction.by_user_pass(anna, Capabilities({"TOP": ()}))
    assert not transaction.by_user_pass(Credentials("anna", "secret", "PLAIN"), None)


async def test_idling(report_of):
    report, _ = await report_of(wait=0.2)
    assert facts(report, Finding.IDLE_HELD)["seconds"] == 0.2

    class Impatient(FakeMaildrop):
        async def __call__(self, peer: Peer) -> None:
            import asyncio

            with __import__("contextlib").suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await super().__call__(peer)

    async with ScriptedServer(Impatient(plain(1))) as server:
        report = await look(server, user="anna", wait=30)
    assert facts(report, Finding.IDLE_CLOSED_SOON)["seconds"] < 20


async def test_means_that_are_refused_for_their_form(report_of):
    quirks = Quirks(announce=("SASL CRAM-MD5",), replies={"AUTH": b"-ERR malformed command\r\n"})
    report, fake = await report_of(quirks)
    assert Finding.LOGIN_FORM in findings(report), "in clear nothing weaker follows"
    assert the(report, Finding.LOGIN_FORM).facts["names"] == "CRAM-MD5"
    assert fake.count("PASS") == 0


async def test_a_server_that_hangs_up_at_capa_is_signed_in_to(report_of):
    report, fake = await report_of(Quirks(close_at="CAPA"))
    assert {Finding.CAPA_HANGS_UP, Finding.LOGIN, Finding.COUNT_SAME} <= findings(report)
    assert fake.count("PASS") > 0


async def test_a_server_that_takes_no_password_in_clear(report_of):
    reply = b"-ERR cleartext logins disabled\r\n"
    report, _ = await report_of(Quirks(replies={"USER": reply}))
    assert Finding.LOGIN_ENCRYPTION in findings(report)
