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


def program(name: str, *, package: str) -> str:
    """Return the path of a program, looking in the ``sbin`` folders too; else ``lack``."""
    path = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    found = shutil.which(name, path=path)
    if found is None:
        lack(f"{package} is not installed")
    return found
