"""Messages that are saved in order to be marked."""

from .downloads import Downloads
from .marks import Marks
from .models import MessageId, Saved


class Saves:
    """Those on their way to the browser, and those that have arrived.

    Args:
        marks: are set when a message has arrived.
        downloads: may hold an attempt that failed.
    """

    def __init__(self, marks: Marks, downloads: Downloads) -> None:
        self._marks = marks
        self._downloads = downloads
        self._saved: dict[MessageId, Saved] = {}

    def get(self, id: MessageId) -> Saved | None:
        """How far one is; None where it was not asked for, or broke off."""
        return self._saved.get(id)

    def begin(self, id: str) -> None:
        """A message is on its way to the browser, to be marked when it has arrived.

        Raises:
            NoSuchMessage: there is none with this id.
        """
        self._saved[self._marks.index[id].id] = Saved()

    def went(self, id: str, octets: int) -> None:
        """So much of it went to the browser by now."""
        if MessageId(id) in self._saved:
            self._saved[MessageId(id)] = Saved(octets)

    def arrived(self, id: str, octets: int, sha256: str) -> None:
        """All of it went to the browser: it is marked now, if it is still in the maildrop.

        And if it is still the same there, as far as anything was known of it when it set out.
        """
        saved = MessageId(id)
        if saved in self._marks.index and saved in self._saved:
            self._marks.mark([saved])
        self._saved[saved] = Saved(octets, sha256)
        self._downloads.forget_failed(saved)  # that is of no interest any more

    def broke_off(self, id: str) -> None:
        """It broke off, if it has not arrived: nothing is marked."""
        found = self._saved.get(MessageId(id))
        if found is not None and not found.sha256:
            del self._saved[MessageId(id)]

    def forget(self, id: MessageId) -> None:
        """Another message may have this id now."""
        self._saved.pop(id, None)
