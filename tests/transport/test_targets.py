import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport import Reach, TargetForbidden, TargetPolicy
from app.transport.targets import unwrap
from tests.support.table import table

PUBLIC = ["8.8.8.8", "2a00:1450:4001:830::200e", "::ffff:8.8.8.8", "2002:808:808::1"]
PUBLIC += ["64:ff9b::8.8.8.8"]
PRIVATE = ["10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.10", "100.64.0.1"]
PRIVATE += ["fc00::1", "fd12:3456::1", "::ffff:192.168.0.1", "2002:c0a8:1::1"]
PRIVATE += ["64:ff9b::10.0.0.1"]
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::"]
LOOPBACK += ["64:ff9b::127.0.0.1"]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "::ffff:0.0.0.0",
    "169.254.169.254",  # where most clouds answer their own machines
    "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "64:ff9b::169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "198.18.0.1",
    "192.88.99.1",
    "2001:db8::1",
    "2001:0:1234::1",  # Teredo
    "::127.0.0.1",  # IPv4-compatible, long obsolete
    "::8.8.8.8",
    "64:ff9b:1::808:808",
    "fec0::1",
    "100::1",
    "5f00::1",
    "3fff::1",
    "not an address",
    "",
    "127.1",  # a resolver may read it, a judge must not
    "8.8.8.8.",
    "0x7f000001",
]


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("loopback", [False, True])
@table("address", NEVER)
def test_some_addresses_are_never_connected_to(address, loopback, reach):
    offered = frozenset({("h", 110)})
    policy = TargetPolicy(reach, loopback=loopback, offered=offered)
    assert not policy.allows(address, "h", 110)
    assert not policy.allows(address, "other", 110)


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_is_a_target_only_where_allowed(address, reach):
    offered = frozenset({("h", 110)})
    assert not TargetPolicy(reach, offered=offered).allows(address, "h", 110)
    assert TargetPolicy(reach, loopback=True).allows(address, "h", 110)


@table(
    "reach, offered, allowed",
    [
        (Reach.LAN, False, True),
        (Reach.LAN, True, True),
        (Reach.PUBLIC, False, False),
        (Reach.PUBLIC, True, True),
        (Reach.FIXED, True, True),
        (Reach.FIXED, False, False),
    ],
)
@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address, reach, offered, allowed):
    policy = TargetPolicy(reach, offered=frozenset({("h", 110)}) if offered else frozenset())
    assert policy.allows(address, "h", 110) is allowed
    assert policy.allows(address, "h", 995) is (reach is Reach.LAN)  # offered means that port too


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address, reach):
    assert TargetPolicy(reach).allows(address, "h", 110)


@pytest.mark.parametrize(
    ("reach", "host", "port", "allowed"),
    [
        (Reach.LAN, "any", 110, True),
        (Reach.LAN, "any", 995, True),
        (Reach.LAN, "any", 25, False),
        (Reach.LAN, "any", 996, False),
        (Reach.LAN, "mail.example", 2110, True),
        (Reach.LAN, "Mail.Example.", 2110, True),
        (Reach.LAN, "mail.example", 2111, False),
        (Reach.PUBLIC, "any", 110, True),
        (Reach.PUBLIC, "any", 22, False),
        (Reach.FIXED, "any", 110, False),
        (Reach.FIXED, "mail.example", 110, False),
        (Reach.FIXED, "MAIL.example", 2110, True),
    ],
)
def test_hosts_and_ports_before_any_lookup(reach, host, port, allowed):
    policy = TargetPolicy(reach, offered=frozenset({("mail.example", 2110)}))
    if allowed:
        policy.check(host, port)
        return
    with pytest.raises(TargetForbidden) as caught:
        policy.check(host, port)
    assert (caught.value.host, caught.value.port) == (host, port)


@pytest.mark.parametrize(("port", "allowed"), [(1, True), (1023, True), (1024, False), (0, False)])
def test_port_ranges_hold_their_ends(port, allowed):
    policy = TargetPolicy(ports=((1, 1023),))
    if allowed:
        policy.check("h", port)
    else:
        with pytest.raises(TargetForbidden):
            policy.check("h", port)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_wrapping(inner):
    for outer in (
        ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + inner.packed),
        ipaddress.IPv6Address(b"\x20\x02" + inner.packed + b"\0" * 10),
        ipaddress.IPv6Address(b"\0\x64\xff\x9b" + b"\0" * 8 + inner.packed),
    ):
        assert unwrap(outer) == inner
        for reach in Reach:
            policy = TargetPolicy(reach)
            assert policy.allows(str(outer), "h", 110) == policy.allows(str(inner), "h", 110)


@given(st.ip_addresses())
def test_public_reach_means_globally_reachable_addresses(address):
    """Never wider than the standard library's own idea of a global unicast address."""
    if TargetPolicy(Reach.PUBLIC).allows(str(address), "h", 110):
        inner = unwrap(address)
        assert inner.is_global
        assert not inner.is_multicast
        assert not inner.is_reserved


def test_a_server_of_this_process_is_no_way_to_the_machines_others():
    policy = TargetPolicy(own=frozenset({("127.0.0.1", 40110)}))
    policy.check("127.0.0.1", 40110)
    assert policy.allows("127.0.0.1", "127.0.0.1", 40110)
    assert not policy.allows("127.0.0.1", "127.0.0.1", 110)
    assert not policy.allows("127.0.0.1", "localhost", 40110)
    with pytest.raises(TargetForbidden):
        policy.check("127.0.0.1", 40111)


def test_of_several_addresses_those_that_may_be_reached_are_left_each_once():
    policy = TargetPolicy()
    found = policy.judged(["169.254.169.254", "8.8.8.8", "10.0.0.1", "8.8.8.8"], "a.test", 995)
    assert found == ["8.8.8.8", "10.0.0.1"]
    for none in ([], ["169.254.169.254"], ["no address"]):
        with pytest.raises(TargetForbidden):
            policy.judged(none, "a.test", 995)


def test_published_settings_are_read_on_the_ports_of_the_web_and_never_where_servers_are_fixed():
    for port in (80, 443):
        TargetPolicy().check_web("a.test", port)
        with pytest.raises(TargetForbidden):
            TargetPolicy().check("a.test", port)
        with pytest.raises(TargetForbidden):
            TargetPolicy(reach=Reach.FIXED).check_web("a.test", port)
    with pytest.raises(TargetForbidden):
        TargetPolicy().check_web("a.test", 8080)
