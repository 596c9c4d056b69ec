"""Protobuf timestamps as integers: nanoseconds since 1970-01-01T00:00:00Z, negative before."""

from google.protobuf.timestamp_pb2 import Timestamp

SECOND = 1_000_000_000
"""Nanoseconds in a second."""

EARLIEST_NS = -62_135_596_800 * SECOND
"""The first instant a Timestamp may hold: the beginning of year 1."""

LATEST_NS = 253_402_300_800 * SECOND - 1
"""The last instant a Timestamp may hold: the end of year 9999."""


def to_ns(time: Timestamp) -> int:
    """Give the nanoseconds since 1970 of a timestamp."""
    return time.seconds * SECOND + time.nanos


def from_ns(ns: int) -> Timestamp:
    """Give the timestamp of so many nanoseconds since 1970; ValueError outside years 1 to 9999."""
    if not EARLIEST_NS <= ns <= LATEST_NS:
        raise ValueError(f"{ns} ns since 1970 is outside the years 1 to 9999")
    seconds, nanos = divmod(ns, SECOND)
    return Timestamp(seconds=seconds, nanos=nanos)


def is_valid(time: Timestamp) -> bool:
    """Tell whether a timestamp is one: years 1 to 9999, nanoseconds within the second."""
    return 0 <= time.nanos < SECOND and EARLIEST_NS <= time.seconds * SECOND <= LATEST_NS
