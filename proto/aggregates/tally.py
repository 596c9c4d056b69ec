"""The groups of one question, as flows are added one by one, and the answer that they come to."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable

from proto import aggregate_pb2
from proto.aggregate_pb2 import Answer, Counts, Group
from proto.aggregates.asked import AskedQuestion
from proto.aggregates.latencies import Latencies, Room
from proto.aggregates.measures import Measures
from proto.aggregates.steps import MOST_STEPS, Steps
from proto.flow_pb2 import Flow
from proto.timestamps import from_ns

MOST_KEPT = 20_000
"""Groups that are kept; flows of further ones are in the group of empty values."""

MOST_CELLS = 1_000_000
"""Counts of steps that are kept, of all groups; where there are more, steps become longer."""

FIELDS = [field.name for field in Counts.DESCRIPTOR.fields]
"""What is counted, in the order of Measures."""


class Tallied:
    """What was counted of one group."""

    __slots__ = ("counts", "latencies", "steps")

    def __init__(self, room: Room) -> None:
        self.counts = [0] * len(FIELDS)
        self.latencies = Latencies(room)
        self.steps: dict[int, int] = {}

    def add(self, measured: Measures) -> None:
        """Count a flow."""
        for place, number in enumerate(measured[: len(FIELDS)]):
            self.counts[place] += number
        if measured.latency_ns:
            self.latencies.add(measured.latency_ns)

    def lengthen(self) -> None:
        """Put each two steps together."""
        longer: defaultdict[int, int] = defaultdict(int)
        for ordinal, number in self.steps.items():
            longer[ordinal // 2] += number
        self.steps = dict(longer)


Named = tuple[tuple[str, ...], Tallied]
"""A group: its values, and what was counted."""

ORDERS: dict[int, Callable[[Tallied], int]] = {
    aggregate_pb2.FLOWS: lambda group: group.counts[0],
    aggregate_pb2.DROPS: lambda group: group.counts[1],
    aggregate_pb2.ERRORS: lambda group: group.counts[2],
    aggregate_pb2.REQUESTS: lambda group: group.counts[3],
    aggregate_pb2.LATENCY: lambda group: group.latencies.latency().p99_ns,
    aggregate_pb2.VALUES: lambda group: 0,
}
"""By what groups are ordered, greatest first; then by their values."""


class Tally:
    """Counts flows for one question."""

    def __init__(self, asked: AskedQuestion) -> None:
        self._asked = asked
        self._groups: dict[tuple[str, ...], Tallied] = {}
        self._room = Room()
        self._length_ns = asked.step_ns or 0
        self._span: tuple[int, int] | None = None
        self._cells = 0
        self.folded = 0
        """Flows that are in the group of empty values for want of one of their own."""

    def add(self, time_ns: int | None, flow: Flow, measured: Measures) -> None:
        """Count a flow; one without a time is in no step."""
        group = self._group(tuple(each.value(flow) for each in self._asked.by))
        group.add(measured)
        if self._length_ns and time_ns is not None:
            self._step(group, time_ns)

    def put(self, values: tuple[str, ...], tallied: Tallied, step_ns: int) -> None:
        """Take in a group that was counted elsewhere; all are in steps of the same length, or 0."""
        self._groups[values] = tallied
        self._length_ns = step_ns

    def _group(self, values: tuple[str, ...]) -> Tallied:
        group = self._groups.get(values)
        if group is None and len(self._groups) >= MOST_KEPT and any(values):
            self.folded += 1
            return self._group(("",) * len(values))
        if group is None:
            group = self._groups[values] = Tallied(self._room)
        return group

    def _step(self, group: Tallied, time_ns: int) -> None:
        ordinal = time_ns // self._length_ns
        first, last = self._span or (ordinal, ordinal)
        self._span = first, last = min(first, ordinal), max(last, ordinal)
        self._cells += ordinal not in group.steps
        group.steps[ordinal] = group.steps.get(ordinal, 0) + 1
        if last - first >= MOST_STEPS or self._cells > MOST_CELLS:
            self._lengthen()

    def _lengthen(self) -> None:
        self._length_ns *= 2
        if self._span:
            self._span = self._span[0] // 2, self._span[1] // 2
        for group in self._groups.values():
            group.lengthen()
        self._cells = sum(len(group.steps) for group in self._groups.values())

    def answer(self, since_ns: int | None, until_ns: int | None) -> Answer:
        """Answer the question; the times are those that steps shall cover, both inclusive."""
        found: Iterable[Named] = self._groups.items()
        measure = ORDERS[self._asked.order]
        ranked = [((-measure(tallied), values), (values, tallied)) for values, tallied in found]
        best = heapq.nsmallest(self._asked.limit, ranked, key=lambda each: each[0])
        given = [group for _, group in best]
        answer = Answer(omitted=len(ranked) - len(given))
        self._count_rest(answer, given)
        steps = self._steps(since_ns, until_ns)
        if steps is not None:
            answer.first_step.CopyFrom(from_ns(steps.first_ns))
            answer.step.FromNanoseconds(steps.length_ns)
        answer.groups.extend(self._said(values, tallied, steps) for values, tallied in given)
        return answer

    def _count_rest(self, answer: Answer, given: list[Named]) -> None:
        counts = [tallied.counts for tallied in self._groups.values()]
        shown = [tallied.counts for _, tallied in given]
        for place, field in enumerate(FIELDS):
            rest = sum(c[place] for c in counts) - sum(c[place] for c in shown)
            setattr(answer.rest, field, rest)

    def _steps(self, since_ns: int | None, until_ns: int | None) -> Steps | None:
        if not self._length_ns or since_ns is None or until_ns is None or since_ns > until_ns:
            return None
        steps = Steps.over(since_ns, until_ns, self._length_ns)
        while self._length_ns < steps.length_ns:
            self._lengthen()
        return steps

    def _said(self, values: tuple[str, ...], tallied: Tallied, steps: Steps | None) -> Group:
        group = Group(
            values=values, counts=Counts(**dict(zip(FIELDS, tallied.counts, strict=True)))
        )
        if steps is not None:
            over = range(steps.first, steps.first + steps.number)
            group.steps.extend(tallied.steps.get(ordinal, 0) for ordinal in over)
        if self._asked.latency and tallied.latencies.count:
            group.latency.CopyFrom(tallied.latencies.latency())
        return group
