"""The list says what it has: nobody thins it out unseen."""

from collections import Counter

from .payloads import JS, LAN, PAYLOADS

AT_LEAST = {
    "broken": 40, "clobber": 12, "css": 50, "encoding": 20, "event": 60, "form": 15, "gesture": 55,
    "math": 9, "media": 30, "mutation": 70, "null": 11, "overlay": 16, "place": 14, "protocol": 85,
    "sheet": 19, "svg": 30, "tag": 75,
}  # fmt: skip


def test_the_payloads_and_their_kinds_are_counted():
    kinds = Counter(one.kind for one in PAYLOADS)
    assert kinds.keys() == AT_LEAST.keys()
    assert not [kind for kind, least in AT_LEAST.items() if kinds[kind] < least]
    assert sum(AT_LEAST.values()) >= 600


def test_no_payload_stands_there_twice():
    assert len({one.markup for one in PAYLOADS}) == len(PAYLOADS)


def test_most_of_them_act():
    passive = [
        one for one in PAYLOADS
        if JS not in one.markup and "alert" not in one.markup and "canary.lan" not in one.markup
    ]  # fmt: skip
    assert len(passive) < len(PAYLOADS) // 10
    assert LAN.endswith("canary.lan")
