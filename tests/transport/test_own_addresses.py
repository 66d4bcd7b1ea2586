import socket

import pytest

from app.transport import own_addresses
from app.transport.own_addresses import is_own_address


def test_loopback_is_ones_own_and_the_internet_is_not():
    assert is_own_address("127.0.0.1")
    assert not is_own_address("8.8.8.8")
    assert not is_own_address("2a00:1450:4001:830::200e")


def test_every_address_of_an_interface_is_ones_own():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("198.51.100.1", 9))  # nothing is sent; it only picks an interface
        except OSError:
            pytest.skip("this machine has no network")
        assert is_own_address(sock.getsockname()[0])


def test_where_any_address_can_be_bound_that_tells_nothing(monkeypatch):
    monkeypatch.setattr(own_addresses, "_binds", lambda *_: True)
    assert not is_own_address("10.0.0.1")
    assert not is_own_address("fd00::1")
