"""What was counted of a group of flows, or between two ends: the columns that tables have of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from observe.figures import NONE, rate, span
from proto.aggregate_pb2 import Counts, Latency


class Measured(Protocol):
    """Something that flows were counted of."""

    @property
    def counts(self) -> Counts:
        """The counts."""

    @property
    def latency(self) -> Latency | None:
        """The latencies of its responses, if there are any."""

    @property
    def rate(self) -> float:
        """Flows a second."""


class Column(NamedTuple):
    """A column: its head, how to write it, and whether there is anything to write."""

    head: str
    say: Callable[[Measured], str]
    has: Callable[[Measured], object] = lambda each: True


def _count(head: str, field: str, *, always: bool = True) -> Column:
    def number(each: Measured) -> int:
        found: int = getattr(each.counts, field)
        return found

    return Column(head, lambda each: f"{number(each):,}", (lambda each: True) if always else number)


def _latency(head: str, field: str) -> Column:
    def say(each: Measured) -> str:
        return NONE if each.latency is None else span(getattr(each.latency, field))

    return Column(head, say, lambda each: each.latency is not None)


COLUMNS = (
    _count("FLOWS", "flows"),
    Column("FLOWS/S", lambda each: rate(each.rate)),
    _count("DROPS", "dropped"),
    _count("ERRORS", "errors"),
    _count("REQUESTS", "requests", always=False),
    _latency("P50", "p50_ns"),
    _latency("P95", "p95_ns"),
    _latency("P99", "p99_ns"),
)
"""The columns of measures."""


def columns_of(measured: Sequence[Measured]) -> list[Column]:
    """Give the columns in which any of these has something to say."""
    return [column for column in COLUMNS if any(map(column.has, measured))]
