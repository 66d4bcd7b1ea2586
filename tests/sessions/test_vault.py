import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sessions import NoSession, browser_id, new_token
from app.sessions.vault import Keys, derive


def test_tokens_are_long_url_safe_and_never_the_same():
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    for token in tokens:
        assert len(token) >= 43
        assert token.replace("-", "").replace("_", "").isalnum()


def not_opened(keys: Keys, sealed: bytes) -> bool:
    with pytest.raises(NoSession), keys.opened(sealed):
        pass
    return True


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_with_the_same_token_and_no_other(secret):
    token = new_token()
    sealed = Keys.of(token).close(bytearray(secret))
    with Keys.of(token).opened(sealed) as opened:
        assert opened == secret
    assert not_opened(Keys.of(new_token()), sealed)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_changed_octet_is_noticed(place, change):
    keys = Keys.of("token")
    sealed = bytearray(keys.close(bytearray(b"the password")))
    sealed[place % len(sealed)] ^= change
    assert not_opened(keys, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 12, b"x" * 27])
def test_what_is_too_short_is_no_record(sealed):
    assert not_opened(Keys.of("token"), sealed)


def test_a_record_is_bound_to_its_name():
    """One record's octets under another one's name do not open, even with the right key."""
    keys = Keys.of("token")
    moved = Keys("another name", keys.seal)
    assert not_opened(moved, keys.close(bytearray(b"the password")))


def test_sealing_twice_gives_different_octets_and_none_in_clear():
    keys = Keys.of("token")
    first, second = (keys.close(bytearray(b"the password")) for _ in range(2))
    assert first != second
    assert b"password" not in first + second


def test_what_was_sealed_and_what_was_opened_is_wiped():
    keys, secret = Keys.of("token"), bytearray(b"the password")
    sealed = keys.close(secret)
    assert secret == bytes(12)
    with pytest.raises(KeyError), keys.opened(sealed) as opened:
        raise KeyError
    assert opened == bytes(12)


def test_what_is_derived_from_a_token_differs_by_purpose_and_does_not_show_it():
    token = new_token()
    keys = Keys.of(token)
    derived = [keys.sid, keys.seal.hex(), browser_id(token)]
    assert len(set(derived)) == 3
    assert not any(token in text for text in derived)
    assert derive(token, "sid") == derive(token, "sid")
    assert derive(token, "sid") != derive(token + "x", "sid")


@pytest.mark.parametrize("token", ["", "é", "\udcff", "x" * 100_000])
def test_any_text_may_be_a_token(token):
    assert len(Keys.of(token).sid) == 64


def test_the_key_is_in_no_repr():
    keys = Keys.of("token")
    assert repr(keys) == f"Keys(sid={keys.sid!r})"
