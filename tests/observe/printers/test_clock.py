from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from observe.printers.clock import clock
from observe.printers.layouts import LAYOUTS

TIME = Timestamp(seconds=1_791_909_303, nanos=969_843_500)
BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("StampMilli", "Oct 13 16:35:03.969"),
        ("YearMonthDay", "2026-10-13"),
        ("YearMonthDayHour", "2026-10-13T16Z"),
        ("YearMonthDayHourMinute", "2026-10-13T16:35Z"),
        ("RFC3339", "2026-10-13T16:35:03Z"),
        ("RFC3339Milli", "2026-10-13T16:35:03.969Z"),
        ("RFC3339Micro", "2026-10-13T16:35:03.969843Z"),
        ("RFC3339Nano", "2026-10-13T16:35:03.9698435Z"),
        ("RFC1123Z", "Tue, 13 Oct 2026 16:35:03 +0000"),
    ],
)
def test_formats(name: str, text: str) -> None:
    assert clock(name)(TIME) == text


def test_zeros_at_the_end_of_a_fraction_are_kept_in_stamps_only() -> None:
    whole = Timestamp(seconds=TIME.seconds)
    assert clock("StampMilli")(whole) == "Oct 13 16:35:03.000"
    assert clock("RFC3339Nano")(whole) == "2026-10-13T16:35:03Z"


def test_a_day_of_one_digit_is_padded() -> None:
    assert clock()(Timestamp(seconds=1234, nanos=567_800_000)) == "Jan  1 00:20:34.567"


@pytest.mark.parametrize(
    ("name", "zone", "text"),
    [
        ("StampMilli", BERLIN, "Oct 13 18:35:03.969 CEST"),
        ("StampMilli", KOLKATA, "Oct 13 22:05:03.969 IST"),
        ("YearMonthDay", BERLIN, "2026-10-13 CEST"),
        ("RFC3339Milli", BERLIN, "2026-10-13T18:35:03.969+02:00"),
        ("RFC3339", KOLKATA, "2026-10-13T22:05:03+05:30"),
        ("RFC1123Z", BERLIN, "Tue, 13 Oct 2026 18:35:03 +0200"),
        ("RFC3339", ZoneInfo("America/St_Johns"), "2026-10-13T14:05:03-02:30"),
    ],
)
def test_another_zone_is_shown(name: str, zone: tzinfo, text: str) -> None:
    assert clock(name, zone)(TIME) == text


def test_the_zone_of_this_machine_is_shown() -> None:
    assert clock("StampMilli", None)(TIME) == "Oct 13 16:35:03.969 UTC"


@pytest.mark.parametrize(
    "time",
    [
        Timestamp(nanos=-1),
        Timestamp(nanos=10**9),
        Timestamp(seconds=10**12),
        Timestamp(seconds=-(10**12)),
    ],
)
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_time_that_is_none_is_not_available(name: str, time: Timestamp) -> None:
    assert clock(name)(time) == "N/A"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-62_135_596_800, "0001-01-01T"), (253_402_300_799, "9999-12-31T")]
)
def test_the_first_and_the_last_year_can_be_shown_anywhere(seconds: int, text: str) -> None:
    for zone in (UTC, KOLKATA, ZoneInfo("America/New_York")):
        shown = clock("RFC3339", zone)(Timestamp(seconds=seconds))
        assert shown.startswith(text) or zone is not UTC
        assert len(shown) >= len("0001-01-01T00:00:00Z")
