"""Flows from before those in memory, asked of the history."""

from typing import TYPE_CHECKING

from tui.filtertext import FilterText
from tui.list.window import Row
from tui.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = 2_000
"""How many flows are asked for."""

EDGE = 256
"""Flows come a little out of order: that many of the oldest in memory tell up to when to ask."""


def until_ns(oldest: "Sequence[Row]") -> int | None:
    """Give the time, in nanoseconds since 1970, up to which to ask; None if no row tells one."""
    from proto.reading import time_of
    from tui.list.rows import parsed

    times = (time_of(parsed(row)) for row in oldest)
    return max((time_ns for time_ns in times if time_ns is not None), default=None)


def older(source: Source, filters: FilterText, until: int, number: int = PAGE) -> list[Row]:
    """Read the last `number` flows up to a time, from old to new; some may be in memory. Takes its
    time; raise SourceError.
    """
    from proto.observer_pb2 import GetFlowsRequest
    from proto.timestamps import from_ns

    request = GetFlowsRequest(
        number=number, until=from_ns(until), whitelist=filters.allow, blacklist=filters.deny
    )
    return [answer.SerializeToString() for batch in source.flows(request) for answer in batch]
