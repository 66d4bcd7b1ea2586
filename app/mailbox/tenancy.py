"""How long a connection is kept: no longer than somebody needs it, and as long as they do."""

import asyncio

from .feed import Feed
from .headers import Headers
from .lease import Lease
from .models import Notice
from .news import News
from .openpages import OpenPages

_EARLY = 0.6  # of a server's patience; then a NOOP renews it


class Tenancy:
    """Gives a lease back when nobody needs it, and keeps it alive while somebody looks on.

    Args:
        lease: what is given back.
        headers: that load in the background.
        feed: tells whether somebody looks on.
        news: is told where QUIT had to be left out.

    Attributes:
        pages: those that are open.
        idle_seconds: after which the lock is given back, unless a delay keeps it.
    """

    def __init__(self, lease: Lease, headers: Headers, feed: Feed, news: News) -> None:
        self.pages = OpenPages()
        self.idle_seconds = 60.0
        self._lease = lease
        self._headers = headers
        self._feed = feed
        self._news = news

    @property
    def long_delay(self) -> int | None:
        """Seconds that the server wants between two sign-ins, if giving back would lock us out.

        A delay no longer than the idle time has always passed by the time the lock is given back.
        """
        delay = self._lease.delay
        return delay if delay > self.idle_seconds else None

    def attend(self) -> None:
        """A person, or a script, has just asked for something."""
        self._lease.attended = asyncio.get_running_loop().time()
        self._headers.resumptions = 0

    async def give_back(self) -> None:
        """Gives the maildrop lock back, for whoever is alone; deletes nothing."""
        if not await self._lease.give_back():
            self._news.tell(Notice.CLOSED_WITHOUT_QUIT)

    async def release(self) -> None:
        """Gives the maildrop lock back; deletes nothing."""
        async with self._lease.alone():
            await self.give_back()

    def idle(self, seconds: float) -> bool:
        """Whether nothing has used the lock for that long.

        Where the server wants a long time between two sign-ins, an open page is a use, too.
        Headers that load in the background are a use for as long as a person does anything: a long
        list fills up while somebody reads it, and keeps nobody out for longer.
        """
        lease = self._lease
        if lease.connection is None or lease.in_use:
            return False
        if lease.delay > seconds and (self.pages or self._feed.looked_at):
            return False  # whoever looks on would be locked out
        last = max(lease.used, lease.attended) if self._headers.loading else lease.used
        return asyncio.get_running_loop().time() - last >= seconds

    async def release_if_idle(self, seconds: float) -> bool:
        """Gives the lock back when nothing has used it for that long."""
        if not self.idle(seconds):
            return False
        async with self._lease.alone():
            if not self.idle(seconds):  # somebody was quicker
                return False
            self._headers.cut_off = self._headers.loading or self._headers.kept.full
            await self.give_back()
            return True

    @property
    def impatient(self) -> bool:
        """Whether the server would soon hang up on somebody who looks on: time for a NOOP."""
        connection, patience = self._lease.connection, self._lease.habit.patience
        if connection is None or patience is None or not self._feed.watched:
            return False
        return not self._lease.in_use and (connection.idle or 0.0) >= patience * _EARLY

    async def keep_alive(self) -> None:
        """NOOP; it is no use of the lock."""
        if self.impatient:
            await self._lease.ping()
