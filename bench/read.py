"""How fast everything that is stored is read: in batches by our client, and one flow a message, as
Hubble's clients ask, through our channel and through one with gRPC's defaults, from `--listen` and
from `--hubble-listen`.
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import grpc

from bench.feed import fill
from bench.figure import Figure, Goal, higher, lower
from bench.report import Options, command
from bench.server import Server, place, running
from proto.client import Client
from proto.observer_pb2 import GetFlowsRequest
from proto.observer_pb2_grpc import ObserverStub
from proto.target import Target
from proto.transport import open_channel

ALL = 2**64 - 1
"""The API's number for everything."""

ONE_BY_ONE = 100_000
"""Most flows that are read one a message: more only take longer."""

RUNS = 3

BATCHED = Goal(300_000, 450_000, "77,000/s over four nodes, 163,000/s of one")
SINGLE = Goal(15_000, 77_000, "77,000/s over four nodes, 163,000/s of one")


Way = Callable[[str, int], int]
"""Reads from an address so many flows at most; gives how many came."""


class Read(NamedTuple):
    """One reading: flows a second, and microseconds of CPU for each, in relay and client."""

    rate: float
    relay: float
    client: float


def batched(address: str, count: int) -> int:
    """Read in batches, as our commands do; give how many flows came."""
    with Client(address) as client:
        return sum(map(len, client.responses(GetFlowsRequest(number=count))))


def single(address: str, count: int) -> int:
    """Read one flow a message through our channel."""
    with open_channel(Target.parse(address)) as channel:
        return sum(1 for _ in ObserverStub(channel).GetFlows(GetFlowsRequest(number=count)))


def unmodified(address: str, count: int) -> int:
    """Read one flow a message as a program does that knows nothing of us."""
    with grpc.insecure_channel(address) as channel:
        return sum(1 for _ in ObserverStub(channel).GetFlows(GetFlowsRequest(number=count)))


def readings(server: Server, way: Way, address: str, count: int, runs: int) -> Iterator[Read]:
    """Read so often, once more before to warm up."""
    way(address, min(count, 1_000))
    for _ in range(runs):
        relay, client, began = server.cpu(), time.process_time(), time.perf_counter()
        found = way(address, count)
        took = time.perf_counter() - began
        used = (server.cpu() - relay, time.process_time() - client)
        yield Read(found / took, used[0] / found * 1e6, used[1] / found * 1e6)


def figures(name: str, read: list[Read], goal: Goal | None) -> list[Figure]:
    """Sum up one way to read."""
    return [
        higher(f"all, {name}", (r.rate for r in read), "flows/s", goal),
        lower(f"all, {name}: CPU of the relay", (r.relay for r in read), "µs/flow"),
        lower(f"all, {name}: CPU of the client", (r.client for r in read), "µs/flow"),
    ]


def run(options: Options) -> list[Figure]:
    """Measure."""
    runs = min(options.repeat, RUNS)
    most = options.events or ONE_BY_ONE
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        rows = (
            ("in batches", batched, server.address, ALL, BATCHED),
            ("one a message", single, server.address, most, SINGLE),
            ("one a message, plain client", unmodified, server.address, most, SINGLE),
            ("one a message, many a frame", single, server.hubble, most, SINGLE),
            ("one a message, many a frame, plain client", unmodified, server.hubble, most, SINGLE),
        )
        return [
            figure
            for name, way, address, count, goal in rows
            for figure in figures(name, list(readings(server, way, address, count, runs)), goal)
        ]


main = command("read", run)
"""The command line."""

if __name__ == "__main__":
    main()
