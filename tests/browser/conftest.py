"""A mailbox with one message that does not belong, on Dovecot, behind a link that counts."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Page

from tests.support import signin
from tests.support.browser import browser_fixture
from tests.support.dovecot import Dovecot
from tests.support.popscope import RunningPopscope
from tests.support.proxy import Link

from . import letters

BIG = "Holiday video (the long version)"
LETTERS = 30


def letter(number: int) -> bytes:
    """A small message."""
    return (
        f"From: Friend {number} <friend{number}@example.org>\r\n"
        f"To: anna@example.net\r\n"
        f"Subject: Letter {number}\r\n"
        f"Date: Mon, {number % 28 + 1} Jun 2026 10:00:00 +0000\r\n"
        f"Message-ID: <{number}@example.org>\r\n\r\n"
        f"Dear Anna,\r\n\r\nthis is letter {number}.\r\n"
    ).encode()


def video() -> bytes:
    """A 40 MB message whose text comes first."""
    line = b"QUJD" * 19 + b"\r\n"
    return (
        b"From: Uncle Bob <bob@example.org>\r\nTo: anna@example.net\r\n"
        b"Subject: " + BIG.encode() + b"\r\nDate: Tue, 3 Mar 2026 09:12:00 +0000\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="cut"\r\n\r\n'
        b"--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHere is the video!\r\n"
        b'--cut\r\nContent-Type: video/mp4; name="holiday.mp4"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + line * 512_000 + b"--cut--\r\n"
    )


@dataclass
class Desk:
    """Where a browser test plays.

    Attributes:
        app: the running Popscope.
        server: the Dovecot behind the link.
        link: what Popscope connects to; counts octets and keeps the commands.
        user: the mailbox's name; the password is `secret`.
    """

    app: RunningPopscope
    server: Dovecot
    link: Link
    user: str

    async def sign_in(self, page: Page) -> None:
        """Signs in as a person does: name, server, password, Enter."""
        await signin.sign_in(page, self.app.url, self.link, self.user)


@dataclass
class Stage(Desk):
    """A desk with one message that is too large.

    Attributes:
        big: the file of the large message.
        before: SHA-256 of every other message, by file.
    """

    big: str = ""
    before: dict[str, str] = field(default_factory=dict)

    def others(self) -> dict[str, str]:
        """SHA-256 of every message but the large one, as it lies on the server's disk now."""
        found = self.server.messages_on_disk(self.user)
        return {name: one.sha256 for name, one in found.items() if name != self.big}

    def is_there(self) -> bool:
        """Whether the large message is on the server's disk."""
        return self.big in self.server.messages_on_disk(self.user)

    async def sign_in(self, page: Page) -> None:
        """Signs in, and waits for the large message."""
        await super().sign_in(page)
        await page.get_by_role("link", name=BIG, exact=True).first.wait_for()


@pytest.fixture(scope="session")
def app() -> Iterator[RunningPopscope]:
    """Popscope as people run it."""
    with RunningPopscope("serve", settings={"POPSCOPE_IDLE_RELEASE": "20"}) as running:
        yield running


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningPopscope]:
    """The demo as people run it: each page is a visitor with a mailbox of their own."""
    with RunningPopscope("demo") as running:
        yield running


def new_user() -> str:
    """A mailbox of its own for each test, and for each time that it is tried."""
    return "b" + secrets.token_hex(6)


@browser_fixture
async def desk(app: RunningPopscope, dovecot: Dovecot) -> AsyncIterator[Desk]:
    """A mailbox with a message for each thing that the reader can do."""
    user = new_user()
    dovecot.deliver_many(user, letters.all_of_them())
    async with Link(dovecot.host, dovecot.port) as link:
        yield Desk(app, dovecot, link, user)


@browser_fixture
async def stage(app: RunningPopscope, dovecot: Dovecot) -> AsyncIterator[Stage]:
    """A fresh mailbox for one test."""
    user = new_user()
    dovecot.deliver_many(user, map(letter, range(LETTERS)))
    big = dovecot.deliver(user, video()).name
    async with Link(dovecot.host, dovecot.port) as link:
        stage = Stage(app, dovecot, link, user, big)
        stage.before = stage.others()
        yield stage
