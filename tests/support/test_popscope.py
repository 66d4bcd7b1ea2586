"""How the process is run, shown with a stand-in that knows ``serve``, ``--port`` and ``/livez``."""

import json
import os
import signal
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

import pytest

from .popscope import UNHELD, RunningPopscope

STAND_IN = """
import http.server, json, os, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen = {"path": self.path, "arguments": sys.argv[1:], "cwd": os.listdir(),
                "env": {k: v for k, v in os.environ.items() if k.startswith("POPSCOPE_")}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(seen).encode())

port = int(sys.argv[sys.argv.index("--port") + 1])
print("starting on", port)
if "POPSCOPE_BROKEN" in os.environ:
    sys.exit("a setting is wrong")
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def program(tmp_path: Path) -> tuple[str, ...]:
    script = tmp_path / "stand_in.py"
    script.write_text(textwrap.dedent(STAND_IN))
    return (sys.executable, os.fspath(script))


def ask(popscope: RunningPopscope) -> dict[str, object]:
    with urllib.request.urlopen(f"{popscope.url}/any", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_it_runs_with_the_settings_given_and_no_others(program, monkeypatch):
    monkeypatch.setenv("POPSCOPE_STRAY", "from the shell")
    with RunningPopscope(program=program, settings={"POPSCOPE_TARGETS": "fixed"}) as popscope:
        seen = ask(popscope)
        assert seen["arguments"] == ["serve", "--host", "127.0.0.1", "--port", str(popscope.port)]
        assert seen["env"] == {
            "POPSCOPE_ALLOW_LOOPBACK": "1",
            "POPSCOPE_DISCOVERY": "0",
            "POPSCOPE_PORTS": "1-65535",
            **UNHELD,
            "POPSCOPE_TARGETS": "fixed",
        }
        assert seen["cwd"] == ["output"]
        assert f"starting on {popscope.port}" in popscope.output
        assert "GET /livez" in popscope.output
        assert 1_000_000 < popscope.rss_bytes() <= popscope.peak_rss_bytes() < 200_000_000


def test_it_ends_with_the_block(program):
    with RunningPopscope(program=program) as popscope:
        process = popscope.process
    assert process.returncode == -signal.SIGTERM


def test_one_that_dies_is_told_with_its_output_and_at_once(program):
    start = time.monotonic()
    popscope = RunningPopscope(program=program, settings={"POPSCOPE_BROKEN": "1"})
    with pytest.raises(RuntimeError, match="a setting is wrong"):
        popscope.__enter__()
    assert time.monotonic() - start < 5


def test_it_may_be_killed_by_the_test(program):
    with RunningPopscope(program=program) as popscope:
        popscope.process.kill()
        assert popscope.process.wait(5) == -signal.SIGKILL
