"""Typed views to HTML, and where templates and static files are."""

import hashlib
import re
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path, PurePath
from typing import Final, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from . import formats, languages, root_path, words

AnyResponse = TypeVar("AnyResponse", bound=Response)
_FILTERS: Final = (
    "number size percent share day when when_exactly clock month month_alone year seconds_until"
)
# What only readers of the source want: comments, indentation, and where lines end or words stand
# apart without need. No string of ours has ` // ` in it, or a space behind a colon.
_ASIDE = {
    ".js": re.compile(rb"(?m)^[ \t]*(?://.*)?\n|^[ \t]+| // .*|(?<=[;{,(])\n"),
    ".css": re.compile(rb"(?s)/\*.*?\*/\s*|(?<=[;:{},])\s+|;?\s+(?=\})|\s+(?=\{)|(?<=\n)[ \t]+"),
}
# Styles and scripts are written apart and sent together: one request of each a page.
BUNDLES = {
    "site.css": (
        "site/site.css",
        "mailbox/mailbox.css",
        "space/space.css",
        "list/filter.css",
        "list/rows.css",
        "reader/reader.css",
        "export/export.css",
        "list/tray.css",
        "transcript/transcript.css",
        "console/console.css",
        "site/sheet.css",
        "site/direction.css",
        "api/api.css",
        "site/narrow.css",
        "site/low.css",
        "site/contrast.css",
        "site/print.css",
        "site/wide.css",
        "reader/delivery_route.css",
        "reader/blocks.css",
        "site/error.css",
        "site/lock.css",
    ),
    "site.js": ("site/site.js", "site/focus.js", "site/retry.js", "site/waiting.js"),
    "testing.js": ("site/site.js", "site/focus.js", "site/retry.js", "signin/remember.js"),
    "signin.js": (
        "vendor/htmx.min.js",
        "site/site.js",
        "site/focus.js",
        "site/retry.js",
        "site/waiting.js",
        "signin/remember.js",
        "signin/signin.js",
    ),
    "report.js": ("vendor/htmx.min.js", "site/site.js", "site/focus.js", "site/retry.js"),
    "console.js": (
        "vendor/htmx.min.js",
        "site/site.js",
        "site/focus.js",
        "site/retry.js",
        "site/waiting.js",
        "console/console.js",
    ),
    "mailbox.js": (
        "vendor/htmx.min.js",
        "list/list.js",
        "list/selection.js",
        "site/site.js",
        "site/focus.js",
        "site/retry.js",
        "site/waiting.js",
        "space/space.js",
        "mailbox/keys.js",
        "mailbox/live.js",
    ),
}


def shipped(folder: str) -> Path:
    """A folder that ships with the app: inside the package in a wheel, else beside it."""
    package = Path(str(resources.files("app")))
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def in_language(answer: AnyResponse) -> AnyResponse:
    """An answer that says in which language it is, and by what that was decided."""
    answer.headers["Content-Language"] = languages.current.get().tag
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


@cache
def _environment() -> Environment:
    """What templates are compiled in; once, for whoever renders."""
    environment = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # else each row would ask the disk whether its parts have changed
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.plural, newstyle=True
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters |= {name: getattr(formats, name) for name in _FILTERS.split()}
    environment.filters["iso"] = datetime.isoformat
    environment.filters["rooted"] = root_path.rooted
    environment.globals["root"] = root_path.root
    environment.globals["language"] = languages.current.get
    environment.globals["static"] = lambda name: root_path.rooted(_static_url(name))
    environment.globals["script"] = lambda name: root_path.rooted(_script_url(name))
    return environment


class Renderer:
    """Renders pages, fragments and documents."""

    def __init__(self) -> None:
        self._environment = _environment()

    def html(self, name: str, view: object, status: int = 200, **context: object) -> HTMLResponse:
        """A page, or what htmx puts into one.

        Args:
            name: `templates/NAME.html`.
            view: what is in it.
            status: of the answer.
            context: what every page has.
        """
        return in_language(self._respond(name, status, view=view, **context))

    def document(self, name: str, view: object) -> HTMLResponse:
        """What stands in a frame of its own: nothing of ours is around it."""
        return self._respond(name, view=view)

    def _respond(self, name: str, status: int = 200, **context: object) -> HTMLResponse:
        html = self._environment.get_template(f"{name}.html").render(context)
        return HTMLResponse(html, status_code=status)

    def script(self, name: str) -> bytes:
        """Several scripts of ours in one file, or styles, as one page needs them.

        Raises:
            KeyError: there is no such bundle.
        """
        return _bundle(name)


def _bundle(name: str) -> bytes:
    kind = PurePath(name).suffix
    between = b"\n" if kind == ".css" else b"\n;\n"
    whole = between.join((shipped("static") / part).read_bytes() for part in BUNDLES[name])
    return _ASIDE[kind].sub(b"", whole)


@cache
def _script_url(name: str) -> str:
    return f"/scripts/{name}?v={hashlib.sha256(_bundle(name)).hexdigest()[:10]}"


@cache
def _static_url(name: str) -> str:
    digest = hashlib.sha256((shipped("static") / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:10]}"
