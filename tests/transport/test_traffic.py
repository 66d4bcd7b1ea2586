from app.transport import Traffic


def test_counters_are_not_shared():
    one, other = Traffic(), Traffic()
    one.verbs["STAT"] += 1
    assert not other.verbs
