from datetime import UTC

import pytest

from proto.timestamps import SECOND
from tui.list.jumping import read_jump

NOON_NS = 1_760_356_800 * SECOND
"""2025-10-13, noon."""

DAY = 86_400 * SECOND


@pytest.mark.parametrize(
    ("text", "near_ns", "ns"),
    [
        ("10s", NOON_NS, NOON_NS - 10 * SECOND),
        ("2025-10-13T12:00:01Z", NOON_NS, NOON_NS + SECOND),
        ("11:59:59", NOON_NS, NOON_NS - SECOND),
        (" 11:59:59.250 ", NOON_NS, NOON_NS - 750_000_000),
        ("12:00", NOON_NS, NOON_NS),
        ("9:00", NOON_NS, NOON_NS - 3 * 3600 * SECOND),
        ("12:00:01", NOON_NS, NOON_NS + SECOND - DAY),
        ("12:00:01", NOON_NS - 5 * DAY, NOON_NS + SECOND - 5 * DAY),
    ],
)
def test_a_time_to_jump_to_is_read(text: str, near_ns: int, ns: int) -> None:
    assert read_jump(text, NOON_NS, near_ns, UTC) == ns


@pytest.mark.parametrize("text", ["", "noon", "25:00", "12:61", "12:00:0", "[/x]"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: "):
        read_jump(text, NOON_NS, NOON_NS, UTC)
