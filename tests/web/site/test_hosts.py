from app.web.site.hosts import is_loopback_name, is_own_name, own_names


def test_names_of_this_machine():
    for name in ("localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "::1"):
        assert is_loopback_name(name), name
    for name in ("", "localhost.lan", "notlocalhost", "0.0.0.0", "128.0.0.1", "::2", "::"):
        assert not is_loopback_name(name), name


def test_names_that_are_ours(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Nas")
    names = own_names("https://popscope.example:8443", ("box.example",))
    for name in ("nas", "nas.local", "popscope.example", "box.example", "box.example."):
        assert is_own_name(name, names), name
    for name in ("10.0.0.1", "8.8.8.8", "fd00::1", "localhost"):
        assert is_own_name(name, names), name
    for name in ("", "nas.example", "a.box.example", "example", "nas.local.example"):
        assert not is_own_name(name, names), name
    assert "" not in own_names(None)
