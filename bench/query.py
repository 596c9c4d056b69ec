"""How long the last 20 flows take on full rings: over gRPC, from the call to the end of the answer,
and at the server, which is its store opened in this process.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import grpc

from bench.cast import ONE_IN_TEN_THOUSAND, ONE_PERCENT
from bench.feed import fill
from bench.figure import Figure, Goal, lower
from bench.report import Options, command
from bench.server import place, running
from bench.store_ingest import ask, limits
from proto import flow_pb2, observer_pb2, reader_pb2, reader_pb2_grpc
from proto.selection import Selection
from proto.target import Target
from proto.transport import open_channel
from relay.store import Store

RUNS = 21
"""Answers of which the median is taken, after one that is not counted."""

MOST_SECONDS = 3.0
"""How long one question is asked again."""


class Query(NamedTuple):
    """A question: what it allows, and what it must take at the server, and over gRPC, in ms."""

    name: str
    allow: list[flow_pb2.FlowFilter]
    served: Goal | None = None
    called: Goal | None = None


def of_pod(pod: str) -> list[flow_pb2.FlowFilter]:
    """Allow what comes from one pod."""
    return [flow_pb2.FlowFilter(source_pod=[pod])]


PERCENT = Goal(5, 2, "12.1 ms in 65,535")
RARE = Goal(8, 3)
NOTHING = Goal(1, 0.1, "4.9 ms in 65,535")

QUERIES = (
    Query("last 20", [], Goal(1, 0.1, "0.4 ms in 65,535")),
    Query("last 20 of 1 %", of_pod(ONE_PERCENT), PERCENT, PERCENT),
    Query("last 20 of 0.01 %", of_pod(ONE_IN_TEN_THOUSAND), RARE, RARE),
    Query("last 20, nothing found", of_pod("needle/none"), NOTHING, NOTHING),
    Query("last 20, URL of none", [flow_pb2.FlowFilter(http_url=["nowhere[.]example"])]),
    Query(
        "last 20, header of none",
        [flow_pb2.FlowFilter(http_header=[flow_pb2.HTTPHeader(key="no")])],
    ),
)


def repeated(once: Callable[[], float], runs: int) -> list[float]:
    """Call it once to warm up, then so often, or until it has taken long; give the milliseconds."""
    took = [once()]
    while len(took) <= runs and sum(took) < MOST_SECONDS:
        took.append(once())
    return [each * 1e3 for each in took[1:] or took]


def call(channel: grpc.Channel, query: Query) -> float:
    """Ask a relay once; give the seconds."""
    request = observer_pb2.GetFlowsRequest(number=20, whitelist=query.allow)
    asked = reader_pb2.ReadRequest(request=request)
    began = time.perf_counter()
    for _ in reader_pb2_grpc.ReaderStub(channel).Read(asked):
        pass
    return time.perf_counter() - began


def called(address: str, runs: int) -> Iterator[Figure]:
    """Ask a relay everything."""
    with open_channel(Target.parse(address)) as channel:
        for query in QUERIES:
            took = repeated(partial(call, channel, query), runs)
            yield lower(f"{query.name}, over gRPC", took, "ms", query.called)


def served(store: Store, runs: int) -> Iterator[Figure]:
    """Ask a store everything."""
    for query in QUERIES:
        took = repeated(partial(ask, store, Selection(20), query.allow), runs)
        yield lower(f"{query.name}, at the server", took, "ms", query.served)


def run(options: Options) -> list[Figure]:
    """Measure."""
    runs = max(options.repeat, RUNS)
    with place(options.data) as data:
        with running(data, options.size) as server:
            fill(server, options.size, options.seed)
            figures = list(called(server.address, runs))
        store = Store(data, limits(options.size))
        try:
            return [*figures, *served(store, runs)]
        finally:
            store.close()


main = command("query", run)
"""The command line."""

if __name__ == "__main__":
    main()
