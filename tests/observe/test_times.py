from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observe.printers.clock import clock
from observe.times import InvalidTime, parse_duration, parse_time
from proto.timestamps import from_ns

SECOND = 1_000_000_000
NOW = 1_791_909_301 * SECOND
"""2026-10-13T16:35:01Z"""


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("0", 0),
        ("10s", 10 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("1.5h", 5400 * SECOND),
        (".5s", SECOND // 2),
        ("1.s", SECOND),
        ("100ms", SECOND // 10),
        ("1us1µs1μs1ns", 3001),
        ("1d", 86_400 * SECOND),
        ("2w1d", 15 * 86_400 * SECOND),
        ("0.1ns", 0),
        ("0.123456789123s", 123_456_789),
        ("-5m", -300 * SECOND),
        ("+5m", 300 * SECOND),
        ("99999999999999999999s", 99_999_999_999_999_999_999 * SECOND),
    ],
)
def test_durations(text: str, ns: int) -> None:
    assert parse_duration(text) == ns


@pytest.mark.parametrize("text", ["", "5", "s", ".", ".s", "1 h", "1h ", "1y", "1H", "--1s", "²s"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("10s", NOW - 10 * SECOND),
        ("1w", NOW - 7 * 86_400 * SECOND),
        ("-1m", NOW + 60 * SECOND),
        ("2026-10-13", NOW - 59_701 * SECOND),
        ("2026-10-13T16Z", NOW - 2101 * SECOND),
        ("2026-10-13T16:35Z", NOW - SECOND),
        ("2026-10-13T16:35:01Z", NOW),
        ("2026-10-13T16:35:01", NOW),
        ("2026-10-13T18:35:01+02:00", NOW),
        ("2026-10-13T16:35:01.5Z", NOW + SECOND // 2),
        ("2026-10-13T16:35:01,5Z", NOW + SECOND // 2),
        ("2026-10-13T16:35:01.123456789Z", NOW + 123_456_789),
        ("2026-10-13T16:35:01.1234567899Z", NOW + 123_456_789),
        ("2026-10-13T18:35:01.000000001+02:00", NOW + 1),
        ("Tue, 13 Oct 2026 16:35:01 +0000", NOW),
        ("0001-01-01T00:00:00Z", -62_135_596_800 * SECOND),
    ],
)
def test_times(text: str, ns: int) -> None:
    assert parse_time(text, NOW) == ns


@pytest.mark.parametrize("text", ["5", "yesterdayish", "", "10:30", "2026-13-01", "2026-10-13T25Z"])
def test_nothing_is_guessed(text: str) -> None:
    with pytest.raises(InvalidTime, match="neither a duration nor a time"):
        parse_time(text, NOW)


@pytest.mark.parametrize("text", ["99999w99999w", "-9999999w"])
def test_years_beyond_those_of_a_timestamp_are_refused(text: str) -> None:
    with pytest.raises(InvalidTime, match="years 1 to 9999"):
        parse_time(text, NOW)


@pytest.mark.parametrize(
    ("zone", "ns"), [(UTC, NOW), (ZoneInfo("Europe/Berlin"), NOW - 7200 * SECOND), (None, NOW)]
)
def test_a_time_without_a_zone_is_in_the_one_that_was_chosen(zone: tzinfo | None, ns: int) -> None:
    assert parse_time("2026-10-13T16:35:01", NOW, zone) == ns


@given(st.integers(-62_135_596_800 * SECOND, 253_402_300_799 * SECOND))
def test_what_is_printed_can_be_typed(ns: int) -> None:
    assert parse_time(clock("RFC3339Nano")(from_ns(ns)), NOW) == ns
