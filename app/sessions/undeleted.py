"""What was to be deleted and is not: it stays when its session ends."""

from dataclasses import dataclass

from app.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Undeleted:
    """How many messages were named for deletion, while nothing has deleted them.

    Attributes:
        marked: that are marked.
        typed: that are not, but DELE was typed for them in the console, without QUIT.
        deleting: a deletion is under way, so that some of them may go yet.
    """

    marked: int = 0
    typed: int = 0
    deleting: bool = False

    @classmethod
    def of(cls, mailbox: Mailbox) -> "Undeleted":
        """As it is now."""
        marks, deleting = mailbox.marks, mailbox.receipts.deleting
        named = () if deleting else map(mailbox.index.at, mailbox.lease.deletions.typed)
        typed = sum(message is not None and message.id not in marks for message in named)
        return cls(len(marks) + len(marks.pending), typed, deleting)

    @property
    def count(self) -> int:
        """How many in all."""
        return self.marked + self.typed

    @property
    def asks(self) -> bool:
        """Whether somebody who ends the session should know of it first."""
        return self.count > 0 or self.deleting
