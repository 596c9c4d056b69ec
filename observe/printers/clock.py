"""Times as text: formats by name, in UTC or in another zone, which is then shown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from google.protobuf.timestamp_pb2 import Timestamp

from observe.printers.layouts import DEFAULT, LAYOUTS, Layout
from proto.timestamps import SECOND, is_valid

SECONDS = 4096
"""How many seconds are remembered with their text."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock(name: str = DEFAULT, zone: tzinfo | None = UTC) -> Callable[[Timestamp], str]:
    """Make a writer of times in the layout of that name; `zone` None is that of this machine.

    A layout without a zone says which one it is, unless it is UTC.
    """
    layout = LAYOUTS[name]
    if not layout.tail and zone is not UTC:
        layout = layout._replace(tail=" {zone}")
    second, fraction = _seconds(layout, zone), _fraction(layout)

    def write(time: Timestamp) -> str:
        found, nanos = second(time.seconds), time.nanos
        if found is None or not 0 <= nanos < SECOND:
            return "N/A"
        return f"{found[0]}{fraction(nanos)}{found[1]}"

    return write


def _seconds(layout: Layout, zone: tzinfo | None) -> Callable[[int], tuple[str, str] | None]:
    """Make the writer of what comes before and after the fraction."""

    @lru_cache(maxsize=SECONDS)
    def second(seconds: int) -> tuple[str, str] | None:
        if not is_valid(Timestamp(seconds=seconds)):
            return None
        time = EPOCH + timedelta(seconds=seconds)
        try:
            fields = _fields(time if zone is UTC else time.astimezone(zone))
        except (OverflowError, ValueError):
            fields = _fields(time)
        return layout.head.format_map(fields), layout.tail.format_map(fields)

    return second


def _fraction(layout: Layout) -> Callable[[int], str]:
    """Make the writer of the fraction of a second, which is given in nanoseconds."""
    if not layout.digits:
        return lambda nanos: ""
    if layout.fixed:
        texts = [f".{millis:03d}" for millis in range(1000)]
        return lambda nanos: texts[nanos // 1_000_000]

    def trimmed(nanos: int) -> str:
        digits = f"{nanos:09d}"[: layout.digits].rstrip("0")
        return f".{digits}" if digits else ""

    return trimmed


def _fields(time: datetime) -> dict[str, str | int]:
    iso = time.isoformat()
    minutes = (time.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}"
    return {
        "iso": iso,
        "clock": iso[11:19],
        "day": time.day,
        "month": MONTHS[time.month - 1],
        "weekday": WEEKDAYS[time.weekday()],
        "offset": f"{hours}:{abs(minutes) % 60:02d}" if minutes else "Z",
        "numeric": f"{hours}{abs(minutes) % 60:02d}",
        "zone": time.tzname() or f"{hours}:{abs(minutes) % 60:02d}",
    }
