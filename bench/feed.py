"""An agent that only sends: ready batches through the collector's protocol, as fast as it may."""

import threading
import time
from collections.abc import Iterable, Iterator

import grpc

from bench.flows import BATCH, RINGS, STEP_NS, events, requests
from bench.server import Server
from proto import collector_pb2, observer_pb2, observer_pb2_grpc

WINDOW = 64
"""Batches that may be on their way without an acknowledgement."""

METHOD = "/palomar.v1.Collector/Collect"

FAST_NS = 10_000
"""Time between events that come as fast as they may."""

FILL = 1.02
"""A ring is full when this much of its capacity was sent: the mix of kinds is random."""


class Feed:
    """One stream to the relay, in batches of `batch`, `window` of them at a time without an answer.

    `ordinal` is the next event's.
    """

    def __init__(self, address: str, source: str, batch: int = BATCH, window: int = WINDOW) -> None:
        self._channel = grpc.insecure_channel(address)
        self._source = source
        self._batch = batch
        self._window = window
        self.ordinal = 0

    def send(self, batches: Iterable[bytes], count: int) -> float:
        """Send batches that hold `count` events; give the seconds until all are committed."""
        window = threading.Semaphore(self._window)
        target = self.ordinal + count
        collect: grpc.StreamStreamMultiCallable[bytes, collector_pb2.CollectResponse] = (
            self._channel.stream_stream(METHOD, None, collector_pb2.CollectResponse.FromString)
        )
        replies = iter(collect(self._said(batches, window)))
        welcome = next(replies).welcome
        if welcome.ordinal != self.ordinal:
            raise SystemExit(
                f"the relay has {welcome.ordinal} of {self._source}, not {self.ordinal}"
            )
        began = time.perf_counter()
        acked = self.ordinal
        for reply in replies:
            for _ in range(acked, reply.ack.ordinal, self._batch):
                window.release()
            acked = reply.ack.ordinal
            if acked >= target:
                self.ordinal = target
                return time.perf_counter() - began
        raise SystemExit("the relay ended the stream")

    def _said(self, batches: Iterable[bytes], window: threading.Semaphore) -> Iterator[bytes]:
        yield hello(self._source)
        for batch in batches:
            window.acquire()
            yield batch
        yield goodbye()

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def hello(source: str) -> bytes:
    """Make the first message of a stream."""
    said = collector_pb2.Hello(node="bench", source=source, kind="bench")
    return collector_pb2.CollectRequest(hello=said).SerializeToString()


def goodbye() -> bytes:
    """Make the last message of a stream."""
    return collector_pb2.CollectRequest(goodbye=collector_pb2.Goodbye()).SerializeToString()


def capacity(size: float) -> int:
    """Events that all rings of `size` hold."""
    return round(sum(RINGS.values()) * size)


def fill(server: Server, size: float, seed: int) -> Iterator[bytes]:
    """Fill all rings with the flows of the time before this, unless they are full; give events of
    the time from now on, as fast as they may come.
    """
    if stored(server) < capacity(size) * 0.97:
        count = round(capacity(size) * FILL)
        start_ns = time.time_ns() - count * STEP_NS
        feed = Feed(server.address, f"fill-{start_ns}")
        feed.send(requests(events(seed, start_ns), count), count)
        feed.close()
    return events(seed, time.time_ns(), FAST_NS)


def stored(server: Server) -> int:
    """Ask the relay how many flows it has."""
    with grpc.insecure_channel(server.address) as channel:
        answer = observer_pb2_grpc.ObserverStub(channel).ServerStatus(
            observer_pb2.ServerStatusRequest()
        )
    return int(answer.num_flows)
