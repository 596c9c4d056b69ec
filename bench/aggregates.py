"""How long the relay takes for what an overview and a map of services ask of it: over everything
that is stored, with no filter, with one that matches 1 %, with one that a namespace matches.
"""

import time
from collections.abc import Iterator
from functools import partial

import grpc
from google.protobuf.duration_pb2 import Duration

from bench.cast import ONE_PERCENT
from bench.feed import fill
from bench.figure import Figure, Goal, lower
from bench.query import repeated
from bench.report import Options, command
from bench.server import Server, place, running
from proto.aggregate_pb2 import DROPS, ERRORS, REQUESTS, AggregateRequest, Question
from proto.aggregate_pb2_grpc import AggregatorStub
from proto.flow_pb2 import FlowFilter
from proto.target import Target
from proto.transport import open_channel

OVERVIEW = [
    Question(by=["verdict"], step=Duration(seconds=60)),
    Question(by=["drop_reason", "policy"], order=DROPS, limit=30),
    Question(by=["source.workload", "destination.workload"], limit=30),
    Question(by=["kind", "server.service"], order=REQUESTS, limit=30, latency=True),
    Question(by=["server.service", "http_code"], limit=300),
    Question(by=["dns_query", "dns_rcode"], order=ERRORS, limit=30),
]
"""What the dashboard asks: verdicts by time, drops, talkers, latency and codes of services, DNS."""

MAP = [Question(by=["client.workload", "server.workload"], limit=1_000, latency=True)]
"""Edges between workloads."""

ASKED = {"overview": (OVERVIEW, Goal(1_000)), "map": (MAP, Goal(1_500))}
FILTERS = {
    "": [],
    " of 1 %": [FlowFilter(source_pod=[ONE_PERCENT])],
    " of a namespace": [FlowFilter(source_pod=["tenant-1/"])],
}


def ask(channel: grpc.Channel, request: AggregateRequest) -> float:
    """Ask once; give the seconds."""
    began = time.perf_counter()
    AggregatorStub(channel).Aggregate(request)
    return time.perf_counter() - began


def measured(server: Server, runs: int) -> Iterator[Figure]:
    """Ask everything."""
    with open_channel(Target.parse(server.address)) as channel:
        for name, (questions, goal) in ASKED.items():
            for share, allow in FILTERS.items():
                request = AggregateRequest(whitelist=allow, questions=questions)
                took = repeated(partial(ask, channel, request), runs)
                yield lower(f"{name}{share}", took, "ms", goal)


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        return list(measured(server, options.repeat))


main = command("aggregates", run)
"""The command line."""

if __name__ == "__main__":
    main()
