"""Why nothing was deleted, and which receipts there are."""

from app.mailbox import Ambiguous, CommitFailed, CommitFault
from app.web.site.errors import NoSuchReceipt
from app.web.site.problems import Words, always, problem
from app.web.site.words import N_, _


@problem(CommitFailed, 409, "commit-failed")
def commit_failed(error: CommitFailed) -> Words:
    """By its fault."""
    match error.fault:
        case CommitFault.NOTHING_MARKED:
            return Words(_("Nothing is marked."), _("There is nothing to delete."))
        case CommitFault.CHANGED:
            return Words(
                _("The mailbox has changed in the meantime. Nothing was deleted."),
                _(
                    "Messages you had marked are gone or are no longer the same; their marks were "
                    "taken away."
                ),
                (_("Look at what is marked now, and confirm again."),),
            )
        case CommitFault.OTHERS_MARKED:
            return Words(
                _("The marked messages are no longer those this page showed. Nothing was deleted."),
                _("Look at what is marked now, and confirm again."),
            )
        case CommitFault.BUSY:
            return Words(
                _("Already deleting."), _("The deletion you confirmed before is under way.")
            )


problem(Ambiguous, 409, "ambiguous")(
    always(
        N_("Some marked messages cannot be told from others. Nothing was deleted."),
        N_("The server gives several copies of the same size one and the same UIDL."),
        N_("Mark all copies or none of them."),
    )
)


problem(NoSuchReceipt, 404, "no-such-receipt")(
    always(
        N_("There is no such receipt."),
        N_("The last ten receipts are kept, until you sign out."),
    )
)
