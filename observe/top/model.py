"""A ranking of groups of flows: the same for the shell and for scripts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from observe.figures import seconds_of
from proto.aggregate_pb2 import AggregateCoverage, AggregateResponse, Counts, Group, Latency


@dataclass(frozen=True, slots=True)
class Row:
    """A group: its values by dimension, its counts, and its latencies in nanoseconds if it has
    any. `seconds` is the length of the range."""

    values: Mapping[str, str]
    counts: Counts
    latency: Latency | None
    seconds: float

    @classmethod
    def of(cls, by: Sequence[str], group: Group, seconds: float) -> "Row":
        """Read a group that is told apart by these dimensions."""
        latency = group.latency if group.HasField("latency") else None
        return cls(dict(zip(by, group.values, strict=True)), group.counts, latency, seconds)

    @property
    def rate(self) -> float:
        """Flows a second."""
        return self.counts.flows / self.seconds


@dataclass(frozen=True, slots=True)
class Top:
    """A ranking by dimensions. `omitted` says how many groups there are beyond its rows, `rest`
    what is counted in them, `coverage` what all of it rests on."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]
    omitted: int
    rest: Counts
    coverage: AggregateCoverage

    @classmethod
    def of(cls, by: Sequence[str], response: AggregateResponse) -> "Top":
        """Read the answer to a single question."""
        [answer] = response.answers
        seconds = seconds_of(response.coverage)
        rows = tuple(Row.of(by, group, seconds) for group in answer.groups)
        return cls(tuple(by), rows, answer.omitted, answer.rest, response.coverage)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
