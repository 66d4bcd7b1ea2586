"""A message on disk: without a name, read while it grows, never more than fits."""

import errno
import gc
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.mailbox import MessageTooLarge, NoRoom, Pot
from app.mailbox.downloads import Downloads
from app.mailbox.spool import Spool

from .arriving import message, nameless
from .test_downloads import never


def test_nothing_lies_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", os.fspath(tmp_path))
    before = nameless()
    spool = Spool(100)
    spool.write(b"x" * 100)
    assert list(tmp_path.iterdir()) == []
    assert nameless() == before + 1
    gc.disable()
    try:
        del spool
        assert nameless() == before  # at once, without the collector
    finally:
        gc.enable()


def test_slices_of_what_is_there():
    spool = Spool(100)
    assert (len(spool), spool[:], spool.sha256) == (0, b"", hashlib.sha256().hexdigest())
    spool.write(b"0123456789")
    assert len(spool) == 10
    for start in (None, 0, 3, 9, 10, 50, -4, -20):
        for stop in (None, 0, 3, 9, 10, 50, -4, -20):
            assert spool[start:stop] == b"0123456789"[start:stop], (start, stop)
    early = spool[5:20]
    spool.write(b"abc")
    assert (early, spool[5:20], len(spool)) == (b"56789", b"56789abc", 13)
    assert spool.sha256 == hashlib.sha256(b"0123456789abc").hexdigest()


def test_it_is_read_while_it_grows():
    spool, whole = Spool(10**7), os.urandom(1_000_000)
    wrong: list[int] = []

    def read() -> None:
        while (length := len(spool)) < len(whole):
            if spool[:length] != whole[:length]:
                wrong.append(length)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for at in range(0, len(whole), 10_007):
        spool.write(whole[at : at + 10_007])
    reader.join()
    assert not wrong
    assert spool[:] == whole


def test_the_limit_is_the_last_octet_that_fits():
    spool = Spool(10)
    spool.write(b"x" * 10)
    with pytest.raises(MessageTooLarge) as caught:
        spool.write(b"y")
    assert (caught.value.octets, caught.value.limit) == (11, 10)
    assert spool[:] == b"x" * 10
    spool.write(b"")


def test_a_disk_that_fills_up_keeps_nothing_by_half(monkeypatch):
    spool, real, wrote = Spool(1000), os.pwrite, []

    def full(file: int, data: bytes, at: int) -> int:
        if at >= 15:
            raise OSError(errno.ENOSPC, "no space left")
        wrote.append(real(file, bytes(data[: 15 - at]), at))
        return wrote[-1]

    spool.write(b"0123456789")
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(NoRoom) as caught:
        spool.write(b"abcdefghij")
    assert (caught.value.octets, wrote) == (10, [5])  # half of it had gone to the disk
    assert (len(spool), spool[:]) == (10, b"0123456789")
    assert os.fstat(spool._file.fileno()).st_size == 10
    monkeypatch.undo()
    spool.write(b"ABC")
    assert spool[:] == b"0123456789ABC"
    assert spool.sha256 == hashlib.sha256(b"0123456789ABC").hexdigest()


FULL = """
import resource
from app.mailbox import NoRoom
from app.mailbox.spool import Spool
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
spool = Spool(10**9)
spool.write(b"x" * 65_536)
try:
    spool.write(b"y" * 65_536)
except NoRoom as error:
    print(error.octets, len(spool), spool[:] == b"x" * 65_536)
"""


def test_the_kernel_says_that_there_is_no_more_room():
    ran = subprocess.run(
        [sys.executable, "-c", FULL],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout.split() == ["65536", "65536", "True"], ran.stderr


def test_a_temporary_folder_that_takes_nothing(monkeypatch):
    def refused(**_: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    with pytest.raises(NoRoom):
        Spool(10)


def test_all_spools_together_have_a_limit_and_give_back_what_they_had():
    pot = Pot(100)
    one, other = Spool(1000, pot), Spool(1000, pot)
    one.write(b"x" * 60)
    with pytest.raises(NoRoom) as caught:
        other.write(b"y" * 41)
    assert caught.value.retry_after > 0
    assert len(other) == 0
    other.write(b"y" * 40)
    assert pot.left == 0
    del one
    assert pot.left == 60
    other.write(b"y" * 60)


def test_a_disk_is_never_filled_up(monkeypatch):
    spool, real = Spool(1000), os.fstatvfs

    def small(file: int) -> SimpleNamespace:
        frames = real(file).f_frsize
        return SimpleNamespace(f_frsize=frames, f_blocks=1000, f_bavail=left)

    monkeypatch.setattr(os, "fstatvfs", small)
    left = 50  # a twentieth
    spool.write(b"x")
    left = 49
    with pytest.raises(NoRoom):
        spool.write(b"x")
    assert spool[:] == b"x"


async def test_a_message_that_others_left_no_room_for_is_not_asked_for():
    pot = Pot(100)
    downloads = Downloads(1000, pot)
    other = Spool(1000, pot)
    other.write(b"x" * 90)
    with pytest.raises(NoRoom):
        downloads.start(message(20, "late"), never)
    assert downloads.running() is None
