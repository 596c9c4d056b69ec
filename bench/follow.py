"""How late a follower sees a flow: from the flow's own time until it is read and parsed.

An agent offers `--rate` events a second, in a batch every 10 ms; that wait is part of the figures.
"""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from statistics import quantiles

import grpc

from bench.feed import Feed, fill
from bench.flows import events, requests, templates
from bench.report import Figure, Options, command
from bench.server import place, running
from proto import observer_pb2, observer_pb2_grpc, reader_pb2, reader_pb2_grpc
from proto.target import Target
from proto.timestamps import to_ns
from proto.transport import open_channel

SECONDS = 5
FLOW_TAG = 0x0A
"""First byte of an event that is a flow."""

LINGER = 0.01
"""Seconds between two batches."""

FOLLOW = observer_pb2.GetFlowsRequest(follow=True)


def by_reader(channel: grpc.Channel) -> Iterator[observer_pb2.GetFlowsResponse]:
    """Follow in batches."""
    asked = reader_pb2.ReadRequest(request=FOLLOW)
    for answer in reader_pb2_grpc.ReaderStub(channel).Read(asked):
        yield from answer.responses


def by_observer(channel: grpc.Channel) -> Iterator[observer_pb2.GetFlowsResponse]:
    """Follow as Hubble's clients do."""
    yield from observer_pb2_grpc.ObserverStub(channel).GetFlows(FOLLOW)


class Follower:
    """A thread that follows, and notes how late each flow is, in milliseconds."""

    def __init__(self, address: str, way: Callable[..., Iterator[observer_pb2.GetFlowsResponse]]):
        self.late: list[float] = []
        self._channel = open_channel(Target.parse(address))
        self._thread = threading.Thread(target=self._read, args=(way,))
        self._thread.start()

    def _read(self, way: Callable[..., Iterator[observer_pb2.GetFlowsResponse]]) -> None:
        try:
            for answer in way(self._channel):
                if answer.HasField("flow"):
                    self.late.append((time.time_ns() - to_ns(answer.flow.time)) / 1e6)
        except (grpc.RpcError, ValueError):
            return  # the channel was closed

    def stop(self) -> list[float]:
        """Stop; give what was noted."""
        self._channel.close()
        self._thread.join()
        return self.late


def paced(rate: int, seconds: int, seed: int) -> Iterator[bytes]:
    """Give batches of flows that happen as they are given."""
    batch = max(1, round(rate * LINGER))
    templates(seed)
    start_ns, step_ns = time.time_ns(), 10**9 // rate
    for number, made in enumerate(
        requests(events(seed, start_ns, step_ns), rate * seconds, batch=batch)
    ):
        ahead = start_ns + (number + 1) * batch * step_ns - time.time_ns()
        time.sleep(max(0, ahead) / 1e9)
        yield made


def figures(name: str, late: list[float], sent: int) -> list[Figure]:
    """Sum up one follower."""
    cuts = quantiles(late, n=100)
    return [
        Figure(f"{name}: delivered", len(late) / sent * 100, "% of flows", "100"),
        Figure(f"{name}: median", cuts[49], "ms"),
        Figure(f"{name}: 99 %", cuts[98], "ms"),
    ]


def run(options: Options) -> list[Figure]:
    """Measure."""
    count = options.rate * SECONDS
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        followers = {
            name: Follower(server.address, way)
            for name, way in (("Reader", by_reader), ("GetFlows", by_observer))
        }
        feed = Feed(server.address, f"live-{time.time_ns()}", max(1, round(options.rate * LINGER)))
        time.sleep(0.5)  # the followers are registered by then
        before = server.cpu()
        feed.send(paced(options.rate, SECONDS, options.seed), count)
        used = (server.cpu() - before) / SECONDS * 100
        time.sleep(0.5)  # the last flows are on their way
        late = {name: follower.stop() for name, follower in followers.items()}
        feed.close()
    sent = sum(event[0] == FLOW_TAG for event in islice(events(options.seed, 0), count))
    shown = [figure for name in late for figure in figures(name, late[name], sent)]
    return [*shown, Figure("CPU of the relay, two followers", used, "%")]


main = command("follow", run)
"""The command line."""

if __name__ == "__main__":
    main()
