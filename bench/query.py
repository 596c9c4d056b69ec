"""How long queries take on full rings, from the call to the end of the answer, in this process."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import grpc

from bench.cast import ONE_IN_TEN_THOUSAND, ONE_PERCENT
from bench.feed import fill
from bench.report import Figure, Options, command
from bench.server import place, running
from proto import flow_pb2, observer_pb2, observer_pb2_grpc, reader_pb2, reader_pb2_grpc
from proto.target import Target
from proto.transport import open_channel

ALL = 2**64 - 1
"""The API's number for everything."""

Query = observer_pb2.GetFlowsRequest
Answer = Callable[[grpc.Channel, Query], Iterator[int]]


def by_reader(channel: grpc.Channel, query: Query) -> Iterator[int]:
    """Ask for batches; give the size of each."""
    asked = reader_pb2.ReadRequest(request=query)
    return (len(r.responses) for r in reader_pb2_grpc.ReaderStub(channel).Read(asked))


def by_observer(channel: grpc.Channel, query: Query) -> Iterator[int]:
    """Ask as Hubble's clients do, one flow a message."""
    return (1 for _ in observer_pb2_grpc.ObserverStub(channel).GetFlows(query))


def last(pod: str = "") -> Query:
    """Ask for the last 20, of one pod if one is named."""
    return Query(number=20, whitelist=[flow_pb2.FlowFilter(source_pod=[pod])] if pod else [])


QUERIES = {
    "last 20": last(),
    "last 20 of 1 %": last(ONE_PERCENT),
    "last 20 of 0.01 %": last(ONE_IN_TEN_THOUSAND),
    "last 20, nothing found": last("needle/none"),
    "last 20, URL that nothing has": Query(
        number=20, whitelist=[flow_pb2.FlowFilter(http_url=["nowhere[.]example"])]
    ),
}


def seconds(channel: grpc.Channel, answer: Answer, query: Query) -> tuple[float, int]:
    """Ask once; give the seconds and the number of answers: flows, and losses among them."""
    began = time.perf_counter()
    found = sum(answer(channel, query))
    return time.perf_counter() - began, found


def figures(channel: grpc.Channel, repeat: int) -> Iterator[Figure]:
    """Ask everything `repeat` times; the first answer of each is not counted."""
    for name, query in QUERIES.items():
        seconds(channel, by_reader, query)
        took = [seconds(channel, by_reader, query) for _ in range(repeat)]
        yield Figure(f"{name} ({took[0][1]} answers)", median(t for t, _ in took) * 1e3, "ms")
    for name, answer in (("Reader", by_reader), ("GetFlows", by_observer)):
        took = [seconds(channel, answer, Query(number=ALL)) for _ in range(min(repeat, 2))]
        yield Figure(f"all by {name}", median(found / t for t, found in took), "answers/s")


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        with open_channel(Target.parse(server.address)) as channel:
            return list(figures(channel, options.repeat))


main = command("query", run)
"""The command line."""

if __name__ == "__main__":
    main()
