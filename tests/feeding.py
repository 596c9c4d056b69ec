"""Feed a relay as an agent does, batch by batch."""

from collections.abc import Iterable
from typing import TypeVar

import grpc

from proto.collector_pb2 import Batch, CollectRequest, Goodbye, Hello
from proto.collector_pb2_grpc import CollectorStub
from proto.observer_pb2 import ExportEvent, GetFlowsResponse
from proto.transport import Target

Message = TypeVar("Message")


def feed(address: str, *answers: GetFlowsResponse, node: str = "node-1") -> None:
    """Store what these answers hold, after what was fed before; return when it is committed."""
    with grpc.insecure_channel(Target.parse(address).address) as channel:
        collect = CollectorStub(channel).Collect
        start = _last(collect(iter([_hello(node)]))).welcome.ordinal
        events = [ExportEvent.FromString(answer.SerializeToString()) for answer in answers]
        batch = CollectRequest(batch=Batch(ordinal=start, events=events))
        said = [_hello(node), batch, CollectRequest(goodbye=Goodbye())]
        assert _last(collect(iter(said))).ack.ordinal == start + len(events)


def _hello(node: str) -> CollectRequest:
    return CollectRequest(hello=Hello(node=node, source="test", kind="file"))


def _last(messages: Iterable[Message]) -> Message:
    *_, last = messages
    return last
