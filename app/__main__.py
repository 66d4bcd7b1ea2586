"""The command line: `popscope serve`, `demo`, `check` and `settings`."""

import asyncio
import logging
import os
import socket
import sys
from contextlib import suppress

import click
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from app import __version__
from app.check import check
from app.demo import DemoServer
from app.mailbox import Credentials
from app.main import create_app
from app.sessions import Sessions
from app.settings import PREFIX, Settings
from app.transport import Security, Target
from app.web import DemoAccount

_HOST = "127.0.0.1"
_PORT = 8000
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


class _Unbuffered(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # one of two classes
    """HTTP that holds nothing back: what was sent has left for the browser before more is taken."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A browser is there."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)


class _Server(uvicorn.Server):
    """Uvicorn that says where it listens, once it does, and waits for nobody who only looks on."""

    def __init__(
        self, config: uvicorn.Config, words: str, sessions: Sessions, grace: float
    ) -> None:
        super().__init__(config)
        self._sessions = sessions
        self._grace = grace
        self._words = words

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then prints the address."""
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            shown = "localhost" if self.config.host in _ANSWER_LOCALHOST else self.config.host
            shown = f"[{shown}]" if ":" in shown else shown
            click.echo(f"{self._words} http://{shown}:{port}/  (Ctrl+C ends it)")
            sys.stdout.flush()

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


async def _serve(
    settings: Settings, host: str, port: int, words: str, demo: DemoAccount | None = None
) -> None:
    proxy = settings.trusted_proxy
    app = create_app(settings, demo)
    config = uvicorn.Config(
        _until_cancelled(app),
        host=host,
        port=port,
        http=_Unbuffered,
        log_level="warning",
        access_log=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        server_header=False,
    )
    await _Server(config, words, app.state.services.sessions, settings.grace).serve()


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
