"""What a process still holds in its memory: every readable page of it, looked through (Linux)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "qZx7Wk9JvR"
"""In each planted password, and in nothing else."""
_BLOCK = 1024 * 1024
_OVERLAP = 256
_AROUND = 64
_KERNEL = frozenset({"[vvar]", "[vvar_vclock]", "[vsyscall]"})  # cannot be read


def planted(number: int) -> str:
    """A password that is found again in any of its spellings, whole or in part."""
    return f"{MARK}{number:05d} ä&{MARK}"


@dataclass(frozen=True, slots=True)
class Find:
    """A password, or a part of it, in memory.

    Attributes:
        spelling: how it stands there.
        area: of the address space.
        around: what stands before and behind it.
    """

    spelling: str
    area: str
    around: bytes


def spellings() -> dict[str, bytes]:
    """The mark as it may stand in memory; what is around it need not be there any more."""
    plain = MARK.encode()
    found = {
        "plain": plain,
        "lower": plain.lower(),
        "utf-16": MARK.encode("utf-16-le"),
        "utf-32": MARK.encode("utf-32-le"),
        "hex": plain.hex().encode(),
    }
    for shift in range(3):  # base64 has three forms, by what stands before
        encoded = base64.b64encode(b"\0" * shift + plain)
        begin, end = -(-shift * 8 // 6), (shift + len(plain)) * 8 // 6
        found[f"base64 {shift}"] = encoded[begin:end]
    return found


def finds_in(pid: int) -> list[Find]:
    """Every place where the mark stands in the memory of a process."""
    found = []
    wanted = spellings()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for begin, end, area in _areas(pid):
            for text, new in _blocks(memory, begin, end):
                for spelling, needle in wanted.items():
                    found += [Find(spelling, area, at) for at in _places(text, needle, new)]
    return found


def _areas(pid: int) -> Iterator[tuple[int, int, str]]:
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
        span, rights, *rest = line.split(None, 5)
        name = rest[3] if len(rest) > 3 else ""
        if rights.startswith("r") and name not in _KERNEL:
            begin, end = (int(part, 16) for part in span.split("-"))
            yield begin, end, name


def _blocks(memory, begin: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Blocks that overlap, each with where in it what is new begins."""
    kept = b""
    for at in range(begin, end, _BLOCK):
        memory.seek(at)
        try:
            block = memory.read(min(_BLOCK, end - at))
        except OSError:  # it has just gone
            return
        yield kept + block, len(kept)
        kept = block[-_OVERLAP:]


def _places(text: bytes, needle: bytes, new: int) -> Iterator[bytes]:
    at = text.find(needle)
    while at >= 0:
        if at + len(needle) > new:
            yield text[max(0, at - _AROUND) : at + len(needle) + _AROUND]
        at = text.find(needle, at + 1)
