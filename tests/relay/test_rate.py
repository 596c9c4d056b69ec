"""Flows a second."""

import pytest

from relay.counts.rate import Rate


def test_it_is_the_mean_of_the_last_minute() -> None:
    now = 1000.0
    rate = Rate(lambda: now)
    assert rate.value() == 0
    for _ in range(120):
        rate.add(3)
        rate.add(2)
        now += 1
    assert rate.value() == pytest.approx(5, rel=0.02)
    now += 30
    assert rate.value() == pytest.approx(2.5, rel=0.05)
    now += 60
    assert rate.value() == 0


def test_after_a_short_time_it_is_the_mean_of_that() -> None:
    now = 0.0
    rate = Rate(lambda: now)
    now = 10
    rate.add(100)
    assert rate.value() == 10
