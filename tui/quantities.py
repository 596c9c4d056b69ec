"""Numbers as a person reads them at a glance, in few columns; spans are those of `observe`."""

from datetime import UTC, datetime, tzinfo

from proto.timestamps import SECOND

THOUSANDS = ("", "k", "M", "G", "T", "P", "E")

BYTES = ("B", "KiB", "MiB", "GiB", "TiB")


def count(number: float) -> str:
    """Write a number of flows: 7, 950, 1.2k, 34k, 1.5M."""
    for unit in THOUSANDS:
        if number < 999.5 or unit == THOUSANDS[-1]:
            break
        number /= 1000
    return f"{_digits(number) if unit else f'{number:.0f}'}{unit}"


def rate(per_second: float) -> str:
    """Write a rate, a rare thing's by the minute: 0/s, 0.5/min, 0.2/s, 34/s, 1.2k/s."""
    if 0 < per_second < 0.0995:
        per_minute = per_second * 60
        return f"{_digits(per_minute)}/min" if per_minute >= 0.05 else "<0.1/min"
    if per_second < 999.5:
        return f"{_digits(per_second)}/s"
    return f"{count(per_second)}/s"


def share(part: float, whole: float) -> str:
    """Write a part of a whole in percent; nothing of nothing."""
    if not whole:
        return ""
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "<1%"
    return f"{percent:.0f}%" if not 99 < percent < 100 else ">99%"


def size(number: float) -> str:
    """Write a number of bytes: 512B, 1.5MiB."""
    for unit in BYTES:
        if number < 1023.5 or unit == BYTES[-1]:
            break
        number /= 1024
    return f"{_digits(number)}{unit}"


def clock(ns: int, zone: tzinfo | None = UTC) -> str:
    """Write the time of day in a zone, None for this machine's: 16:30:59."""
    return datetime.fromtimestamp(ns // SECOND, zone).strftime("%H:%M:%S")


def _digits(number: float) -> str:
    """Write two digits at least, and no point where it says nothing."""
    return f"{number:.1f}".removesuffix(".0") if number < 9.95 else f"{number:.0f}"
