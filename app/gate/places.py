"""How much may be under way at once."""

import asyncio
from collections import Counter, deque


class Places:
    """Places for what is under way, so many in all and so many for each of a kind.

    `Places(64, client=8, host=32)` has 64 places, at most 8 of them for one client. A key that is
    "" is nobody's, and not counted. The last quarter is for clients that have none.
    """

    def __init__(self, most: int, **each: int) -> None:
        self._most = most
        self._each = each
        self._taken = 0
        self._by: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        return self._taken

    def full(self, **keys: str) -> str | None:
        """What stands against one more: the kind whose places are taken, "all", or None."""
        for kind, key in keys.items():
            if key and self._by[kind, key] >= self._each[kind]:
                return kind
        has_some = self._by["client", keys.get("client", "")] > 0
        most = self._most - self._most // 4 if has_some else self._most
        return "all" if self._taken >= most else None

    def take(self, **keys: str) -> None:
        """Takes a place."""
        self._taken += 1
        self._by.update(keys.items())

    def leave(self, **keys: str) -> None:
        """Gives it back."""
        self._taken -= 1
        for one in keys.items():
            self._by[one] -= 1
            if not self._by[one]:
                del self._by[one]


class Turns:
    """Places that are waited for: so many for each client, in the order of who came.

    Args:
        each: how many one client may hold at once.
    """

    def __init__(self, each: int) -> None:
        self._each = each
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, key: str) -> None:
        """Waits for a place and takes it."""
        if self._held[key] < self._each:
            self._held[key] += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(key)
            raise

    def leave(self, key: str) -> None:
        """Gives it back, to the one who has waited longest."""
        waiting = self._waiting.get(key, deque())
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._waiting.pop(key, None)
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
