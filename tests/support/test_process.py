"""Ports for servers that tests start."""

import socket

from .process import free_port


def test_a_port_is_free_and_another_one_each_time():
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as server:
            server.bind(("127.0.0.1", port))


def test_one_that_is_taken_is_passed_over():
    first = free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", first + 1))
        server.listen()
        assert free_port() != first + 1


def test_none_is_among_those_that_the_kernel_gives_out():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        assert free_port() < server.getsockname()[1]
