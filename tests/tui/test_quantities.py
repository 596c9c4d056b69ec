"""Numbers at a glance."""

import pytest

from tests.factories import NOON_NS
from tui.quantities import clock, count, rate, share, size


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1k"),
        (1249, "1.2k"),
        (34_000, "34k"),
        (10**9, "1G"),
    ],
)
def test_numbers_of_flows(number: int, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (0, "0/s"),
        (0.0001, "<0.1/min"),
        (0.02, "1.2/min"),
        (0.2, "0.2/s"),
        (3.14, "3.1/s"),
        (34, "34/s"),
        (1200, "1.2k/s"),
    ],
)
def test_rates(per_second: float, text: str) -> None:
    assert rate(per_second) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, ""),
        (0, 9, "0%"),
        (1, 2, "50%"),
        (1, 1000, "<1%"),
        (999, 1000, ">99%"),
        (3, 3, "100%"),
    ],
)
def test_shares(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


def test_sizes_and_times_of_day() -> None:
    assert [size(number) for number in (512, 1536, 1 << 30)] == ["512B", "1.5KiB", "1GiB"]
    assert clock(NOON_NS) == "16:30:59"
