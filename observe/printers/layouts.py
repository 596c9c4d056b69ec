"""Formats of time, by the names that `--time-format` takes."""

from typing import NamedTuple

DEFAULT = "StampMilli"


class Layout(NamedTuple):
    """How a time is written: up to the second, digits of the fraction, and what follows."""

    head: str
    digits: int = 0
    fixed: bool = False
    tail: str = "{offset}"


LAYOUTS: dict[str, Layout] = {
    "StampMilli": Layout("{month} {day:2d} {clock}", 3, True, ""),
    "YearMonthDay": Layout("{iso:.10}", tail=""),
    "YearMonthDayHour": Layout("{iso:.13}"),
    "YearMonthDayHourMinute": Layout("{iso:.16}"),
    "RFC3339": Layout("{iso:.19}"),
    "RFC3339Milli": Layout("{iso:.19}", 3),
    "RFC3339Micro": Layout("{iso:.19}", 6),
    "RFC3339Nano": Layout("{iso:.19}", 9),
    "RFC1123Z": Layout("{weekday}, {day:02d} {month} {iso:.4} {clock}", tail=" {numeric}"),
}
"""The formats, by name. Trailing zeros of a fraction are left out unless its digits are fixed."""
