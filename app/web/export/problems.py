"""Why messages cannot be put into a file."""

from app.mailbox import AlreadyExporting
from app.web.site.problems import always, problem
from app.web.site.words import N_

problem(AlreadyExporting, 409, "already-exporting")(
    always(
        N_("Messages of this mailbox are being saved already."),
        N_("POP3 does one thing at a time, so files are made one after the other."),
        N_("Wait for the file being saved, or cancel it in your browser."),
    )
)
