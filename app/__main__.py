"""The command line: `popscope serve`, `demo`, `check` and `settings`."""

import asyncio
import errno
import ipaddress
import logging
import os
import resource
import socket
import sys
from contextlib import suppress
from functools import partial
from typing import Any, cast

import click
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__
from app.audit import LOGGER
from app.check import check
from app.connections import Connection, ConnectionLimits, Connections
from app.demo import DemoServer
from app.logs import OncePerSecond
from app.mailbox import Credentials
from app.main import create_app
from app.sessions import Sessions
from app.settings import PREFIX, Settings
from app.transport import Security, Target
from app.web import DemoAccount

_HOST = "127.0.0.1"
_PORT = 8000
_AT_ONCE = 8  # connections taken in at one turn of the event loop; it lets none go meanwhile
_PAUSE = 1  # second for which asyncio takes none in when there is no descriptor
_QUEUE = 512  # that wait for it, if the kernel lets them
_DEMO_PASSWORD = "demo"  # noqa: S105 -- no secret: its server is this machine's own
_ANSWER_LOCALHOST = frozenset({_HOST, "localhost", "::1", "::", "0.0.0.0"})  # noqa: S104 -- compared, not bound

host_option = click.option(
    "--host", default=_HOST, show_default=True, help="address to listen on; 0.0.0.0 is all"
)
port_option = click.option(
    "--port", default=_PORT, show_default=True, type=click.IntRange(0, 65535), help="0 picks one"
)


def _settings() -> Settings:
    """The settings, or an exit that says in plain words what is wrong with them."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    in_file = {name.upper() for name in DotEnvSettingsSource(Settings).env_vars}
    for name in sorted((set(os.environ) | in_file) - known):
        if name.startswith(PREFIX):
            click.echo(f"warning: {name} is no setting of Popscope", err=True)
    try:
        return Settings()
    except ValidationError as error:
        for one in error.errors(include_input=False):
            place = PREFIX + str(one["loc"][0]).upper() + ": " if one["loc"] else ""
            click.echo(f"{place}{one['msg'].removeprefix('Value error, ')}", err=True)
        sys.exit(2)


class _Server(uvicorn.Server):
    """Uvicorn that says where it listens, once it does, and waits for nobody who only looks on."""

    def __init__(
        self,
        config: uvicorn.Config,
        words: str,
        sessions: Sessions,
        connections: Connections,
        grace: float,
        path: str,
    ) -> None:
        super().__init__(config)
        self._sessions = sessions
        self._grace = grace
        self._words, self._path = words, path
        self._connections = connections
        self._lines = OncePerSecond(logging.getLogger().handlers[0])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then prints the address."""
        asyncio.get_running_loop().set_exception_handler(self._trouble)
        await super().startup(sockets)
        if self.started:
            self._listen()
            port = self.servers[0].sockets[0].getsockname()[1]
            shown = "localhost" if self.config.host in _ANSWER_LOCALHOST else self.config.host
            shown = f"[{shown}]" if ":" in shown else shown
            click.echo(f"{self._words} http://{shown}:{port}{self._path}/  (Ctrl+C ends it)")
            sys.stdout.flush()

    def _listen(self) -> None:
        """Lets more wait than are taken in at once, which asyncio makes the same number."""
        for one in (one for server in self.servers for one in server.sockets):
            with one.dup() as listening:
                listening.listen(_QUEUE)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            self._connections.sweep()
            self._lines.tell()
        return await super().on_tick(counter)

    def _trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What the event loop cannot tell anybody else."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            self._connections.make_room()
            loop.call_later(2 * _PAUSE, self._listen)
            logging.getLogger(__name__).warning("A connection found no free file descriptor.")
        else:
            loop.default_exception_handler(context)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends; event streams first, which would go on for as long as anybody looks.

        What still goes out after a while is cut off, as if its browser had gone.
        """
        self._sessions.hush()
        cutting = asyncio.get_running_loop().call_later(self._grace, self._cut_off)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _cut_off(self) -> None:
        for connection in tuple(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        for task in self.server_state.tasks:  # a deletion goes on without who asked for it
            task.cancel()


def _until_cancelled(app: FastAPI) -> ASGIApp:
    """The app, that takes a cancelled answer for an answer: at the end nobody is there to hear."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return answer


def _connection_limits(settings: Settings) -> ConnectionLimits:
    """Of the descriptors the half is for mail servers and files."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    half = sys.maxsize if descriptors == resource.RLIM_INFINITY else descriptors // 2
    proxy = settings.trusted_proxy
    return ConnectionLimits(
        most=min(settings.connection_limit, half),
        of_one=settings.connection_limit_client,
        proxy=ipaddress.ip_network(proxy) if proxy else None,
    )


async def _serve(
    settings: Settings, host: str, port: int, words: str, demo: DemoAccount | None = None
) -> None:
    proxy = settings.trusted_proxy
    if settings.audit and demo is None:
        logging.getLogger(LOGGER).setLevel(logging.INFO)
    app = create_app(settings, demo)
    if unfit := await app.state.services.sessions.unfit():
        click.echo(f"{PREFIX}STORE: {unfit}", err=True)
        sys.exit(2)
    connections = Connections(_connection_limits(settings))
    config = uvicorn.Config(
        _until_cancelled(app),
        host=host,
        port=port,
        http=cast("type[asyncio.Protocol]", partial(Connection, connections)),
        h11_max_incomplete_event_size=connections.limits.head,
        ws="none",
        backlog=_AT_ONCE,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        server_header=False,
    )
    sessions = app.state.services.sessions
    server = _Server(config, words, sessions, connections, settings.grace, settings.root_path)
    await server.serve()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="popscope")
def main() -> None:
    """See what is in a POP3 mailbox, and remove what does not belong, without downloading it."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@main.command()
@host_option
@port_option
def serve(host: str, port: int) -> None:
    """Serve the web app."""
    asyncio.run(_serve(_settings(), host, port, "Popscope is at"))


@main.command()
@host_option
@port_option
def demo(host: str, port: int) -> None:
    """Serve the web app with a demo mailbox to look around in.

    Every browser gets a mailbox of its own. It keeps what is deleted in it for as long as this
    runs, unless 256 others are opened after it. Scripts sign in with a name of their own, such as
    anna@popscope.example, and the password demo.
    """
    asyncio.run(_demo(_settings(), host, port))


async def _demo(settings: Settings, host: str, port: int) -> None:
    async with DemoServer(password=_DEMO_PASSWORD) as server:
        account = DemoAccount(
            Target(server.host, server.port, Security.NONE),
            Credentials(server.username, server.password),
        )
        await _serve(settings, host, port, "The demo mailbox is open at", account)


@main.command()
def settings() -> None:
    """Print all settings as they are in force."""
    for name, value, description in _settings().shown():
        click.echo(f"# {description}\n{name}={value}")


main.add_command(check)

if __name__ == "__main__":
    main()
