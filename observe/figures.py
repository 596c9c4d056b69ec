"""Counts, rates and latencies as people and programs read them."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from observe.printers.clock import clock
from proto.aggregate_pb2 import AggregateCoverage, Counts, Latency
from proto.escape import escape, escape_json
from proto.timestamps import SECOND, to_ns

COUNTS = tuple(field.name for field in Counts.DESCRIPTOR.fields)
"""What is counted: fields of Counts."""

SPANS = ((1_000, "ns", 1), (1_000_000, "µs", 1_000), (SECOND, "ms", 1_000_000))
"""Below how many nanoseconds a span is written in which unit, and the nanoseconds of that."""

NONE = "-"
"""Stands where there is no value."""


def seconds_of(coverage: AggregateCoverage) -> float:
    """Give the length of the range that was counted, at least a second, to make rates of it."""
    return max(1.0, (to_ns(coverage.until) - to_ns(coverage.since)) / SECOND)


def rate(per_second: float) -> str:
    """Write a rate with three digits: 0.25, 3.1, 1,204; 0 only for none at all."""
    if not per_second:
        return "0"
    if per_second < 0.01:
        return "<0.01"
    return f"{per_second:,.{2 if per_second < 1 else 1 if per_second < 100 else 0}f}"


def span(ns: int) -> str:
    """Write a span of time with three digits: 850µs, 12.4ms, 1.25s."""
    unit, length = next(((u, n) for bound, u, n in SPANS if ns < bound), ("s", SECOND))
    value = ns / length
    return f"{value:,.{0 if unit == 'ns' or value >= 100 else 1 if value >= 10 else 2}f}{unit}"


def percent(share: float) -> str:
    """Write a share from 0 to 1: 50%, 0.3%."""
    return f"{share * 100:.{1 if 0 < share < 0.1 else 0}f}%"


def name(text: str) -> str:
    """Write a name, which strangers chose; something stands for none."""
    return escape(text) or NONE


def counts_json(counts: Counts) -> dict[str, int]:
    """Give every count by its name."""
    return {field: getattr(counts, field) for field in COUNTS}


def latency_json(latency: Latency | None) -> dict[str, int] | None:
    """Give count and percentiles, in nanoseconds; None for none."""
    if latency is None:
        return None
    return {field.name: getattr(latency, field.name) for field in latency.DESCRIPTOR.fields}


def coverage_json(coverage: AggregateCoverage) -> dict[str, Any]:
    """Give the coverage by its names; a time that is not known is None."""
    write = clock("RFC3339Nano")
    return {field.name: _plain(coverage, field.name, write) for field in coverage.DESCRIPTOR.fields}


def _plain(message: Message, field: str, write: Callable[[Timestamp], str]) -> Any:
    value = getattr(message, field)
    if isinstance(value, Timestamp):
        return write(value) if message.HasField(field) else None
    return value


def json(found: Any) -> str:
    """Write an object as JSON, safe for a terminal."""
    import orjson

    text = orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()
    return "\n".join(map(escape_json, text.split("\n")))


def rest_line(omitted: int, rest: Counts, what: str) -> str:
    """Say in a line what was counted but is not shown; `what` is what there are more of."""
    return f"not shown: {omitted:,} {what}, {rest.flows:,} flows"


def coverage_line(coverage: AggregateCoverage, zone: tzinfo | None) -> str:
    """Say in a line what was counted, and what is missing from it."""
    write = clock("RFC3339", zone)
    said = "1 flow was counted" if coverage.flows == 1 else f"{coverage.flows:,} flows were counted"
    if coverage.HasField("since") and coverage.HasField("until"):
        said += f", from {write(coverage.since)} to {write(coverage.until)}"
    parts = [said]
    if coverage.rolled_up:
        parts.append("by whole minutes, as they came")
    if coverage.rolled_up and to_ns(coverage.oldest_flow) > to_ns(coverage.since):
        parts.append(f"the oldest that can still be shown is of {write(coverage.oldest_flow)}")
    if coverage.folded:
        parts.append(f"{coverage.folded:,} of them are not told apart")
    if coverage.missing:
        parts.append(escape(coverage.missing))
    return "; ".join(parts)
