"""The plain way to aggregate: one flow after the other, in bounded memory.

Files are counted this way, and the flows of servers that cannot count. What the relay says of the
same flows equals it, except that its percentiles may be those of sketches.
"""

from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.aggregates.asked import Asked
from proto.aggregates.measures import measures
from proto.aggregates.tally import MOST_KEPT, Tally
from proto.filters import predicate
from proto.flow_pb2 import Flow
from proto.timestamps import from_ns


class Aggregator:
    """Counts the flows that a request is about. Raises ValueError for a request that makes no
    sense, InvalidFilter among them."""

    def __init__(self, request: AggregateRequest) -> None:
        asked = Asked.of(request)
        self._range = asked.range
        self._keep = predicate(asked.allow, asked.deny)
        self._tallies = [Tally(question) for question in asked.questions]
        self._oldest_ns: int | None = None
        self._since_ns: int | None = None
        self._until_ns: int | None = None
        self.flows = 0
        """Flows counted."""

    def add(self, time_ns: int | None, flow: Flow) -> None:
        """Count a flow if it is asked about; `time_ns` is its own time, or None."""
        self._oldest_ns = _least(self._oldest_ns, time_ns)
        if not self._range.in_range(time_ns) or (self._keep and not self._keep(flow)):
            return
        self.flows += 1
        if time_ns is not None:
            self._since_ns = _least(self._since_ns, time_ns)
            self._until_ns = time_ns if self._until_ns is None else max(self._until_ns, time_ns)
        measured = measures(flow)
        for tally in self._tallies:
            tally.add(time_ns, flow, measured)

    def response(self) -> AggregateResponse:
        """Answer, with what was counted so far."""
        since, until = self._range.since_ns, self._range.until_ns
        since = self._since_ns if since is None else since
        until = self._until_ns if until is None else until
        said = AggregateResponse(answers=[each.answer(since, until) for each in self._tallies])
        coverage = said.coverage
        coverage.flows = self.flows
        coverage.folded = sum(tally.folded for tally in self._tallies)
        bounds = {"since": since, "until": until, "oldest_flow": self._oldest_ns}
        for name, ns in bounds.items():
            if ns is not None:
                getattr(coverage, name).CopyFrom(from_ns(ns))
        if coverage.folded:
            coverage.missing = f"groups beyond {MOST_KEPT:,} were not told apart"
        return said


def _least(known_ns: int | None, time_ns: int | None) -> int | None:
    if known_ns is None or time_ns is None:
        return time_ns if known_ns is None else known_ns
    return min(known_ns, time_ns)
