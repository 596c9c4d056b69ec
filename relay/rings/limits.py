"""How much a ring keeps: by count, by bytes, and by age since arrival."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = {
    "": 1,
    "b": 1,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
}
SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of one ring: events, bytes on disk, nanoseconds since arrival (None: any age)."""

    count: int = 1_000_000
    bytes: int = 512 << 20
    age_ns: int | None = None


def parse_limit(text: str) -> tuple[str, Limit]:
    """Read `CLASS=COUNT,BYTES,AGE`, such as `drop=100000,64MiB,7d`; empty parts keep the default.

    Raises ValueError, naming the part that is wrong. The class is not looked up here.
    """
    name, equals, parts = text.partition("=")
    values = [part.strip() for part in parts.split(",")]
    if not equals or not name.strip() or len(values) > 3:
        raise ValueError(f"limit {text!r}: expected CLASS=COUNT,BYTES,AGE")
    count, size, age = [*values, "", ""][:3]
    limit = Limit()
    return name.strip(), Limit(
        _number("count", count, {"": 1}) if count else limit.count,
        _number("bytes", size, UNITS) if size else limit.bytes,
        _number("age", age, SPANS) * 10**9 if age else limit.age_ns,
    )


def _number(part: str, text: str, units: dict[str, int]) -> int:
    matched = re.fullmatch(r"([0-9]{1,15})\s*([A-Za-z]*)", text)
    unit = matched and units.get(matched[2].lower())
    if not matched or not unit or not int(matched[1]):
        known = ", ".join(filter(None, units))
        wanted = f", with a unit of: {known}" if known else ""
        raise ValueError(
            f"limit's {part} {text!r}: expected a whole number from 1, of 15 digits at most{wanted}"
        )
    return int(matched[1]) * unit
