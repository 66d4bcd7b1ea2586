"""A skip is a skip on a developer's machine and a failure where nothing may be skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import need

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = """
import pytest
def test_passes(): pass
def test_skips(): pytest.skip("no such server here")
@pytest.mark.skip(reason="switched off")
def test_is_skipped(): raise AssertionError
@pytest.mark.xfail(strict=True)
def test_is_known_to_fail(): raise AssertionError
"""


def run(tmp_path: Path, source: str, **env: str) -> "subprocess.CompletedProcess[str]":
    (tmp_path / "test_sample.py").write_text(source)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope=function\n")
    clean = {k: v for k, v in os.environ.items() if k not in {"CI", "POPSCOPE_NO_SKIP"}}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-rs", "--no-header", "."],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_skips_are_skips(tmp_path):
    done = run(tmp_path, SKIPPING)
    assert "1 passed, 2 skipped, 1 xfailed" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("env", [{"CI": "true"}, {"POPSCOPE_NO_SKIP": "1"}])
def test_skips_are_failures_where_nothing_may_be_skipped(tmp_path, env):
    done = run(tmp_path, SKIPPING, **env)
    # The mark skips before the test itself runs, which pytest calls an error.
    assert "1 failed, 1 passed, 1 xfailed, 1 error" in done.stdout
    assert "no such server here" in done.stdout
    assert done.returncode == 1


def test_a_whole_file_that_skips_is_a_failure_too(tmp_path):
    source = "import pytest\npytest.importorskip('no_such_module')\n"
    assert run(tmp_path, source).returncode == 5  # pytest's "no tests ran"
    done = run(tmp_path, source, CI="true")
    assert "no_such_module" in done.stdout
    assert done.returncode == 2


def test_a_missing_program_is_told_by_its_package(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("POPSCOPE_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="the-package is not installed"):
        need.program("no-such-program", package="the-package")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="the-package is not installed"):
        need.program("no-such-program", package="the-package")
    assert Path(need.program("sh", package="dash")).exists()
