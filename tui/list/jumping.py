"""Times to jump to, as people type them who look at a list of flows."""

import re
from datetime import date, datetime, timedelta, tzinfo

from observe.times import SECOND, InvalidTime, parse_time

EXAMPLES = "16:35:01.5, 10m, 2h, or 2026-10-13T16:35Z"
TIME_OF_DAY = re.compile(r"(\d?\d)(:\d\d(?::\d\d(?:[.,]\d+)?)?)")


def read_jump(text: str, now_ns: int, near_ns: int, zone: tzinfo | None) -> int:
    """Read a time as `observe` does, or the time of day as the list shows it.

    That is of the day of `near_ns`; of the day before, if it would come after `now_ns`. All are in
    nanoseconds since 1970. Raise ValueError.
    """
    text = text.strip()
    time_of_day = TIME_OF_DAY.fullmatch(text)
    try:
        if not time_of_day:
            return parse_time(text, now_ns, zone)
        said = f"{time_of_day[1]:0>2}{time_of_day[2]}"
        day = datetime.fromtimestamp(near_ns // SECOND, zone).date()
        found = _on(day, said, now_ns, zone)
        return found if found <= now_ns else _on(day - timedelta(days=1), said, now_ns, zone)
    except InvalidTime:
        raise ValueError(f"{text!r} is no time: {EXAMPLES}") from None


def _on(day: date, time_of_day: str, now_ns: int, zone: tzinfo | None) -> int:
    return parse_time(f"{day.isoformat()}T{time_of_day}", now_ns, zone)
