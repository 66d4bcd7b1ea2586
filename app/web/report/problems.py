"""Why no report is made."""

from app.report import ReportBusy, ReportsFull
from app.web.site.problems import always, problem
from app.web.site.words import N_

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
