from app.discovery.pace import Pace


def test_so_many_in_a_span_for_each_and_in_all():
    now = [0.0]
    pace = Pace(2, 5, 60, lambda: now[0])
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]
    assert [pace.allows("b") for _ in range(3)] == [True, True, False]
    assert [pace.allows("c") for _ in range(2)] == [True, False]  # five in all
    now[0] = 59.9
    assert not pace.allows("a")
    now[0] = 60
    assert pace.allows("a")


def test_visitors_are_forgotten():
    pace = Pace(1, 10**6, 60, lambda: 0.0)
    for number in range(5000):
        assert pace.allows(f"visitor {number}")
    assert len(pace._by) <= 1000
