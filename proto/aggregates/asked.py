"""What an AggregateRequest asks for, checked: the same for whoever answers it.

Everything that is wrong with a request is a ValueError of one line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from proto.aggregate_pb2 import AggregateRequest, Order, Question
from proto.aggregates.dimensions import Dimension, dimensions
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetFlowsRequest
from proto.selection import Selection
from proto.timestamps import SECOND

MOST_QUESTIONS = 32
"""Questions that one request may have."""

MOST_GROUPS = 10_000
"""Groups that one answer gives."""

LONGEST_STEP = 315_576_000_000
"""Seconds that no Duration may exceed: 10,000 years."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question: what flows are grouped by, the order of groups and how many of them, the length
    of steps or None, and whether latencies are wanted, for themselves or for the order."""

    by: tuple[Dimension, ...]
    order: Order.ValueType
    limit: int
    step_ns: int | None
    latency: bool

    @classmethod
    def of(cls, question: Question) -> "AskedQuestion":
        """Read a question. Raises ValueError."""
        if question.order not in Order.values():
            raise ValueError(f"{question.order} is not an order")
        return cls(
            dimensions(question.by),
            question.order,
            min(question.limit or MOST_GROUPS, MOST_GROUPS),
            _step_ns(question.step) if question.HasField("step") else None,
            question.latency,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the range in time, the filters, the questions."""

    range: Selection
    allow: Sequence[FlowFilter]
    deny: Sequence[FlowFilter]
    questions: tuple[AskedQuestion, ...]

    @classmethod
    def of(cls, request: AggregateRequest) -> "Asked":
        """Read a request. Raises ValueError; filters are built, and refused, by who filters."""
        number = len(request.questions)
        if number > MOST_QUESTIONS:
            raise ValueError(f"{number} questions are more than {MOST_QUESTIONS}")
        return cls(
            Selection.of(flows_of(request)),
            request.whitelist,
            request.blacklist,
            tuple(map(AskedQuestion.of, request.questions)),
        )


def flows_of(request: AggregateRequest) -> GetFlowsRequest:
    """Give the request for the flows that a request is about, all of them."""
    asked = GetFlowsRequest(whitelist=request.whitelist, blacklist=request.blacklist)
    _copy_range(request, asked)
    return asked


def about(flows: GetFlowsRequest, questions: Iterable[Question]) -> AggregateRequest:
    """Give the request that asks these questions about the filters and the range of another."""
    asked = AggregateRequest(
        whitelist=flows.whitelist, blacklist=flows.blacklist, questions=questions
    )
    _copy_range(flows, asked)
    return asked


def _copy_range(
    given: AggregateRequest | GetFlowsRequest, to: AggregateRequest | GetFlowsRequest
) -> None:
    if given.HasField("since"):
        to.since.CopyFrom(given.since)
    if given.HasField("until"):
        to.until.CopyFrom(given.until)


def _step_ns(step: Duration) -> int:
    step_ns: int = step.seconds * SECOND + step.nanos
    if not 0 < step_ns <= LONGEST_STEP * SECOND:
        raise ValueError(f"a step of {step.seconds}s {step.nanos}ns is none")
    return step_ns
