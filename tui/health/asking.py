"""What is asked about the health of a source: its nodes and status, what came of each node, and
what was lost on the way."""

from collections import Counter
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from proto.aggregate_pb2 import AggregateCoverage, AggregateRequest, Group, Question
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse, Node, ServerStatusResponse
from proto.rings_pb2 import Ring
from proto.timestamps import SECOND, from_ns
from tui.source import Source
from tui.span import keep_to_known

SPAN_NS = 900 * SECOND
"""Of how long before now the flows and losses of nodes are counted."""

STEP_SECONDS = 15
"""How finely."""

MOST_LOSSES = 10_000
"""Losses that are read; there may be as many as the ring for them holds."""

NOWHERE = FlowFilter(node_name=["no-node-has-such-a-name"])
"""Matches no flow; losses pass every filter."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a source said of itself. `lost` is by node; `losses_left_out` that there are more."""

    nodes: tuple[Node, ...]
    status: ServerStatusResponse
    rings: tuple[Ring, ...]
    groups: tuple[Group, ...]
    first_step_ns: int
    step_ns: int
    coverage: AggregateCoverage
    lost: Counter[str]
    losses_left_out: bool
    now_ns: int


def ask(source: Source, now_ns: int) -> Health:
    """Ask everything; SourceError where there is no answer."""
    request = AggregateRequest()
    question = Question(by=["node"], step=Duration(seconds=STEP_SECONDS))
    request.questions.add().CopyFrom(question)
    if source.follows:
        request.since.CopyFrom(from_ns(now_ns - SPAN_NS))
        request.until.CopyFrom(from_ns(now_ns))
    counted = source.aggregate(request)
    keep_to_known(counted.coverage, now_ns)
    lost, left_out = _losses(source, now_ns)
    answer = counted.answers[0]
    return Health(
        tuple(source.nodes().nodes),
        source.status(),
        tuple(source.rings()),
        tuple(answer.groups),
        answer.first_step.ToNanoseconds(),
        answer.step.ToNanoseconds(),
        counted.coverage,
        lost,
        left_out,
        now_ns,
    )


def _losses(source: Source, now_ns: int) -> tuple[Counter[str], bool]:
    """Add up by node what was lost."""
    request = GetFlowsRequest(whitelist=[NOWHERE])
    if source.follows:
        request.since.CopyFrom(from_ns(now_ns - SPAN_NS))
        request.until.CopyFrom(from_ns(now_ns))
    lost, read = Counter[str](), 0
    stream = source.flows(request)
    try:
        for batch in stream:
            for response in batch:
                if response.HasField("lost_events"):
                    read += 1
                    lost[_node(response)] += response.lost_events.num_events_lost
            if read >= MOST_LOSSES:
                return lost, True
    finally:
        stream.close()
    return lost, False


def _node(response: GetFlowsResponse) -> str:
    return plain(response.node_name)


def plain(node: str) -> str:
    """Name a node as lists of nodes do: without the default cluster."""
    return node.removeprefix("default/")
