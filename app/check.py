"""`popscope check`: the server report on the command line.

Whoever types commands may reach what this machine reaches anyhow, so no target is forbidden here.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import click

from app.mailbox import Credentials, credentials_fit
from app.report import Inspection, Report, Verdict
from app.transport import Dialer, Security, Target, TargetPolicy
from app.web.report.schemas import report_json
from app.web.report.words import as_text, doing
from app.web.signin.forms import read_target
from app.web.site import languages
from app.web.site.errors import InvalidRequest
from app.web.site.words import _

WELL, ADVICE, FAULT = 0, 1, 2
_MOST_WAIT = 3600


class Anywhere(TargetPolicy):
    """No target is forbidden."""

    def check(self, host: str, port: int) -> None:
        """Every port."""

    def allows(self, address: str, host: str, port: int) -> bool:  # noqa: ARG002 -- as the policy
        """Every address."""
        return True


def exit_code(report: Report) -> int:
    """0 all well, 1 warnings or not all seen, 2 a fault or nothing reached."""
    if report.count(Verdict.BAD) or not report.checks:
        return FAULT
    return ADVICE if report.count(Verdict.WARN) or not report.whole else WELL


class _Progress:
    """A line on a terminal that says what is being done."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self._terminal = sys.stderr.isatty()
        self._width = 0

    def __call__(self) -> None:
        if self._terminal and self.report is not None:
            line = "" if self.report.stopped else doing(self.report)
            click.echo(f"\r{line:<{self._width}}", err=True, nl=False)
            self._width = len(line)
            if self.report.stopped:
                click.echo("\r", err=True, nl=False)


async def _made(
    target: Target, credentials: Credentials | None, wait: float, ca_file: Path | None
) -> Report:
    progress = _Progress()
    report = Report(target, credentials.username if credentials else "", progress)
    progress.report = report
    account = (lambda: credentials) if credentials is not None else None
    inspection = Inspection(Dialer(Anywhere(), ca_file=ca_file), target, account, report, wait)
    task = asyncio.create_task(inspection.run())
    try:
        await task
    except asyncio.CancelledError:  # Ctrl+C: what was seen is shown
        task.cancel()
        await asyncio.wait([task])
    return report


def _credentials(user: str | None, *, from_stdin: bool) -> Credentials | None:
    if user is None:
        if from_stdin:
            raise click.UsageError("--password-stdin goes with --user.")
        return None
    if from_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    else:
        secret = click.prompt(_("Password"), hide_input=True, err=True)
    if not secret:
        raise click.UsageError("There is no password.")
    if not credentials_fit(user, secret):
        raise click.UsageError("This name or password cannot be sent by POP3.")
    return Credentials(user, secret)


@click.command()
@click.argument("server", metavar="HOST[:PORT]")
@click.option("--user", metavar="NAME", help="also sign in, and read; asks for the password")
@click.option(
    "--password-stdin", is_flag=True, help="read the password from the first line of stdin"
)
@click.option(
    "--security",
    type=click.Choice([one.value for one in Security]),
    help="starttls for port 110, else tls, unless you say",
)
@click.option(
    "--wait",
    default=0.0,
    type=click.FloatRange(0, _MOST_WAIT),
    metavar="SECONDS",
    help="stay silent so long, to see when the server closes",
)
@click.option("--json", "as_json", is_flag=True, help="print the report as JSON")
@click.option(
    "--ca-file",
    envvar="POPSCOPE_CA_FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="certificates (PEM) to trust beside the system's",
)
def check(
    server: str,
    user: str | None,
    password_stdin: bool,
    security: str | None,
    wait: float,
    as_json: bool,
    ca_file: Path | None,
) -> None:
    """Report on a POP3 server, and with --user on an account: read only, nothing is deleted.

    Ends with 0 if all is well, 1 if there are warnings or not all was seen, 2 if there is a fault
    or nothing answers (and for a command line that makes no sense).
    """
    _speak(os.environ)
    try:
        target = read_target(server, "", security or "")
    except InvalidRequest as error:
        raise click.UsageError(error.detail) from None
    credentials = _credentials(user, from_stdin=password_stdin)
    report = asyncio.run(_made(target, credentials, wait, ca_file))
    if as_json:
        click.echo(json.dumps(report_json(report), indent=2, ensure_ascii=False))
    else:
        click.echo(as_text(report, masked=False), nl=False)
    sys.exit(exit_code(report))


def _speak(environment: "os._Environ[str]") -> None:
    """The language of the terminal, where there is a catalogue for it."""
    tag = next(
        (environment[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(n)), ""
    )
    languages.use(languages.negotiate(tag.partition(".")[0].replace("_", "-")), None)
