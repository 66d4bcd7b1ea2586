"""An address is judged as what is connected to, however it was typed: nothing is looked up here.

Each spelling goes the way of a sign-in: from the form to the system's own reading of numbers, to
the policy. The verdicts use nothing of Python's `ipaddress` that differs between 3.11 and 3.13.
"""

import socket
from functools import partial

import pytest

from app.transport import Reach, TargetPolicy
from app.web.signin.forms import read_target
from app.web.site.errors import InvalidRequest
from tests.support.table import table

# What is reached: this machine; a private network; nothing, ever; the internet; or what was typed
# is no address and no name (`refused`), or a name that is looked up and judged then (`name`).
SPELLINGS = {
    "loopback": """
        127.0.0.1 127.1 127.0.1 127.255.255.255 2130706433 0x7f000001 0x7F.0.0.1 0x7f.1 0177.0.0.1
        017700000001 0177.0.1 127.0.0.1. 127.00.00.01 0x7f.0x0.0x0.0x1 １２７.0.0.1
        １２７．０．０．１
        127。0。0。1 ①②⑦.0.0.1 [::1] ::1 0:0:0:0:0:0:0:1 [0000::0001] [::ffff:127.0.0.1]
        ::ffff:7f00:1 [::FFFF:7F00:0001] 0:0:0:0:0:ffff:127.0.0.1 [64:ff9b::127.0.0.1]
        [127.0.0.1] 64:ff9b::7f00:1 [2002:7f00:1::] 2002:7f00:0001::1
    """,
    "private": """
        10.0.0.1 10.1 0xa.1 012.0.0.1 167772161 172.16.0.1 172.31.255.255 192.168.1.10 192.168.266
        0xc0a8010a 3232235786 0300.0250.1.10 100.64.0.1 100.127.255.254 １０.０.０.１
        [fc00::1] fd12:3456::1 [::ffff:10.0.0.1] ::ffff:a00:1 [2002:c0a8:1::1]
        [64:ff9b::192.168.1.1]
    """,
    "never": """
        0 0.0.0.0 0x0 00 0.1.2.3 :: [::] 169.254.169.254 0xa9fea9fe 2852039166 169.254.43518
        0251.0376.0251.0376 [::ffff:169.254.169.254] [2002:a9fe:a9fe::] 64:ff9b::a9fe:a9fe
        224.0.0.1 239.255.255.250 255.255.255.255 4294967295 0xffffffff 240.0.0.1
        192.0.0.8 192.0.2.1
        198.18.0.1 198.51.100.7 203.0.113.9 192.88.99.1 100.100.100.200 168.63.129.16
        [fe80::1] fe80::1:2 [fec0::1] ff02::1 [ff0e::1] [fd00:ec2::254] [2001:db8::1] [3fff::1]
        [2001::1] 2001:0:4136:e378:8000:63bf:3fff:fdd2 [2001:2::1] [2001:10::1] [2001:20::1]
        [2001:30::1] [100::1] [100:0:0:1::1] [5f00::1] [4000::1] [::127.0.0.1] [::8.8.8.8]
        [::ffff:0:127.0.0.1] [64:ff9b:1::7f00:1] [::ffff:0.0.0.0]
    """,
    "public": """
        8.8.8.8 8.8.2056 0x08080808 134744072 010.010.010.010 ８.８.８.８ 100.63.255.255 172.32.0.1
        192.0.1.1 [2a00:1450:4001::200e] 2600::1 [::ffff:8.8.8.8] [2002:808:808::1]
        [64:ff9b::8.8.8.8]
    """,
    "refused": """
        [::1%lo] [fe80::1%eth0] [::1%25lo] [::g] [] http://127.0.0.1
        127.0.0.1/ 127.0.0.1#x 127.0.0.1?x user@127.0.0.1 127.0.0.1\\x 1.2.3.4:5:6: :::
        127.0.0.1\x00 [::1]x
    """,
    "name": """
        localhost 127.0.0.1%00 127.0.0.1%2e %31%32%37.0.0.1 127.0.0.1.nip.io 256.0.0.1 1.2.3.4.5
        0x100000000 08.0.0.1 127..1 127.0.0.0x 4294967296 -1
    """,
}
ROWS = [(typed, verdict) for verdict, all_ in SPELLINGS.items() for typed in all_.split()]


def addresses(typed: str) -> list[str] | None:
    """What the system reads a number as; None where it would look a name up."""
    host = read_target(typed, "110", "none").host
    try:
        found = socket.getaddrinfo(host, 110, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        return None
    return [str(entry[4][0]) for entry in found]


def reached(typed: str) -> str:
    try:
        found = addresses(typed)
    except InvalidRequest:
        return "refused"
    if not found:
        return "name"
    policy = partial(TargetPolicy, is_own=lambda _: False)
    policies = {
        "public": policy(Reach.PUBLIC),
        "private": policy(Reach.LAN),
        "loopback": policy(Reach.LAN, loopback=True),
    }
    host = read_target(typed, "110", "none").host
    allowing = (
        name for name, one in policies.items() if all(one.allows(a, host, 110) for a in found)
    )
    return next(allowing, "never")


def test_there_are_enough_of_them():
    assert len({typed for typed, _ in ROWS}) == len(ROWS)
    assert len(ROWS) >= 140


@table("typed, verdict", ROWS)
def test_a_spelling_is_judged_by_where_it_leads(typed, verdict):
    assert reached(typed) == verdict


@pytest.mark.parametrize("typed", ["10.0.0.7", "8.8.8.8", "fd00::7", "::ffff:10.0.0.7"])
def test_an_address_of_this_machine_counts_as_loopback(typed):
    policy = partial(TargetPolicy, is_own={"10.0.0.7", "8.8.8.8", "fd00::7"}.__contains__)
    for reach in Reach:
        assert not policy(reach).allows(typed, "h", 110)
        assert policy(reach, offered=frozenset({("h", 110)})).allows(typed, "h", 110)
    assert policy(Reach.LAN, loopback=True).allows(typed, "h", 110)
