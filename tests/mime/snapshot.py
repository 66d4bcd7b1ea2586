"""What is read of each message of the corpus, in one line each, kept beside it.

A change of what is read shows in review as a changed line of `tests/support/corpus/snapshot.txt`:
look at each, and renew the file with `python -m tests.mime.snapshot`.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from app.mime import Contents, split_header, summarise
from tests.support.corpus import CASES, Case

FILE = Path(__file__).parents[1] / "support" / "corpus" / "snapshot.txt"
_LINES = 12  # parts of a message that are written down; how many more there are is added


def lines() -> list[str]:
    """The snapshot as it would be now."""
    return [_line(case) for case in CASES]


def _line(case: Case) -> str:
    raw = case.raw
    contents = Contents(raw, whole=case.whole)
    _, readable = contents.readable()
    summary = summarise(split_header(raw)[0])
    parts = list(contents.root.walk())
    return " | ".join(
        (
            case.name,
            f"{readable.text.kind} {len(readable.text.text)} {_digest(readable.text.text)}",
            _few(f"{part.path} {part.content_type}" for part in parts),
            _few(
                f"{one.path} {one.name} {one.octets} {readable.measured(one).sha256[:8]}"
                for one in readable.attachments
            ),
            summary.subject[:60],
            str(summary.sender and f"{summary.sender.name[:40]} <{summary.sender.email[:40]}>"),
            str(summary.date and summary.date.isoformat()),
        )
    )


def _few(texts: Iterable[str]) -> str:
    given = list(texts)
    more = [f"and {len(given) - _LINES} more"] if len(given) > _LINES else []
    return ", ".join((*given[:_LINES], *more)) or "-"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
