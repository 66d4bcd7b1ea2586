"""The path below which all of Popscope stands, such as `/mail`, where a host has more than it.

Within the app there is no such path: it is taken away from what comes, whether a proxy has left it
or not, and put before what is said: by templates (`root()`, `rooted`), and here before addresses in
headers of answers.
"""

from contextvars import ContextVar
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

current: ContextVar[str] = ContextVar("root_path", default="")
"""That of the app that answers; empty where it stands at the root of its host."""
_ADDRESSES: Final = ("location", "hx-redirect", "hx-push-url", "hx-replace-url")


def root() -> str:
    """The path before all of ours; empty, or with a slash before it and none behind."""
    return current.get()


def rooted(path: str) -> str:
    """An address as a browser asks for it; one of another host is left as it is."""
    ours = path.startswith("/") and not path.startswith("//")
    return root() + path if ours else path


def unrooted(path: str) -> str:
    """A path that a browser told, as it is within the app."""
    return (path.removeprefix(root()) or "/") if _below(path, root()) else path


def cookie_name(name: str, *, secure: bool) -> str:
    """That of a cookie of this Popscope: another one on this host may stand above its path.

    On HTTPS it begins with `__Host-`, which is for all of a host, or below a path with `__Secure-`.
    """
    prefix = "" if not secure else "__Secure-" if root() else "__Host-"
    return f"{prefix}{name}{root().replace('/', '-')}"


def _below(path: str, root: str) -> bool:
    return bool(root) and (path == root or path.startswith(f"{root}/"))


class RootPath:
    """Takes the path away from requests, and puts it before addresses in headers of answers.

    Args:
        app: answers.
        path: as the operator has set it, or empty.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        current.set(self._path)
        if not self._path or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _below(scope["path"], self._path):
            raw = scope.get("raw_path") or b""
            bare = raw.removeprefix(self._path.encode()) or b"/"
            scope = {**scope, "path": unrooted(scope["path"]), "raw_path": bare}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in _ADDRESSES:
                    if name in headers:
                        headers[name] = rooted(headers[name])
            await send(message)

        await self._app(scope, receive, sending)
