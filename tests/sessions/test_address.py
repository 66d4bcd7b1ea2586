"""`POPSCOPE_STORE`: what it may be, and that no secret of it is repeated."""

import pytest

from app.sessions import StoreAddress


@pytest.mark.parametrize(
    "text",
    [
        "memory",
        "redis://localhost",
        "redis://localhost:6379",
        "redis://[::1]:6379/0",
        "rediss://:secret@sessions.lan/3?ssl_ca_certs=/etc/ca.pem",
        "unix:///run/redis/socket?db=2",
    ],
)
def test_stores(text):
    store = StoreAddress.parse(text)
    assert (store.url, store.lasting) == (text, text != "memory")


@pytest.mark.parametrize(
    "text",
    [
        "redis",
        "Memory",
        "redis://",
        "redis://:geheim@:6379",
        "redis://geheim@host:port",
        "redis://geheim@host:0",
        "redis://geheim@host/name",
        "unix://geheim/run/socket",
        "unix://",
        "http://geheim@localhost:6379",
        "redis://[geheim",
    ],
)
def test_no_stores_and_the_words_repeat_no_secret(text):
    with pytest.raises(ValueError, match="redis://host") as raised:
        StoreAddress.parse(text)
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("memory", "memory"),
        ("redis://:geheim@host/0", "redis://:***@host/0"),
        ("redis://popscope:geheim@host/0", "redis://popscope:***@host/0"),
        ("redis://:ge:he@im@host/0", "redis://:***@host/0"),
        ("unix:///run/redis?password=geheim&db=1", "unix:///run/redis?password=***&db=1"),
    ],
)
def test_a_password_is_not_shown(text, shown):
    store = StoreAddress.parse(text)
    assert (str(store), repr(store)) == (shown, f"StoreAddress({shown})")


def test_where_the_library_is_missing_it_is_named(monkeypatch):
    monkeypatch.setattr("app.sessions.address.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"popscope\[redis\]"):
        StoreAddress.parse("redis://localhost")
    assert not StoreAddress.parse("memory").lasting
