"""What has changed in a mailbox, for whoever looks on.

Changes are counted, not queued: a watcher compares its own counts with the feed's when it gets
round to it. So a slow one holds up nothing and costs a few numbers, however much happens
meanwhile, and the feed knows none of them: one that is gone has left nothing behind.
"""

import asyncio
import time
from enum import Enum
from typing import Final

_BETWEEN: Final = 1.0  # seconds at most between two waits of one who looks on


class FeedTopic(Enum):
    """What can change."""

    PROGRESS = "progress"
    HELD = "held"
    MARKS = "marks"
    LISTED = "listed"
    TRANSCRIPT = "transcript"


class Feed:
    """The changes of one mailbox.

    Attributes:
        over: the mailbox is closed; there is nothing more to come.
        counts: how often each topic has changed.
        streams: how many are told of changes for as long as they stay.
    """

    def __init__(self) -> None:
        self.over = False
        self.streams = 0
        self.counts = dict.fromkeys(FeedTopic, 0)
        self._stir = asyncio.Event()
        self._rounds = 0
        self._waiting = 0
        self._left = -_BETWEEN

    @property
    def watched(self) -> bool:
        """Whether somebody waits for changes just now."""
        return self._waiting > 0

    @property
    def looked_at(self) -> bool:
        """Whether somebody waits for changes, or is being told some."""
        return self.watched or time.monotonic() - self._left < _BETWEEN

    def tell(self, *topics: FeedTopic) -> None:
        """These have changed."""
        for topic in topics:
            self.counts[topic] += 1
        self._stir.set()

    def hush(self) -> None:
        """Sends all who watch now away; who comes later is as welcome as before."""
        self._rounds += 1
        self._stir.set()

    def close(self) -> None:
        """The mailbox is closed."""
        self.over = True
        self.hush()

    def watch(self) -> "Watch":
        """Begins to look on, from now."""
        return Watch(self)

    @property
    def rounds(self) -> int:
        """How often those who watched were sent away."""
        return self._rounds

    async def stirred(self) -> None:
        """Until anything happens."""
        self._stir.clear()
        self._waiting += 1
        try:
            await self._stir.wait()
        finally:
            self._waiting -= 1
            self._left = time.monotonic()


class Watch:
    """One that looks on; there is nothing to close."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._seen = dict(feed.counts)
        self._round = feed.rounds

    async def changes(self) -> frozenset[FeedTopic]:
        """What has changed since the last call, each topic once; empty where all is over.

        Waits until there is something.
        """
        while not (self._feed.over or self._feed.rounds != self._round):
            counts = self._feed.counts
            changed = frozenset(topic for topic in FeedTopic if counts[topic] != self._seen[topic])
            if changed:
                self._seen = dict(counts)
                return changed
            await self._feed.stirred()
        return frozenset()
