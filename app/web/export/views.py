"""Many messages in one file."""

from dataclasses import dataclass

from app.mailbox import Totals
from app.web.site.views import ErrorView


@dataclass(frozen=True, slots=True)
class ExportProgressView:
    """How far an export is.

    Attributes:
        done, total: what went out, and how much it is.
        running, complete: whether it goes on, or went out to its end.
        missing: how many messages were no longer there.
        files: how many attachments are in it; None where it holds messages.
        refused: the message at which it broke off, or ""; `reply` is what the server said.
    """

    done: Totals
    total: Totals
    running: bool
    complete: bool
    missing: int
    refused: str
    reply: str
    files: int | None = None


@dataclass(frozen=True, slots=True)
class ExportView:
    """Messages to be saved in one file.

    Attributes:
        chosen: how many, and their octets.
        everything: that is the whole maildrop.
        undecided: how many the filter could not decide yet.
        q: the filter, or "".
        ids: what was ticked; empty where the filter chooses.
        progress: of the last export, if there was one.
        marked: how many messages wait to be reviewed and deleted.
        error: what is wrong with the filter; then the page begins with that field.
    """

    chosen: Totals
    everything: bool
    undecided: int
    q: str
    ids: tuple[str, ...]
    progress: ExportProgressView | None
    marked: int = 0
    error: ErrorView | None = None
    focus: str = ""
