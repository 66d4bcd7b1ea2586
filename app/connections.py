"""HTTP connections before the app: how much is taken in, how long they are waited for, how many.

Uvicorn's protocol on h11, not the one on httptools, which keeps whatever has not ended yet: a
header, the fields behind a body, all requests of a pipeline. See docs/design/web.md.
"""

import asyncio
import ipaddress
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.gate import network

_PIECE = 4096  # h11 counts what is not whole yet: it gets no more at once, or it would take all
_UNREAD = 1024 * 1024  # octets of a body that nobody reads, behind its answer
_PIPELINE = 4096  # octets behind a request; browsers send none

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a client can make us hold before the app hears of it.

    Attributes:
        most: connections in all.
        of_one: connections of one address; the proxy may have all.
        proxy: where the connections of everybody come from.
        head: octets of a request's head.
        patience: seconds for which a request is waited for.
        rate: octets a second that buy it more time.
        stall: seconds in which what was written has to be read.
    """

    most: int = 512
    of_one: int = 256
    proxy: Network | None = None
    head: int = 32 * 1024
    patience: float = 10
    rate: int = 4096
    stall: float = 120


class Connections:
    """All of them. Where there is no room, the one goes that has been waited for longest.

    So nobody is refused for connections that nobody uses.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._open: dict[Connection, str] = {}

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: "Connection", host: str) -> bool:
        """Takes one in, if there is room for it."""
        whose = network(host)
        if not self._from_proxy(whose):
            its = [one for one, other in self._open.items() if other == whose]
            if len(its) >= self.limits.of_one and not self._let_go(its):
                return False
        if len(self._open) >= self.limits.most and not self.make_room():
            return False
        self._open[connection] = whose
        return True

    def _from_proxy(self, whose: str) -> bool:
        proxy = self.limits.proxy
        return proxy is not None and whose != "?" and proxy.overlaps(ipaddress.ip_network(whose))

    def leave(self, connection: "Connection") -> None:
        """One has ended."""
        self._open.pop(connection, None)

    def make_room(self) -> bool:
        """Lets one go, if any is waited for."""
        return self._let_go(list(self._open))

    def sweep(self) -> None:
        """Lets all go that have been waited for too long."""
        for connection in tuple(self._open):
            connection.give_up_if_late()

    def _let_go(self, some: list["Connection"]) -> bool:
        longest = next((one for one in some if one.asked_nothing), None)  # as they came
        if longest is None:
            waiting = [(*place, one) for one in some if (place := one.waits) is not None]
            if not waiting:
                return False
            *_, longest = min(waiting, key=lambda entry: entry[:2])
        self.leave(longest)
        longest.transport.abort()
        return True


class Connection(H11Protocol):
    """One of them. It holds nothing back: what was sent has left before more is taken."""

    def __init__(
        self,
        all_of_them: Connections,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = all_of_them
        self._limits = all_of_them.limits
        self._octets = 0  # of the request that comes in
        self._since = self.loop.time()  # the client is waited for, if it is
        self._written = 0.0  # when, if it has not been read yet

    @property
    def _exchange(self) -> RequestResponseCycle | None:
        """A request whose head is there, and its answer."""
        return self.cycle

    @property
    def _waiting(self) -> bool:
        """Whether a request, or the rest of it, is waited for."""
        exchange = self._exchange
        return exchange is None or exchange.response_complete or exchange.more_body

    @property
    def _unanswered(self) -> bool:
        """Whether nothing has been answered to what comes in."""
        exchange = self._exchange
        started = exchange is not None and exchange.response_started
        return not started or (self._waiting and not self.cycle.more_body)

    @property
    def asked_nothing(self) -> bool:
        """Whether no head of a request has come."""
        return self._exchange is None

    @property
    def waits(self) -> tuple[bool, float] | None:
        """Whether for an answer to be read, and since when; None while it is our turn."""
        if self.flow.write_paused:
            stuck = self.loop.time() - self._written > self._limits.patience
            return (True, self._written) if stuck else None
        return (False, self._since) if self._waiting else None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A browser is there."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)
        if not self._all.admit(self, self.client[0] if self.client else ""):
            self.logger.warning("There are too many connections.")
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Retry-After: 1\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._all.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """It sends something."""
        if not self._octets:
            self._since = self.loop.time()
        self._octets += len(data)
        for start in range(0, len(data), _PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + _PIECE])
        answered = self._exchange is not None and self._exchange.response_complete
        if (answered and self._octets > _UNREAD) or (
            self.flow.read_paused and len(self.conn.trailing_data[0]) > _PIPELINE
        ):
            self.transport.abort()

    def on_response_complete(self) -> None:
        """The next request is waited for."""
        self._octets, self._since = 0, self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """What was written has not been read yet."""
        self._written = self.loop.time()
        super().pause_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- it is always the same
        """What came is no HTTP, or too long."""
        self._refuse(HTTPStatus(getattr(sys.exception(), "error_status_hint", 400)))

    def give_up_if_late(self) -> None:
        """Ends it where it has been waited for too long."""
        now, limits = self.loop.time(), self._limits
        if self.flow.write_paused:
            if now - self._written > limits.stall:
                self.transport.abort()
        elif self._waiting and now - self._since > limits.patience + self._octets / limits.rate:
            if self._octets:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
            else:  # browsers connect in advance, and an answer would be one to the next request
                self.transport.close()

    def _refuse(self, status: HTTPStatus, more: str = "") -> None:
        """Answers in place of the app, where it has not answered, and ends it."""
        if not self._unanswered:
            self.transport.abort()
            return
        self.transport.write(
            f"HTTP/1.1 {status} {status.phrase}\r\n{more}Connection: close\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(status.phrase)}\r\n"
            f"\r\n{status.phrase}".encode()
        )
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """It gets an answer as it is, and that is no trouble of the operator's (RFC 9110, 7.8)."""
