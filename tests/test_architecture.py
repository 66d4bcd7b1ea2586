"""What linters cannot see: purity, the table of errors, mirrored tests, templates under the CSP."""

import ast
import importlib
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import jinja2
import pytest

from app.web.site.problems import PROBLEMS, describe
from tests.support.table import table

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"
TESTS = ROOT / "tests"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted(APP.rglob("*.py"))

# Modules (or folders of them) without a test file of their own, and where they are tested.
ELSEWHERE = {
    "app/sessions/errors.py": "tests/test_architecture.py",
    "app/pop3/events.py": "tests/pop3/test_engine.py",
    "app/transport/errors.py": "tests/test_architecture.py and tests/web/test_problems.py",
    **{
        path.relative_to(ROOT).as_posix(): "typed contexts: tests/web/test_render.py renders them"
        for path in sorted(APP.glob("web/*/views.py"))
    },
    **{
        f"app/web/{folder}/schemas.py": "tests/web/test_schemas.py"
        for folder in ("api", "console", "export", "list", "review", "site")
    },
    **{
        f"app/web/{folder}/problems.py": "tests/web/test_problems.py"
        for folder in ("export", "reader", "report", "review", "site")
    },
    "app/web/console/problems.py": "tests/web/console/test_words.py",
    "app/web/signin/problems.py": "tests/web/signin/test_found_servers.py",
    "app/web/signin/errors.py": "tests/web/signin/test_choose_server.py",
    "app/web/site/access.py": "tests/web/site/test_security_sites.py and test_cookies.py",
    "app/web/site/config.py": "tests/test_main.py and tests/web/signin/test_routes.py",
    "app/web/site/errors.py": "tests/web/test_problems.py",
    "app/web/transcript/routes.py": "tests/web/mailbox/test_live.py",
    "app/web/site/render.py": "tests/web/test_render.py",
}
# Other names for a module's tests.
NAMED = {"app/__main__.py": "test_cli*.py"}
LONGEST = 400  # lines
MEMBERS = 25  # public ones of a class
WIDER = {"Connection", "MessageView", "Settings"}  # one socket; one typed context; one list
LONGER = {"app/pop3/engine.py": 500}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_protocol_and_mime_have_nothing_asynchronous():
    looked_at = 0
    for package in ("pop3", "mime"):
        for path in (APP / package).rglob("*.py"):
            looked_at += 1
            for node in ast.walk(ast.parse(path.read_text())):
                kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
                assert not isinstance(node, kinds), f"{short(path)}:{getattr(node, 'lineno', 0)}"
    assert looked_at > 10


# Errors


def leaves() -> list[type[Exception]]:
    """Error classes of ours that nothing is derived from, of every layer."""
    found: list[type[Exception]] = []
    for path in MODULES:
        if path.relative_to(APP).parts[0] in {"demo", "__main__.py"}:
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name.removesuffix(".__init__"))
        found += [
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, Exception)
            and kind.__module__ == module.__name__
            and not kind.__name__.startswith("_")
        ]
    return [kind for kind in dict.fromkeys(found) if not kind.__subclasses__()]


def made(kind: type[Exception]) -> Iterator[Exception]:
    """Errors of a class, one for each value of its fault."""
    given: dict[str, Any] = {}
    fault: type[Enum] | None = None
    signature = inspect.signature(kind.__init__, eval_str=True)
    for name, parameter in list(signature.parameters.items())[1:]:
        if parameter.default is not parameter.empty or parameter.kind in {
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        }:
            continue
        wanted = parameter.annotation
        if inspect.isclass(wanted) and issubclass(wanted, Enum):
            fault = wanted
            given[name] = None
        else:
            plain = {str: "word", int: 7, float: 7.0}
            kinds = (wanted, *get_args(wanted))
            given[name] = next((plain[one] for one in kinds if one in plain), ("word",))
    for value in fault or (None,):
        yield kind(**{k: value if fault and v is None else v for k, v in given.items()})


def test_there_are_errors_of_every_layer():
    layers = {kind.__module__.split(".")[1] for kind in leaves()}
    assert layers >= {"pop3", "transport", "mailbox", "sessions", "web"}
    assert len(leaves()) >= 18


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_table_with_words_for_each_of_its_faults(kind):
    assert kind in PROBLEMS
    for error in made(kind):
        view = describe(error)
        assert 400 <= view.status < 600
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", view.code)
        assert view.title[0].isupper()
        assert view.title[-1] in ".?"
        assert view.detail
        assert "None" not in f"{view.title} {view.detail} {view.advice}"


def test_the_table_has_nothing_that_is_never_raised():
    assert set(PROBLEMS) <= set(leaves())


# The tree


def test_tests_mirror_modules():
    missing = []
    for path in MODULES:
        if path.name == "__init__.py" or short(path).startswith(tuple(ELSEWHERE)):
            continue
        folder = TESTS / path.parent.relative_to(APP)
        pattern = NAMED.get(short(path), f"test_{path.stem}*.py")
        if not list(folder.glob(pattern)):
            missing.append(f"{short(path)}: {folder.relative_to(ROOT)}/{pattern}")
    assert not missing


def test_the_exceptions_are_still_needed():
    for name in (*ELSEWHERE, *NAMED, *LONGER):
        assert (ROOT / name).exists(), name
    for name in ELSEWHERE:
        path = ROOT / name
        folder = TESTS / path.parent.relative_to(APP)
        assert not list(folder.glob(f"test_{path.stem}*.py")), f"{name} has its own tests now"


def test_no_file_is_too_long():
    long = {
        short(path): lines
        for path in (*MODULES, *TESTS.rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > LONGER.get(short(path), LONGEST)
    }
    assert not long


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield short(path), node


def members(node: ast.ClassDef) -> set[str]:
    """Methods and attributes that others may use."""
    fields = {n.target for n in node.body if isinstance(n, ast.AnnAssign)}
    names = {target.id for target in fields if isinstance(target, ast.Name)}
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(method.name)
            for made in ast.walk(method):
                if isinstance(made, ast.Attribute) and isinstance(made.ctx, ast.Store):
                    names |= {made.attr} if ast.unparse(made.value) == "self" else set()
    return {name for name in names if not name.startswith("_")}


def test_no_class_has_too_many_members():
    many = {node.name: len(members(node)) for _, node in classes()}
    assert {name for name, count in many.items() if count > MEMBERS} == WIDER
    assert many["Mailbox"] > 10


def test_a_mailbox_is_composed():
    """Nothing there inherits but errors, enums, protocols and collections."""
    looked_at = 0
    fine = {"Exception", "Enum", "Protocol"} | {kind.__name__ for kind in parents()}
    for path, node in classes():
        if path.startswith(("app/mailbox/", "app/sessions/")):
            looked_at += 1
            bases = {ast.unparse(base) for base in node.bases}
            assert all(
                base in fine or base.startswith(("Mapping[", "Sequence[", "Collection["))
                for base in bases
            ), f"{path}: {node.name}"
    assert looked_at > 50


def parents() -> set[type]:
    """Classes of errors."""
    return {parent for kind in leaves() for parent in kind.__mro__ if parent is not object}


def test_no_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "core", "common", "services", "helpers", "misc"}
    for path in (*APP.rglob("*"), *TESTS.rglob("*")):
        assert path.stem.lower() not in drawers, short(path)


def test_every_package_says_what_it_owns():
    for path in APP.rglob("__init__.py"):
        document = ast.get_docstring(ast.parse(path.read_text()))
        if path.parent.parent == APP and path.parent.name != "demo":
            assert document is not None
            assert "Owns:" in document, short(path)
            assert "Must not know:" in document, short(path)


def test_the_protocol_works_under_another_name(tmp_path):
    shutil.copytree(
        APP / "pop3", tmp_path / "elsewhere_pop3", ignore=shutil.ignore_patterns("__pycache__")
    )
    script = """
import sys
from elsewhere_pop3 import Engine, commands
engine = Engine()
events = list(engine.receive_data(b"+OK hello\\r\\n"))
command = commands.capa()
engine.submit(command)
assert engine.data_to_send() == b"CAPA\\r\\n"
events += engine.receive_data(b"+OK\\r\\nTOP\\r\\nUIDL\\r\\n.\\r\\n")
assert {type(event).__module__.split(".")[0] for event in events} == {"elsewhere_pop3"}
assert "TOP" in events[-1].value
assert not [name for name in sys.modules if name == "app" or name.startswith("app.")]
print("works")
"""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}){script}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.stdout == "works\n", ran.stderr


# Templates

# One of these kills every later htmx element of a page under our CSP.
NEEDS_EVAL = re.compile(r"hx-on\b|hx-on:|\bjs:|hx-live|hx-vals='?\s*js|hx-trigger=\"[^\"]*\[")
STYLED = re.compile(r"(?i)\sstyle\s*=|<style")
SCRIPTED = re.compile(r"(?i)\son[a-z]+\s*=|<script(?![^>]*\bsrc=)|javascript:")
ABROAD = re.compile(r"""(?i)(?:src|href|action|srcset|poster|data)\s*=\s*["'](?:https?:)?//""")
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")


@table("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_parses_and_has_nothing_the_policy_forbids(path):
    text = path.read_text()
    jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(text)
    # Documents in frames have a policy of their own, which lets them have styles but no script.
    framed = path.name == "mail_document.html"
    patterns = (NEEDS_EVAL, SCRIPTED, ABROAD, UNESCAPED, *(() if framed else (STYLED,)))
    assert not framed or "<script" not in text
    for pattern in patterns:
        found = pattern.search(text)
        assert found is None, found


@pytest.mark.parametrize(
    "bad",
    [
        '<p hx-on:click="x()">',
        '<p hx-trigger="click[ctrlKey]">',
        '<p style="color: red">',
        "<style>",
        '<p onclick="x()">',
        "<script>x()</script>",
        '<a href="javascript:x()">',
        '<img src="https://cdn.example/x.png">',
        '<script src="//cdn.example/x.js">',
        "{{ x|safe }}",
    ],
)
def test_what_the_policy_forbids_would_be_found(bad):
    assert any(p.search(bad) for p in (NEEDS_EVAL, STYLED, SCRIPTED, ABROAD, UNESCAPED))


def test_static_files_fetch_nothing_from_elsewhere():
    looked_at = 0
    for path in (ROOT / "static").rglob("*"):
        if path.suffix not in {".css", ".js", ".svg", ".webmanifest"} or "vendor" in path.parts:
            continue
        looked_at += 1
        text = re.sub(r'xmlns(:\w+)?="[^"]*"', "", path.read_text())
        abroad = r"""(url\(|@import|from|fetch\(|["'])\s*["']?(https?:)?//"""
        assert not re.search(abroad, text), path
    assert looked_at >= 3
