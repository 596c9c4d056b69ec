from proto.backoff import Backoff


def test_delays_grow_up_to_the_longest() -> None:
    backoff = Backoff(first=1, longest=5, factor=2, chance=lambda: 1.0)
    assert [backoff.next() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_delays_start_over_after_a_reset() -> None:
    backoff = Backoff(first=1, longest=5, chance=lambda: 1.0)
    backoff.next()
    backoff.reset()
    assert backoff.next() == 1


def test_jitter_takes_up_to_half_away() -> None:
    assert Backoff(first=1, chance=lambda: 0.0).next() == 0.5
    assert all(0.5 <= Backoff(first=1).next() <= 1 for _ in range(100))
