"""Times as people type them: how long ago, or a date with or without a time of day.

Everything is read to the nanosecond, and comes out as nanoseconds since 1970.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

SECOND = 1_000_000_000

UNITS: dict[str, int] = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": 86_400 * SECOND,
    "w": 7 * 86_400 * SECOND,
}
"""Nanoseconds of each unit of a duration. A day has 24 hours."""

PART = rf"([0-9]*)(?:\.([0-9]*))?({'|'.join(UNITS)})"
DURATION = rf"([+-]?)((?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:{'|'.join(UNITS)}))+|0)"
FRACTION = r"(?<=:[0-9]{2})[.,]([0-9]+)"
EXAMPLES = "10s, 5m, 2h, 1d, 1w, or 2026-10-13T16:35:01.5Z"


class InvalidTime(ValueError):
    """A text that is neither a duration nor a time. The message says what was expected."""


def parse_time(text: str, now_ns: int, zone: tzinfo | None = UTC) -> int:
    """Read a duration before `now_ns`, or a time; one that names no zone is in `zone`.

    `zone` None is the zone of this machine. Raise InvalidTime.
    """
    from proto.timestamps import EARLIEST_NS, LATEST_NS

    before = parse_duration(text)
    ns = _absolute(text, zone) if before is None else now_ns - before
    if not EARLIEST_NS <= ns <= LATEST_NS:
        raise InvalidTime(f"{text!r} is outside the years 1 to 9999")
    return ns


def parse_duration(text: str) -> int | None:
    """Read a duration such as `1h30m` in nanoseconds; None if the text is not one."""
    found = re.fullmatch(DURATION, text)
    if found is None:
        return None
    total = sum(_part(*part) for part in re.findall(PART, found[2]))
    return -total if found[1] == "-" else total


def _part(whole: str, fraction: str, unit: str) -> int:
    """Give the nanoseconds of a number and its unit; what is less than one is cut off."""
    return int(whole + fraction) * UNITS[unit] // int("1" + "0" * len(fraction))


def _absolute(text: str, zone: tzinfo | None) -> int:
    """Read a time in ISO 8601 or, as mail has it, RFC 1123."""
    fraction = re.search(FRACTION, text)
    whole = text if fraction is None else text[: fraction.start()] + text[fraction.end() :]
    try:
        time = _mail(whole) if "," in whole else _iso(whole)
        if time.tzinfo is None:
            time = time.replace(tzinfo=zone) if zone else time.astimezone()
        seconds = (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise InvalidTime(f"{text!r} is neither a duration nor a time: {EXAMPLES}") from None
    nanos = int(fraction[1][:9].ljust(9, "0")) if fraction else 0
    return seconds * SECOND + nanos


def _iso(text: str) -> datetime:
    from dateutil.parser import isoparse

    return isoparse(text)


def _mail(text: str) -> datetime:
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(text)
