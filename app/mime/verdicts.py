"""What servers said about a sender: Authentication-Results and its kin.

Authentication-Results (RFC 8601, 2.2), ARC-Authentication-Results (RFC 8617, 4.1.1), Received-SPF
(RFC 7208, 9.1). Anybody can write such a field; whom to believe is decided in `trace`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from .charsets import clean_line
from .structured_fields import Token, TokenKind, tokens, unquoted

_MAX_RESULTS: Final = 50
_MAX_PROPERTIES: Final = 20
_MAX_SHOWN: Final = 256
_METHOD: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,31})(?:/\d{1,4})?")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_PROPERTY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_INSTANCE: Final = re.compile(r"\s*i\s*=\s*\d{1,3}\s*;")
_PLAIN_ID: Final = re.compile(r"\s*([A-Za-z0-9._-]{1,255})(?:\s+\d{1,4})?\s*(?:;|\Z)")


class VerdictKind(Enum):
    """The fields that carry verdicts, by their names in lower case."""

    RESULTS = "authentication-results"
    ARC = "arc-authentication-results"
    SPF = "received-spf"


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result.

    Attributes:
        method: lower case: spf, dkim, dmarc, arc, iprev, auth, ...
        result: lower case: pass, fail, softfail, neutral, none, temperror, permerror, policy, ...
        properties: names in lower case (`smtp.mailfrom`; of Received-SPF `client-ip`) and values.
        reason: what `reason=` says, else the comments.
    """

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]
    reason: str

    def get(self, name: str) -> str:
        """The first value of a property, or ''."""
        return next((value for key, value in self.properties if key == name), "")


@dataclass(frozen=True, slots=True)
class AuthVerdict:
    """One field: who says it, and what.

    Attributes:
        kind: which field it is.
        position: index of the field in the header.
        authserv_id: who says it; of Received-SPF its `receiver`. May be empty.
        results: in order; empty for `none`.
        trusted: whether the server that took the message in must have written it.
    """

    kind: VerdictKind
    position: int
    authserv_id: str
    results: tuple[Result, ...]
    trusted: bool = False


def parse_verdict(kind: VerdictKind, value: str, position: int = 0) -> AuthVerdict:
    """The verdict in an unfolded value. Never raises; not yet trusted."""
    if kind is VerdictKind.SPF:
        spf = _received_spf(value)
        receiver = spf[0].get("receiver") if spf else ""
        return AuthVerdict(kind, position, receiver, spf)
    segments = _segments(tokens(_without_instance(kind, value)))
    first = next(segments, [])
    name = next((t.text for t in first if t.kind is TokenKind.WORD), "")
    results: list[Result] = []
    if "=" in "".join(t.text for t in first if t.kind is TokenKind.WORD):
        name = ""  # Exchange leaves its name out
        results += _results([first])
    results += _results(segments)
    return AuthVerdict(kind, position, _shown(unquoted(name)), tuple(results[:_MAX_RESULTS]))


def plain_authserv_id(kind: VerdictKind, value: str) -> str:
    """Who says it, lower case, if that is written as every filter would read it; else ''.

    A server that removes foreign fields with its own name may not see through quotes, comments
    and encoded words.
    """
    if kind is VerdictKind.SPF:
        spf = _received_spf(value)
        return spf[0].get("receiver").lower() if spf else ""
    found = _PLAIN_ID.match(_without_instance(kind, value))
    return "" if found is None else found[1].lower()


def _without_instance(kind: VerdictKind, value: str) -> str:
    found = _INSTANCE.match(value) if kind is VerdictKind.ARC else None
    return value if found is None else value[found.end() :]


def _segments(found: list[Token]) -> Iterator[list[Token]]:
    """The tokens between semicolons."""
    segment: list[Token] = []
    for token in found:
        if token.kind is TokenKind.SEMICOLON:
            yield segment
            segment = []
        else:
            segment.append(token)
    yield segment


def _results(segments: Iterable[list[Token]]) -> Iterator[Result]:
    for segment in segments:
        pairs = list(_pairs(token.text for token in segment if token.kind is TokenKind.WORD))
        if not pairs:
            continue
        method, result = _METHOD.fullmatch(pairs[0][0]), _WORD.match(pairs[0][1])
        if method is None or result is None:
            continue
        comments = "; ".join(token.text for token in segment if token.kind is TokenKind.COMMENT)
        reason = next((value for key, value in pairs[1:] if key == "reason"), comments)
        yield Result(
            method=method[1].lower(),
            result=result[0].lower(),
            properties=_properties(pair for pair in pairs[1:] if pair[0] != "reason"),
            reason=_shown(reason),
        )


def _pairs(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names in lower case and values; there may be white space around `=` and around the dot."""
    name, has_value = "", False
    for word in words:
        if has_value:
            yield name, unquoted(word)
            name, has_value = "", False
            continue
        left, equals, value = word.partition("=")
        glued = not left or left.startswith(".") or name.endswith(".")
        name = name + left.lower() if glued else left.lower()
        if value:
            yield name, unquoted(value)
            name = ""
        elif equals:
            has_value = True


def _properties(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    kept = [(name, _shown(value)) for name, value in pairs if _PROPERTY.fullmatch(name)]
    return tuple(kept[:_MAX_PROPERTIES])


def _received_spf(value: str) -> tuple[Result, ...]:
    found = tokens(value)
    words = [token.text for token in found if token.kind is TokenKind.WORD]
    result = _WORD.fullmatch(words[0]) if words else None
    if result is None:
        return ()
    comments = "; ".join(token.text for token in found if token.kind is TokenKind.COMMENT)
    properties = _properties(_pairs(words[1:]))
    return (Result("spf", result[0].lower(), properties, _shown(comments)),)


def _shown(text: str) -> str:
    return clean_line(text[:_MAX_SHOWN])
