"""Why a message, or a part of it, cannot be shown or saved."""

from app.mailbox import CalledOff, MessageTooLarge, NoRoom, NoSuchPart
from app.web.site.problems import always, problem
from app.web.site.words import N_

problem(MessageTooLarge, 413, "too-large")(
    always(
        N_("This is too large to show."),
        N_("Save it as a file instead."),
    )
)

problem(NoSuchPart, 404, "no-such-part")(
    always(
        N_("This message has no such part."),
        N_("Parts are renumbered when more of a message has come."),
        N_("Open its attachments again."),
    )
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
