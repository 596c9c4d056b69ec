"""Clients that follow, in a process of their own, until their input ends.

`python -m bench.followers ADDRESS WAY COUNT SEED FILTERED`; then they write for each client how
many flows it got, and for each flow when it happened and when it came, all as 64-bit integers.
"""

import random
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import IO

import grpc

from bench.cast import cast
from bench.process import Process
from proto import flow_pb2, observer_pb2, observer_pb2_grpc
from proto.client import Client
from proto.failure import TransportError
from proto.target import Target
from proto.transport import open_channel

Responses = Iterable[observer_pb2.GetFlowsResponse]
Way = Callable[[str, observer_pb2.GetFlowsRequest], tuple[Iterator[Responses], Callable[[], None]]]

VERDICTS = 5
"""One in so many filters asks for a verdict, the others for pods."""


def filters(seed: int, count: int) -> list[list[flow_pb2.FlowFilter]]:
    """Draw a filter for each of so many clients."""
    who, rng = cast(random.Random(seed)), random.Random(seed)
    pods = [f"{pod.namespace}/{pod.pod_name}" for pod in who.endpoints[20:400]]
    asked = []
    for number in range(count):
        if number % VERDICTS:
            asked.append([flow_pb2.FlowFilter(source_pod=rng.sample(pods, 3))])
        else:
            asked.append([flow_pb2.FlowFilter(verdict=[flow_pb2.DROPPED])])
    return asked


def by_reader(
    address: str, request: observer_pb2.GetFlowsRequest
) -> tuple[Iterator[Responses], Callable[[], None]]:
    """Follow in batches, as our commands do."""
    client = Client(address)
    return client.responses(request), client.close


def by_observer(
    address: str, request: observer_pb2.GetFlowsRequest
) -> tuple[Iterator[Responses], Callable[[], None]]:
    """Follow one flow a message, as Hubble's clients do."""
    channel = open_channel(Target.parse(address))
    answers = observer_pb2_grpc.ObserverStub(channel).GetFlows(request)
    return ([answer] for answer in answers), channel.close


WAYS: dict[str, Way] = {"Reader": by_reader, "GetFlows": by_observer}


class Follower:
    """A thread that follows, and notes when each flow happened and when it came."""

    def __init__(self, address: str, way: Way, allow: list[flow_pb2.FlowFilter]) -> None:
        self.noted = array("q")
        request = observer_pb2.GetFlowsRequest(follow=True, whitelist=allow)
        self._batches, self._close = way(address, request)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        note = self.noted.append
        try:
            for batch in self._batches:
                came = time.time_ns()
                for answer in batch:
                    if answer.HasField("flow"):
                        stamp = answer.flow.time
                        note(stamp.seconds * 10**9 + stamp.nanos)
                        note(came)
        except (grpc.RpcError, TransportError, ValueError):
            return  # the channel was closed

    def stop(self) -> "array[int]":
        """Stop; give what was noted."""
        self._close()
        self._thread.join()
        return self.noted


def read(stream: IO[bytes]) -> Iterator[list[tuple[int, int]]]:
    """Read what the process writes: for each client, pairs of when and when."""
    while size := stream.read(8):
        noted = array("q", stream.read(int.from_bytes(size, sys.byteorder) * 16))
        yield list(zip(noted[::2], noted[1::2], strict=True))


def started(address: str, way: str, count: int, seed: int, filtered: bool, **popen: int) -> Process:
    """Start the process."""
    given = map(str, (count, seed, int(filtered)))
    argv = [sys.executable, "-m", "bench.followers", address, way, *given]
    return Process(f"followers, {way}", argv, **popen)


def main(address: str, way: str, count: str, seed: str, filtered: str) -> None:
    """Follow until the input ends."""
    number = int(count)
    asked = filters(int(seed), number) if int(filtered) else [[]] * number
    clients = [Follower(address, WAYS[way], allow) for allow in asked]
    sys.stdin.read()
    for client in clients:
        noted = client.stop()
        sys.stdout.buffer.write((len(noted) // 2).to_bytes(8, sys.byteorder))
        sys.stdout.buffer.write(noted.tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
