"""The spans of time that numbers are of: the last minutes before an end, or everything."""

from typing import TYPE_CHECKING, NamedTuple

from proto.timestamps import SECOND, from_ns, to_ns

if TYPE_CHECKING:
    from proto.aggregate_pb2 import AggregateCoverage


class Span(NamedTuple):
    """A span by its name; its length and that of its steps, in seconds. Length 0: everything."""

    name: str
    seconds: int
    step_seconds: int

    def since_ns(self, until_ns: int) -> int | None:
        """Give where it begins, in nanoseconds since 1970; None: at the oldest flow."""
        return until_ns - self.seconds * SECOND if self.seconds else None


SPANS = (
    Span("1m", 60, 1),
    Span("5m", 300, 5),
    Span("15m", 900, 10),
    Span("1h", 3600, 60),
    Span("all", 0, 1),
)
"""The spans to choose from."""


def keep_to_known(coverage: "AggregateCoverage", now_ns: int) -> None:
    """Have what was counted begin with the oldest flow known, and end when it is now, so that rates
    are those of the time that was seen.
    """
    if coverage.rolled_up and to_ns(coverage.until) > now_ns:
        coverage.until.CopyFrom(from_ns(now_ns))
    if not coverage.rolled_up and to_ns(coverage.oldest_flow) > to_ns(coverage.since):
        coverage.since.CopyFrom(coverage.oldest_flow)
