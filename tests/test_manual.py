"""What the manual, README and CONTRIBUTING say is so: settings, paths, errors, examples."""

import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.report import Finding
from app.settings import PREFIX, Settings

from .support import need
from .support.popscope import RunningPopscope

ROOT = Path(__file__).resolve().parents[1]
MANUAL = sorted((ROOT / "docs").rglob("*.md"))
AT_TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
PAPERS = [*MANUAL, *(ROOT / name for name in AT_TOP)]
TEXT = {path.relative_to(ROOT).as_posix(): path.read_text() for path in PAPERS}
OPERATORS, API, SERVERS = (TEXT[f"docs/{name}.md"] for name in ("operators", "api", "servers"))
# Of the compose file and of the tests, not of Popscope.
OTHERS = {"POPSCOPE_HOST", "POPSCOPE_NO_SKIP"}

CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
MADE = {"build", "dist", "artifacts", ".venv"}  # none of the source
TOP = {path.name for path in ROOT.iterdir()} - MADE


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table's rows."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


# Settings


def documented() -> dict[str, str]:
    """Each setting that has a row, and its default there."""
    found = ((CODE.findall(row[0]), row) for row in rows(OPERATORS))
    return {
        names[0]: (CODE.findall(row[1]) or [""])[0]
        for names, row in found
        if names and names[0].startswith(PREFIX)
    }


def test_every_setting_has_a_row_and_every_row_is_a_setting():
    assert set(documented()) == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_defaults_are_those_of_the_manual(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no .env file here
    for name in documented():
        monkeypatch.delenv(name, raising=False)
    default = Settings()
    for name, value in documented().items():
        monkeypatch.setenv(name, value)
    assert Settings() == default


@pytest.mark.parametrize("paper", TEXT)
def test_no_other_setting_is_named(paper):
    named = set(re.findall(r"\bPOPSCOPE_[A-Z]+(?:_[A-Z]+)*\b", TEXT[paper]))
    assert named <= {*documented(), *OTHERS}


# Names of the code


def paths(text: str) -> set[str]:
    """What stands in code quotes and begins like a path of the source."""
    words = (word for quoted in CODE.findall(FENCE.sub("", text)) for word in quoted.split())
    return {word for word in words if word.split("/")[0] in TOP and ("/" in word or "." in word)}


@pytest.mark.parametrize("paper", TEXT)
def test_every_path_that_is_named_is_there(paper):
    missing = [path for path in paths(TEXT[paper]) if not list(ROOT.glob(path.rstrip("/")))]
    assert not missing


def test_paths_are_found():
    assert paths("`app/none.py` and `make x`, `docs/*.md`") == {"app/none.py", "docs/*.md"}
    assert len(set().union(*map(paths, TEXT.values()))) > 20


@pytest.mark.parametrize("paper", AT_TOP)
def test_every_link_leads_somewhere(paper):
    for link in LINK.findall(TEXT[paper]):
        if not link.startswith(("https://", "http://localhost")):
            target, _, anchor = link.partition("#")
            text = (ROOT / target).read_text() if anchor else ""
            assert (ROOT / target).exists(), link
            titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", one).lower().replace(" ", "-") for one in titles}
            assert not anchor or anchor in slugs, link


def test_findings_are_named_as_the_report_names_them():
    known = {one.value for one in Finding}
    table = [row for row in rows(SERVERS) if len(row) == 5]
    named = {code for row in table for code in CODE.findall(row[4])}
    assert len(table) > 50
    assert len(named) > 30
    assert named <= known


def test_the_readme_is_short():
    assert len(TEXT["README.md"].splitlines()) <= 130


# The API


@pytest.fixture(scope="module")
def popscope():
    with RunningPopscope("demo") as running:
        yield running


def examples(language: str, url: str) -> list[str]:
    """The examples of a language, for a Popscope that runs elsewhere."""
    found = [text for name, text in FENCE.findall(API) if name == language]
    return [text.replace("http://localhost:8000", url) for text in found]


@pytest.mark.heavy
def test_the_curl_examples_do_what_they_say(popscope, tmp_path):
    for program in ("bash", "curl", "jq"):
        need.program(program, package=program)
    script = "set -euo pipefail\n" + "\n".join(examples("sh", popscope.url))
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    whole = (tmp_path / "whole.eml").read_bytes()
    assert whole.startswith((tmp_path / "beginning.eml").read_bytes()[:200])
    with zipfile.ZipFile(tmp_path / "some.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist()
    assert '"verified": true' in ran.stdout
    assert "event: progress" in ran.stdout


@pytest.mark.heavy
def test_the_python_examples_do_what_they_say(popscope, tmp_path):
    said = ""
    for text in examples("python", popscope.url):
        ran = subprocess.run(
            [sys.executable, "-c", text],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        said += ran.stdout
    assert re.search(r"^[1-9]\d* deleted, verified: True$", said, re.MULTILINE)
    assert "-ERR" in said
    assert zipfile.is_zipfile(tmp_path / "kept.zip")


@pytest.mark.heavy
def test_every_code_of_the_api_is_listed_with_its_status(popscope):
    with urllib.request.urlopen(f"{popscope.url}/api/docs", timeout=20) as answer:
        page = answer.read().decode()
    found = re.findall(r"<code>([a-z-]+)</code></th><td>(\d{3})</td>", page)
    listed = {(CODE.findall(row[0])[0], row[1]) for row in rows(API) if row[1].isdecimal()}
    assert len(found) > 25
    assert listed == set(found)


# What is built


class Fetched(HTMLParser):
    """What a browser fetches for a page; links that wait for a click are none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {"a": (), "link": ("href",)}.get(tag, ("src", "srcset", "poster", "data", "action"))
        known = dict(attrs)
        if tag != "link" or known.get("rel") != "canonical":
            self.found += [value for name in names if (value := known.get(name))]


@pytest.mark.heavy
def test_the_manual_is_built_and_fetches_nothing_from_elsewhere(tmp_path):
    if find_spec("mkdocs") is None:
        need.lack("mkdocs is not installed")
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "manual"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    pages = list((tmp_path / "manual").rglob("*.html"))
    assert len(pages) > len(MANUAL)
    for page in pages:
        reader = Fetched()
        reader.feed(page.read_text())
        assert reader.found
        assert not [one for one in reader.found if re.match(r"(?i)(?:\w+:)?//", one)], page
    shutil.rmtree(tmp_path / "manual")
    for sheet in (ROOT / "docs").rglob("*.css"):
        assert "//" not in sheet.read_text()
