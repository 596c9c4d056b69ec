"""What is counted of a flow, and what a percentile is."""

from typing import NamedTuple

from proto import flow_pb2
from proto.aggregates.dimensions import rcode
from proto.flow_pb2 import Flow

SERVER_ERROR = 500
"""The least status of HTTP that is an error."""

PERCENTILES = {"p50_ns": 50, "p95_ns": 95, "p99_ns": 99}
"""The percentiles of Latency, by their fields."""


class Measures(NamedTuple):
    """What a flow adds to each field of Counts; its latency in nanoseconds, 0 if it says none."""

    flows: int
    dropped: int
    errors: int
    requests: int
    responses: int
    latency_ns: int


def measures(flow: Flow) -> Measures:
    """Measure a flow."""
    verdict, l7 = flow.verdict, flow.l7
    dropped = int(verdict == flow_pb2.DROPPED)
    failed = verdict == flow_pb2.ERROR
    if l7.type == flow_pb2.REQUEST:
        return Measures(1, dropped, int(failed), 1, 0, 0)
    if l7.type == flow_pb2.RESPONSE:
        failed = failed or l7.http.code >= SERVER_ERROR or bool(rcode(flow))
        return Measures(1, dropped, int(failed), 0, 1, l7.latency_ns)
    return Measures(1, dropped, int(failed), 0, 0, 0)


def rank(percent: int, number: int) -> int:
    """Give the place of a percentile among so many sorted values: the least that covers it."""
    return max(0, -(-percent * number // 100) - 1)
