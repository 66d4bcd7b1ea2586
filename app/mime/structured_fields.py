"""Words, comments and semicolons of structured header values (RFC 5322, 3.2.2 and 3.2.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

MAX_CHARACTERS: Final = 16 * 1024
MAX_TOKENS: Final = 4000

# Possessive: a quote that never closes must not be tried in every way.
_QUOTED_TEXT: Final = r'"(?:[^"\\]|\\.)*+"'
_OUTSIDE: Final = re.compile(rf"\\.|{_QUOTED_TEXT}|[()]", re.DOTALL)
_INSIDE: Final = re.compile(r"\\.|[()]", re.DOTALL)
_STOP: Final = re.compile(rf"\\.|{_QUOTED_TEXT}|[\s;(]", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


class TokenKind(Enum):
    """What a token is."""

    WORD = "word"
    COMMENT = "comment"
    SEMICOLON = "semicolon"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a value.

    Attributes:
        kind: what it is.
        text: a word as written, its quotes and escapes too; a comment without its outer
            parentheses; `;`.
        start: where it begins in the value.
    """

    kind: TokenKind
    text: str
    start: int


def tokens(value: str) -> list[Token]:
    """The tokens of an unfolded value in order; what nests is counted, not followed.

    A parenthesis or a quote that never closes is an ordinary character, so that it cannot hide
    what follows. Reads the first 16 Ki characters and 4,000 tokens, in linear time.
    """
    return list(_tokens(value[:MAX_CHARACTERS]))


def unquoted(word: str) -> str:
    """A word without its quotes and escapes, if it is a quoted string as a whole."""
    if len(word) > 1 and word[0] == word[-1] == '"':
        return _ESCAPED.sub(r"\1", word[1:-1])
    return word


def _tokens(value: str) -> Iterator[Token]:
    closing = _closing(value)
    start = at = count = 0
    while count < MAX_TOKENS:
        found = _STOP.search(value, at)
        stop = len(value) if found is None else found.start()
        mark = "" if found is None else found[0]
        ends_word = not mark or mark == ";" or mark.isspace() or stop in closing
        if ends_word and stop > start:
            count += 1
            yield Token(TokenKind.WORD, value[start:stop], start)
        if found is None:
            return
        at = found.end()
        if not ends_word:
            continue
        if mark == ";":
            count += 1
            yield Token(TokenKind.SEMICOLON, mark, stop)
        elif mark == "(":
            count += 1
            yield Token(TokenKind.COMMENT, value[stop + 1 : closing[stop]], stop)
            at = closing[stop] + 1
        start = at


def _closing(value: str) -> dict[int, int]:
    """Where each parenthesis that opens a comment is closed."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while True:
        found = (_INSIDE if opened else _OUTSIDE).search(value, at)
        if found is None:
            return closing
        at = found.end()
        if found[0] == "(":
            opened.append(found.start())
        elif found[0] == ")" and opened:
            closing[opened.pop()] = found.start()
