"""The distributions and the lists of versions: built, installed into an empty place, and run."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .support.popscope import RunningPopscope

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {path.name: path.read_text() for path in sorted((ROOT / ".ci").glob("requirements*.txt"))}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, Path]:
    """Build the sdist and the wheel with the backend itself: no registry is asked."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Path:
    """Install the wheel into a new environment; return its ``bin`` folder.

    The libraries are lent by this environment, by a ``.pth`` file: they were checked by hash when
    they were installed, and the new environment looks for ``app`` in itself first.
    """
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    install = ["install", "--quiet", "--no-index", "--no-deps", built["wheel"]]
    subprocess.run([*pip, *install], check=True, cwd=folder)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = subprocess.run(
        [python, "-c", "import app; print(app.__file__)"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(folder)
    return Path(folder) / "bin"


def test_the_list_of_providers_is_in_both(built):
    name = "app/discovery/providers.tsv"
    with zipfile.ZipFile(built["wheel"]) as wheel:
        assert len(wheel.read(name).splitlines()) > 100
    with tarfile.open(built["sdist"]) as sdist:
        assert [one for one in sdist.getnames() if one.endswith(name)]


def test_the_wheel_serves_a_page_and_its_static_files(installed):
    with RunningPopscope(program=(os.fspath(installed / "popscope"),)) as popscope:
        with urllib.request.urlopen(f"{popscope.url}/", timeout=20) as answer:
            page = answer.read().decode()
        assert "<form" in page
        linked = re.findall(r'(?:href|src)="(/[^"]*\.(?:css|js|svg|ico|woff2)[^"]*)"', page)
        assert any(".css" in path for path in linked)
        for path in linked:
            with urllib.request.urlopen(f"{popscope.url}{path}", timeout=20) as answer:
                assert answer.status == 200
                assert answer.read()


def test_the_wheel_holds_all_that_the_app_reads_and_nothing_else(built):
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = set(wheel.namelist())
    tracked = {
        "app": {p for p in (ROOT / "app").rglob("*") if p.is_file()},
        "templates": {p for p in (ROOT / "templates").rglob("*") if p.is_file()},
        "static": {p for p in (ROOT / "static").rglob("*") if p.is_file()},
    }
    for top, files in tracked.items():
        for path in files:
            if "__pycache__" in path.parts:
                continue
            inside = path.relative_to(ROOT).as_posix()
            assert (inside if top == "app" else f"app/{inside}") in names
    assert {name.split("/")[0] for name in names} <= {
        "app",
        next(name.split("/")[0] for name in names if ".dist-info/" in name),
    }
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_holds_what_it_takes_to_build_and_test(built):
    with tarfile.open(built["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    for wanted in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "Makefile",
        "app/__main__.py",
        "static/vendor/htmx.min.js",
        "tests/conftest.py",
    ):
        assert wanted in names
    assert any(name.startswith("templates/mailbox/") for name in names)
    assert not any(".venv" in name or "__pycache__" in name or ".env" in name for name in names)


def pins(lock: str) -> dict[str, list[str]]:
    """Return the versions of a list by canonical name; there may be one for each Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", lock):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def wanted(*groups: str) -> list[Requirement]:
    """Return what pyproject.toml asks for: always the project's own, and these groups."""
    listed = [PROJECT["project"]["dependencies"]]
    listed += [PROJECT["dependency-groups"][group] for group in groups]
    # An entry that is a table includes another group, which the caller names too.
    return [Requirement(text) for texts in listed for text in texts if isinstance(text, str)]


@pytest.mark.parametrize(
    ("name", "groups"),
    [("requirements.txt", ("build",)), ("requirements-dev.txt", ("build", "dev"))],
)
def test_the_list_of_versions_fits_the_project(name, groups):
    pinned = pins(LOCKS[name])
    for requirement in wanted(*groups):
        versions = pinned.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is missing: run 'make lock'"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement}: run 'make lock'"


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_is_hashed_and_no_address_is_named(name):
    lock = LOCKS[name]
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) == sum(map(len, pins(lock).values()))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock
    assert not re.search(r"^-", lock, re.MULTILINE)


def test_both_lists_agree():
    development = pins(LOCKS["requirements-dev.txt"])
    runtime = pins(LOCKS["requirements.txt"])
    assert {name: development[name] for name in runtime} == runtime
    assert "pytest" not in runtime
