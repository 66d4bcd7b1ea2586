"""Typed views to HTML, and where templates and static files are."""

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse


def shipped(folder: str) -> Path:
    """A folder that ships with the app: inside the package in a wheel, else beside it."""
    package = Path(str(resources.files("app")))
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


class Renderer:
    """Renders pages, fragments and documents."""

    def __init__(self) -> None:
        self._static = shipped("static")
        self._environment = Environment(
            loader=FileSystemLoader(shipped("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = cache(self._static_url)

    def page(self, name: str, view: object, status: int = 200) -> HTMLResponse:
        """A whole page, `templates/pages/NAME.html`."""
        return self._respond(f"pages/{name}.html", view, status)

    def fragment(self, name: str, view: object, status: int = 200) -> HTMLResponse:
        """What htmx puts into a page, `templates/fragments/NAME.html`."""
        return self._respond(f"fragments/{name}.html", view, status)

    def document(self, name: str, view: object) -> HTMLResponse:
        """What stands in a frame of its own, `templates/documents/NAME.html`."""
        return self._respond(f"documents/{name}.html", view, 200)

    def _respond(self, name: str, view: object, status: int) -> HTMLResponse:
        html = self._environment.get_template(name).render(view=view)
        return HTMLResponse(html, status_code=status)

    def _static_url(self, name: str) -> str:
        digest = hashlib.sha256((self._static / name).read_bytes()).hexdigest()
        return f"/static/{name}?v={digest[:10]}"
