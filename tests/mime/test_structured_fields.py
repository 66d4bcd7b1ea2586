import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.structured_fields import MAX_CHARACTERS, MAX_TOKENS, TokenKind, tokens, unquoted


def short(value: str) -> list[str]:
    """Words as they are, comments in parentheses."""
    return [f"({t.text})" if t.kind is TokenKind.COMMENT else t.text for t in tokens(value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("  ", []),
        ("a b\tc", ["a", "b", "c"]),
        ("a(b)c", ["a", "(b)", "c"]),
        ("a (b (c) d) e", ["a", "(b (c) d)", "e"]),
        ("a; b;c", ["a", ";", "b", ";", "c"]),
        ("a (b; c); d", ["a", "(b; c)", ";", "d"]),
        ('"a b;(c)"@d e', ['"a b;(c)"@d', "e"]),
        (r'"a\"b" c', [r'"a\"b"', "c"]),
        (r"(a\)b) c", [r"(a\)b)", "c"]),
        (r"a\(b c", [r"a\(b", "c"]),
        ('(say "a) b', ['(say "a)', "b"]),  # a quote quotes nothing in a comment
        ("()", ["()"]),
    ],
)
def test_tokens(value, expected):
    assert short(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a (b; c", ["a", "(b", ";", "c"]),
        ("a ((b) c; d", ["a", "(", "(b)", "c", ";", "d"]),
        ("a) b", ["a)", "b"]),
        ('a "b; c', ["a", '"b', ";", "c"]),
        ("a\\", ["a\\"]),
    ],
)
def test_what_never_closes_hides_nothing(value, expected):
    assert short(value) == expected


def test_starts():
    value = "ab (c) ; d"
    assert [t.start for t in tokens(value)] == [0, 3, 7, 9]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("a", "a"), ('"a b"', "a b"), (r'"a\"\\b"', r"a\b".replace("a", 'a"')), ('"', '"'),
     ('"a"@b', '"a"@b'), ('""', "")],
)  # fmt: skip
def test_unquoted(word, expected):
    assert unquoted(word) == expected


@pytest.mark.parametrize("piece", ["(", ")", '"', '"\\', "\\", "()", "((a)", ";", '("', "a", '"a'])
def test_hostile_values_take_no_time(piece):
    value = piece * (1024 * 1024 // len(piece))
    found = tokens(value)
    assert len(found) <= MAX_TOKENS + 1
    assert all(token.start < MAX_CHARACTERS for token in found)


@given(st.text(st.sampled_from('ab ();"\\\t'), max_size=60))
def test_tokens_stand_where_they_say_and_leave_out_white_space_alone(value):
    at = 0
    for token in tokens(value):
        assert not value[at : token.start].strip()
        if token.kind is TokenKind.COMMENT:
            assert value[token.start] == "("
            assert value.startswith(f"({token.text})", token.start)
            at = token.start + len(token.text) + 2
        else:
            assert value.startswith(token.text, token.start)
            at = token.start + len(token.text)
    assert not value[at:].strip()
