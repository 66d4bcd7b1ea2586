"""A commit on a line that fails, at each octet of its dialogue, both ways, with a real Dovecot.

By default, cuts at every octet, and the other faults at a spread of them. ``POPSCOPE_FAULTS=1``
tries all of them at every octet, which takes minutes.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator

import pytest

from app.mailbox import Credentials, MailboxError, Outcome
from app.pop3 import Pop3Error
from app.transport import Timeouts, TransportError
from tests.mailbox.opening import by_number, commit, line_of, loaded, mailbox_at, mark
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.faults import Fault, FaultyLine, Kind, Way

pytestmark = [pytest.mark.interop, pytest.mark.heavy, pytest.mark.timeout(1200)]

MESSAGES = 5
MARKED = (1, 4)  # one wrong bit makes a 5 of 4
LATER = 3
PATIENCE = 0.3  # seconds; four times as long for what may take long
ALL = os.environ.get("POPSCOPE_FAULTS") == "1"
AT_ONCE = 8

# Processes that serve many sign-ins: starting them is most of the work. No penalty for wrong ones.
REUSED = """
service pop3 {
  service_count = 1000
}
service pop3-login {
  service_count = 0
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""


@pytest.fixture(scope="module")
def quick() -> Iterator[Dovecot]:
    settings = {"mail_fsync": "never"}
    with Dovecot(tls=False, mechanisms=["plain"], settings=settings, extra=REUSED) as server:
        yield server


class Run:
    """A commit with one fault, what its receipt says, and what the disk says then."""

    def __init__(self, dovecot: Dovecot, user: str, fault: Fault | None) -> None:
        self.dovecot, self.user, self.fault = dovecot, user, fault
        self.octets: Counter[Way] = Counter()
        self.ended = ""

    async def run(self) -> None:
        letters = [b"Subject: letter %d\n\nhello\n" % n for n in range(1, MESSAGES + 1)]
        paths = self.dovecot.deliver_many(self.user, letters)
        files = {number: path.name for number, path in enumerate(paths, 1)}
        async with FaultyLine(self.dovecot.host, self.dovecot.port) as line:
            ends = self.fault is None or self.fault.kind in {Kind.CUT, Kind.TRUNCATE}
            timeouts = None if ends else Timeouts(stall=PATIENCE)
            mailbox = mailbox_at(line.host, line.port, user=self.user, timeouts=timeouts)

            def key() -> Credentials:
                return Credentials(self.user, PASSWORD)

            await line_of(mailbox, key).hold()
            await loaded(mailbox)
            mark(mailbox, *MARKED)
            later = by_number(mailbox, LATER).uidl
            line.arm(self.fault)
            receipt = None
            try:
                receipt = await commit(mailbox, key).run()
                self.ended = " ".join(sorted({item.outcome.name for item in receipt.items}))
            except (MailboxError, TransportError, Pop3Error) as error:
                self.ended = type(error).__name__
            self.octets = line.octets.copy()
            line.arm(None)
            await mailbox.tenancy.release()  # an id may have gone with a UIDL that came wrong
            await line_of(mailbox, key).hold()
            listed = len(mailbox.index)
            mailbox.marks.discard(list(mailbox.marks))
            mailbox.marks.mark([message.id for message in mailbox.index if message.uidl == later])
            await commit(mailbox, key).run(verify=False)
            await mailbox.close()
            await line.over()
        there = self.dovecot.messages_on_disk(self.user)
        gone = {number for number, file in files.items() if file not in there}
        assert gone <= {*MARKED, LATER}
        assert LATER in gone
        assert MESSAGES >= listed >= MESSAGES - len(gone) + 1  # a late QUIT may come behind it
        for item in receipt.items if receipt else ():
            if item.outcome is not Outcome.NOT_VERIFIED:
                assert (item.outcome is Outcome.GONE) is (int(item.subject[-1]) in gone), item


async def tried(dovecot: Dovecot, name: str, faults: list[Fault]) -> None:
    free = asyncio.Semaphore(AT_ONCE)
    ends: Counter[str] = Counter()
    wrong: list[str] = []

    async def one(number: int, fault: Fault) -> None:
        async with free:
            run = Run(dovecot, f"{name}-{number}", fault)
            try:
                async with asyncio.timeout(60):
                    await run.run()
            except Exception as error:  # noqa: BLE001 -- all are told together
                wrong.append(f"{fault}: {run.ended}: {error!r}")
            ends[run.ended] += 1

    await asyncio.gather(*(one(number, fault) for number, fault in enumerate(faults)))
    print(f"{name}: {len(faults)} runs: {dict(ends)}")  # noqa: T201 -- the number is part of it
    assert not wrong, "\n".join([f"{len(wrong)} of {len(faults)}", *wrong])


async def octets_of(dovecot: Dovecot, name: str) -> Counter[Way]:
    run = Run(dovecot, f"{name}-whole", None)
    await run.run()
    assert run.ended == "GONE"
    return run.octets


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("kind", Kind)
async def test_commit(quick: Dovecot, kind: Kind, way: Way) -> None:
    name = f"{kind.name}-{way.name}".lower()
    octets = (await octets_of(quick, name))[way]
    step = 1 if ALL or kind is Kind.CUT else 29
    late = 5 * PATIENCE  # when nobody waits for it any more
    await tried(quick, name, [Fault(kind, way, at, late) for at in range(1, octets + 1, step)])
