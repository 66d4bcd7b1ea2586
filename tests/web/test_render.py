"""Every page and fragment is rendered from its typed view alone; an unknown name is an error."""

import dataclasses
import enum
import re
import types
import typing
from datetime import UTC, date, datetime
from typing import Any

import jinja2
import pytest

from app.web.api.views import ApiView
from app.web.console.views import ConsoleView, TourView
from app.web.export.views import ExportProgressView, ExportView
from app.web.list.views import CountedFragment, FaultView, ListFragment, NoticesFragment
from app.web.mailbox.views import (
    BulkFragment,
    LiveFragment,
    MailboxView,
    MarkedFragment,
    ProgressFragment,
    SavedFragment,
)
from app.web.reader.views import FetchView, ReaderFragment, RouteView, SourceView, Tab
from app.web.report.views import ReportFormView, ReportView
from app.web.review.views import ReceiptsView, ReceiptView, ReviewFragment, ReviewView
from app.web.signin.views import FoundView, LeavingView, SignInView
from app.web.site.render import BUNDLES, Renderer, shipped
from app.web.site.views import AccountView, ErrorPage, ProblemFragment, Shell
from app.web.space.views import FacetsFragment, SpaceView
from app.web.transcript.views import TranscriptView
from tests.support.table import table

PAGES: dict[str, type] = {
    "signin/page": SignInView,
    "signin/leaving": LeavingView,
    "mailbox/page": MailboxView,
    "review/page": ReviewView,
    "review/receipt": ReceiptView,
    "review/receipts": ReceiptsView,
    "site/error": ErrorPage,
    "api/reference": ApiView,
    "export/page": ExportView,
    "console/page": ConsoleView,
    "mailbox/keys": types.NoneType,
    "space/page": SpaceView,
    "report/form": ReportFormView,
    "report/page": ReportView,
}
FRAGMENTS: dict[str, type | types.UnionType] = {
    "list/marked": MarkedFragment,
    "mailbox/progress": ProgressFragment,
    "reader/reader": ReaderFragment,
    "site/problem": ProblemFragment,
    "reader/download": FetchView,
    "reader/save_state": SavedFragment,
    "export/progress": ExportProgressView | None,
    "console/answer": ConsoleView,
    "console/tour": TourView,
    "list/list": ListFragment,
    "list/filter_error": FaultView,
    "list/matches": CountedFragment,
    "mailbox/bulk": BulkFragment,
    "review/list": ReviewFragment,
    "mailbox/live": LiveFragment,
    "mailbox/waiting": types.NoneType,
    "list/notices": NoticesFragment,
    "report/report": ReportView,
    "transcript/lines": TranscriptView,
    "space/facets": FacetsFragment,
    "signin/server": FoundView,
}
HOSTILE = "<b onmouseover=alert(1)>\"'&{{7*7}}</b>"


def made(kind: Any, fill: str, *, flag: bool, full: bool) -> Any:  # noqa: PLR0911 -- a kind each
    """A view with every text as ``fill``, every flag as ``flag``; ``full``: nothing left out."""
    origin = typing.get_origin(kind)
    kind = getattr(kind, "__supertype__", kind)
    if origin in {types.UnionType, typing.Union}:
        kinds = typing.get_args(kind)
        some = next(one for one in kinds if one is not types.NoneType)
        left_out = types.NoneType in kinds and not full
        return None if left_out else made(some, fill, flag=flag, full=full)
    if kind is types.NoneType:
        return None
    if origin is typing.Literal:
        return typing.get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if origin is tuple:
        one, *more = typing.get_args(kind)
        if not more or more == [...]:
            return (made(one, fill, flag=flag, full=full),) * 2 if full else ()
        return tuple(made(each, fill, flag=flag, full=full) for each in (one, *more))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = dataclasses.fields(kind)
        given = {f.name: made(hints[f.name], fill, flag=flag, full=full) for f in fields}
        return typing.cast("type", kind)(**given)
    values: dict[Any, object] = {str: fill, bool: flag, int: 3 if full else 0, float: 12.5}
    moment = datetime(2024, 2, 29, 12, 30, 5, tzinfo=UTC)
    values |= {datetime: moment, date: date(2026, 3, 1)}
    return values[kind]


def rendered(name: str, view: object, fill: str = "text", *, flag: bool = False) -> str:
    """A template's text, with what every page has."""
    shell, account = (made(kind, fill, flag=flag, full=True) for kind in (Shell, AccountView))
    answer = Renderer().html(name, view, shell=shell, account=account)
    return bytes(answer.body).decode()


@pytest.mark.parametrize("fill", ["text", "", HOSTILE], ids=["text", "empty", "hostile"])
@pytest.mark.parametrize("flag", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
@table("name", [*PAGES, *FRAGMENTS])
def test_a_view_is_all_a_template_needs(name, full, flag, fill):
    kind = (PAGES | FRAGMENTS)[name]
    page = rendered(name, made(kind, fill, flag=flag, full=full), fill, flag=flag)
    assert "<b onmouseover" not in page
    assert "49" not in re.sub(r"\?v=\w+|\b[MmLlAaCcHhVvZz0-9., -]+\"", "", page) or fill != HOSTILE
    assert ("<!doctype html>" in page) is (name in PAGES)
    assert name not in PAGES or re.search(r"<h1\b", page)


def test_every_page_and_fragment_is_known_here():
    folder = shipped("templates")
    whole = {str(path.relative_to(folder).with_suffix("")) for path in folder.glob("*/[!_]*.html")}
    assert whole == {*PAGES, *FRAGMENTS, "site/base", "reader/mail_document"}


def test_a_page_has_its_status():
    view = made(ErrorPage, "x", flag=False, full=True)
    shell = made(Shell, "x", flag=False, full=True)
    assert Renderer().html("site/error", view, 418, shell=shell).status_code == 418


def test_an_attribute_that_a_view_does_not_have_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        rendered("site/error", made(ProblemFragment, "x", flag=False, full=True))


def test_static_urls_change_with_the_file():
    environment = Renderer()._environment
    url = environment.from_string("{{ static('site/site.css') }}").render()
    assert re.fullmatch(r"/static/site/site\.css\?v=[0-9a-f]{10}", url)
    assert url != environment.from_string("{{ static('site/site.js') }}").render()
    with pytest.raises(FileNotFoundError):
        environment.from_string("{{ static('none.css') }}").render()


def test_scripts_are_sent_together():
    renderer = Renderer()
    for name, parts in BUNDLES.items():
        script = renderer.script(name)
        # Without what only readers want: comments and white space.
        assert script.count(b"\n") < 150
        seen = "".join(script.decode().split())
        for part in parts:
            text = (shipped("static") / part).read_text()
            aside = r"(?s)/\*.*?\*/" if name.endswith(".css") else r"(?m)^\s*//.*| // .*"
            assert "".join(re.sub(aside, "", text).split()).replace(";}", "}") in (
                seen.replace(";}", "}")
            ), part
        url = renderer._environment.from_string("{{ script(name) }}").render(name=name)
        assert re.fullmatch(rf"/scripts/{re.escape(name)}\?v=[0-9a-f]{{10}}", url)


def test_folders_that_ship_are_found():
    assert (shipped("static") / "site/site.css").is_file()
    assert (shipped("templates") / "site/base.html").is_file()


@pytest.mark.parametrize("fill", ["text", "", HOSTILE], ids=["text", "empty", "hostile"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
@pytest.mark.parametrize("tab", list(Tab), ids=lambda tab: tab.value)
def test_each_tab_is_rendered_from_the_view(tab, full, fill):
    view = made(ReaderFragment, fill, flag=False, full=full)
    given = {
        Tab.ROUTE: {"route": made(RouteView, fill, flag=False, full=full)},
        Tab.SOURCE: {"source": made(SourceView, fill, flag=False, full=full)},
    }
    more: dict[str, Any] = given.get(tab, {})
    reader = dataclasses.replace(view.reader, tab=tab, error=None, **more)
    html = rendered("reader/reader", dataclasses.replace(view, reader=reader), fill)
    assert "<b onmouseover" not in html
    assert f'data-tab="{tab.value}"' in html
