"""Why a message, or a part of it, cannot be shown or saved."""

from app.mailbox import ALL_ATTACHMENTS, CalledOff, MessageTooLarge, NoRoom, NoSuchPart
from app.web.site.problems import Words, always, problem
from app.web.site.words import N_, _

problem(MessageTooLarge, 413, "too-large")(
    always(
        N_("This is too large to show."),
        N_("Save it as a file instead."),
    )
)


@problem(NoSuchPart, 404, "no-such-part")
def no_such_part(error: NoSuchPart) -> Words:
    """One part is not there, or no attachment at all."""
    if error.path == ALL_ATTACHMENTS:
        return Words(
            _("There is no attachment to save."),
            _("What was chosen was looked through, and has none."),
        )
    return Words(
        _("This message has no such part."),
        _("Parts are renumbered when more of a message has come."),
        (_("Open its attachments again."),),
    )


problem(NoRoom, 507, "no-room")(
    always(
        N_("There is no room for this message on the machine where Popscope runs."),
        N_("To show a whole message, Popscope keeps it on disk for as long as you look at it."),
        N_("Save it as a file instead: that takes no room there."),
    )
)

problem(CalledOff, 409, "called-off")(
    always(
        N_("The download was cancelled."),
        N_("The message stays on the server as it is."),
        N_("Ask for the whole message again if you want it after all."),
    )
)
