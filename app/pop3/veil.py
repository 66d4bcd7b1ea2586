"""What no reply may bring back into view, known by keyed hashes alone.

A server may echo a password in any reply of its connection, so something must know it again for as
long as that lives. The password itself, or a pattern made of it, would lie in memory all that
time. Here are hashes of stretches of it (SipHash, by Python's key of this process): enough to know
a stretch again, and not to say what it is.
"""

import base64
import re
from collections.abc import Iterator

from .replies import decode

_TELLING = 8  # octets that are more than a word may have in common with it by chance
_WORD = 12  # the same, where they are letters alone
_LONGEST = 48  # octets of a stretch
_STEP = 16  # between the stretches of a long secret, such as a token
_LOOKED_THROUGH = 1000  # characters of a reply; 512 octets are allowed (RFC 2449, section 4)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{10,}")


class Veil:
    """Tells whether a text gives a secret back: whole, in large part, or in base64."""

    def __init__(self) -> None:
        self._stretches: dict[int, set[int]] = {}  # by their length

    def add(self, secret: str) -> None:
        """Something more that is not to be shown; no copy of a part of it is made."""
        octets = _folded(decode(secret.encode()).strip())
        whole = len(octets)
        part = min(max(_TELLING, whole // 2), whole, _LONGEST)
        step = 1 if part < _LONGEST else _STEP
        for length in {part, min(whole, _LONGEST)} - {0}:
            known = self._stretches.setdefault(length, set())
            for at in {*range(0, whole - length + 1, step), whole - length}:
                stretch = octets[at : at + length]
                if length == whole or _tells(stretch):
                    known.add(hash(stretch))

    def hides(self, text: str) -> bool:
        """Whether a text must not be shown; one that is too long to be looked through is not."""
        if not self._stretches:
            return False
        return len(text) > _LOOKED_THROUGH or any(map(self._gives_back, _readings(text)))

    def _gives_back(self, octets: memoryview) -> bool:
        return any(
            hash(octets[at : at + length]) in known
            and (_tells(octets[at : at + length]) or _stands_alone(octets, at, length))
            for length, known in self._stretches.items()
            for at in range(len(octets) - length + 1)
        )


def _folded(text: str) -> memoryview:
    return memoryview(text.casefold().encode())


def _is_letter(octet: int) -> bool:
    return octet > 0x7F or chr(octet).isalpha()  # noqa: PLR2004 -- ASCII ends there


def _tells(stretch: memoryview) -> bool:
    """Whether it is no part of any word: a short password may be, and that shows nothing."""
    return len(stretch) >= (_WORD if all(map(_is_letter, stretch)) else _TELLING)


def _stands_alone(octets: memoryview, at: int, length: int) -> bool:
    around = (*octets[max(0, at - 1) : at], *octets[at + length : at + length + 1])
    return not any(_is_letter(one) or chr(one) in "_0123456789" for one in around)


def _readings(text: str) -> Iterator[memoryview]:
    """A text as it stands, and what is in it in base64, wherever that may begin."""
    yield _folded(text)
    for run in _BASE64.findall(text):
        for begin in range(4):
            encoded = run[begin:] + "A" * ((begin - len(run)) % 4)
            yield _folded(base64.b64decode(encoded).decode("utf-8", "replace"))
