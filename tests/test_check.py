"""`popscope check`: what it prints, and what it ends with."""

import asyncio
import json
import os
from unicodedata import category

import pytest
from click.testing import CliRunner, Result

from app.__main__ import main
from app.check import ADVICE, FAULT, WELL, Anywhere, exit_code
from app.report import Finding, Report, Stopped, found
from app.transport import Security, Target

from .support.maildrop import FakeMaildrop, Quirks, plain
from .support.process import free_port
from .support.scripted import ScriptedServer
from .test_cli import environment

pytestmark = pytest.mark.heavy


def check(*arguments: str, secret: str = "", **variables: str) -> Result:
    others = dict.fromkeys(os.environ.keys() - environment().keys())
    env = {**others, "LC_ALL": "C.UTF-8", **variables}
    return CliRunner(env=env).invoke(main, ["check", *arguments], input=secret)


@pytest.fixture
def trusted(dovecot, tmp_path) -> dict[str, str]:
    return {"POPSCOPE_CA_FILE": str(dovecot.authority.write(tmp_path / "ca.pem"))}


def test_an_account_is_tested_quickly(dovecot, trusted):
    dovecot.deliver("checked", b"Subject: a\r\n\r\none\r\n")
    server = f"localhost:{dovecot.tls_port}"
    ran = check(server, "--user", "checked", "--password-stdin", secret="secret\n", **trusted)
    assert ran.exit_code == ADVICE, ran.stdout + ran.stderr  # its certificate is for one day
    assert ran.stderr == ""
    assert "Account: checked" in ran.stdout
    assert "STAT and LIST agree: 1 message" in ran.stdout
    assert "secret" not in ran.stdout
    refused = check(server, "--user", "checked", "--password-stdin", secret="wrong\n", **trusted)
    assert refused.exit_code == FAULT
    assert "It was tried once." in refused.stdout


def test_as_json(dovecot, trusted):
    ran = check(f"localhost:{dovecot.port}", "--security", "starttls", "--json", **trusted)
    body = json.loads(ran.stdout)
    assert (ran.exit_code, body["security"], body["account"]) == (ADVICE, "starttls", None)
    assert "stls-works" in {one["finding"] for one in body["checks"]}


def test_nothing_answers():
    ran = check(f"127.0.0.1:{free_port()}")
    assert ran.exit_code == FAULT
    assert "1 fault." in ran.stdout


def test_in_the_language_of_the_terminal():
    ran = check(f"127.0.0.1:{free_port()}", LC_ALL="de_DE.UTF-8")
    assert ran.exit_code == FAULT


@pytest.mark.parametrize("server", ["", "pop.example.net:0", "not a name", "a\nb", "h:99999"])
def test_what_makes_no_sense_is_said_before_anything_is_sent(server):
    ran = check(server)
    assert ran.exit_code == FAULT
    assert "Error: " in ran.stderr
    assert ran.stdout == ""


def test_a_name_or_password_that_cannot_be_sent():
    ran = check("127.0.0.1:1", "--user", "an\nna", "--password-stdin", secret="x\n")
    assert (ran.exit_code, ran.stdout) == (FAULT, "")
    for wrong in (("--user", "anna", "--password-stdin"), ("--password-stdin",)):
        ran = check("127.0.0.1:1", *wrong)
        assert (ran.exit_code, ran.stdout) == (FAULT, "")
        assert "Error: " in ran.stderr


def test_the_exit_codes():
    report = Report(Target("h", 995, Security.TLS))
    assert exit_code(report) == FAULT  # nothing was seen
    report.add(found(Finding.GREETED), found(Finding.COUNT_NONE))
    assert exit_code(report) == ADVICE  # there is more to see
    report.stop(Stopped.COMPLETE)
    assert exit_code(report) == WELL
    report.add(found(Finding.TOP_MISSING))
    assert exit_code(report) == ADVICE
    report.add(found(Finding.TLS_NONE))
    assert exit_code(report) == FAULT


def test_on_the_command_line_no_target_is_forbidden():
    policy = Anywhere()
    policy.check("127.0.0.1", 22)
    assert policy.allows("169.254.1.1", "h", 22)


ODD = b"\x1b[31m\x1b]0;owned\x07\x9b2J\x7f\xc2\x9b2J\xe2\x80\xae\r\x08\x00"


class Odd(FakeMaildrop):
    """Every word of its own has what a terminal would obey."""

    async def _say(self, peer, line: bytes) -> None:
        shows = line.startswith((b"+OK", b"-ERR")) and not line[3:5].strip().isdigit()
        await super()._say(peer, line + b" " + ODD if shows else line)


async def test_no_control_character_of_a_server_reaches_the_terminal():
    quirks = Quirks(announce=("IMPLEMENTATION \x1b[31m\x07\x7f", "STLS"))
    quirks.replies["STLS"] = b"+OK\r\n" + ODD + b"\r\n"  # in clear where TLS is due
    async with ScriptedServer(Odd(plain(3), quirks=quirks)) as server:
        ran = await asyncio.to_thread(check, f"{server.host}:{server.port}", "--security", "none")
    assert "owned" in ran.stdout
    told = ran.stdout + ran.stderr
    assert not [one for one in told if category(one) in {"Cc", "Cf"} and one != "\n"]
