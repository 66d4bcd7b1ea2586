"""What a test needs from the machine, and what happens where it is missing.

On a developer's machine a missing server skips the test, by name. Under continuous integration
(``CI=true`` or ``POPSCOPE_NO_SKIP=1``) nothing may be skipped, so the same lack is a failure.
"""

import os
import shutil
from typing import NoReturn

import pytest


def skips_are_failures() -> bool:
    """Whether this run must not skip anything."""
    return os.environ.get("CI") == "true" or os.environ.get("POPSCOPE_NO_SKIP") == "1"


def lack(what: str) -> NoReturn:
    """Skip the test because of ``what``, or fail it where skipping is forbidden."""
    if skips_are_failures():
        pytest.fail(f"{what} (and this run may not skip)", pytrace=False)
    pytest.skip(what)


def found(name: str) -> str | None:
    """Return the path of a program, looking in the ``sbin`` folders too, or None."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin")


def program(name: str, *, package: str) -> str:
    """Return the path of a program; else ``lack``."""
    path = found(name)
    if path is None:
        lack(f"{package} is not installed")
    return path
