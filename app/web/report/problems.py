"""Why no report is made."""

from app.report import ClientReports, ReportBusy, ReportsFull, WaitRefused
from app.web.site.problems import Words, always, problem
from app.web.site.words import N_, _

problem(ReportBusy, 409, "report-running")(
    always(
        N_("A report for you is already running."),
        N_("One at a time, so that no server takes it for an attack."),
        N_("Wait for it, or cancel it."),
    )
)

problem(ReportsFull, 503, "reports-full")(
    always(
        N_("Too many reports are running."),
        N_("This Popscope makes only a few at a time."),
        N_("Try again in a minute."),
    )
)

problem(ClientReports, 429, "client-reports")(
    always(
        N_("Reports are already running for your network."),
        N_("A network gets only a few at a time."),
        N_("Try again in a minute."),
    )
)


@problem(WaitRefused, 403, "wait-refused")
def _wait(_error: WaitRefused) -> Words:
    return Words(
        _("Only who is signed in can have it wait."),
        _(
            "While it waits to see when the server drops a silent client, it keeps a connection "
            "for minutes."
        ),
        (_("Leave the wait at 0, or open a mailbox first."),),
        "wait",
    )
