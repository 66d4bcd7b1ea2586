"""Where servers keep mail: a Maildir a user, or one mbox a user."""

import os
import re
import time
from pathlib import Path


def crlf(raw: bytes) -> bytes:
    """The message with CRLF line ends."""
    return lf(raw).replace(b"\n", b"\r\n")


def lf(raw: bytes) -> bytes:
    """The message with LF line ends, as Unix stores mail."""
    return raw.replace(b"\r\n", b"\n")


class Maildirs:
    """Maildirs below one folder, ``USER/Maildir`` each.

    Args:
        folder: where the users' homes are; made here.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._delivered = 0

    def home(self, user: str) -> Path:
        """The user's home."""
        return self._folder / user

    def add(self, user: str, uid: int) -> None:
        """Make a user's home with an empty Maildir."""
        made = self.home(user) / "Maildir"
        for path in (made.parent, made, *(made / part for part in ("tmp", "new", "cur"))):
            path.mkdir(mode=0o700)
            os.chown(path, uid, uid)

    def deliver(self, user: str, raw: bytes) -> None:
        """Store a message; the file's name tells the order."""
        made = self.home(user) / "Maildir"
        owner = made.stat()
        self._delivered += 1
        name = f"{1_600_000_000 + self._delivered}.P{os.getpid()}Q{self._delivered}.tests"
        path = made / "tmp" / name
        path.write_bytes(lf(raw))
        os.chown(path, owner.st_uid, owner.st_gid)
        path.rename(made / "new" / name)

    def messages(self, user: str) -> list[bytes]:
        """What is stored now, in the order of delivery, with CRLF line ends."""
        made = self.home(user) / "Maildir"
        files = [*(made / "new").iterdir(), *(made / "cur").iterdir()]
        return [crlf(path.read_bytes()) for path in sorted(files, key=lambda path: path.name)]


class Mboxes:
    """One mbox a user in a folder that stands for ``/var/mail``.

    Args:
        folder: the folder; made here.
    """

    _FROM = b"From popscope-tests " + time.asctime(time.gmtime(0)).encode() + b"\n"

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o1777)
        self._folder = folder

    def add(self, user: str, uid: int) -> None:
        """Make an empty mbox."""
        path = self._folder / user
        path.touch(mode=0o600)
        os.chown(path, uid, uid)

    def deliver(self, user: str, raw: bytes) -> None:
        """Append a message.

        Raises:
            ValueError: it has a line that would begin a message in an mbox, or no end of line.
        """
        text = lf(raw)
        if re.search(rb"^From ", text, re.MULTILINE) or not text.endswith(b"\n"):
            raise ValueError("not a message that an mbox keeps as it is")
        with (self._folder / user).open("ab") as file:
            file.write(self._FROM + text + b"\n")

    def messages(self, user: str) -> list[bytes]:
        """What is stored now, in the order of delivery, with CRLF line ends."""
        stored = (self._folder / user).read_bytes().split(self._FROM)[1:]
        return [crlf(text.removesuffix(b"\n")) for text in stored]
