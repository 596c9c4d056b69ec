"""palomar.v1.Rings: how full the rings are."""

from google.protobuf.message import Message

from proto.rings_pb2 import Evicted, ListRingsResponse, Ring
from proto.timestamps import from_ns
from relay.rings.classes import RingState
from relay.services.refusal import Context
from relay.store import Store


class Rings:
    """palomar.v1.Rings over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list(self, _request: bytes, _context: Context) -> Message:
        """List the rings."""
        return ListRingsResponse(rings=map(_ring, self._store.ring_states()))


def _ring(state: RingState) -> Ring:
    ring = Ring(
        name=state.name,
        events=state.flows,
        capacity=state.capacity,
        bytes=state.bytes,
        seen=state.seen,
        evicted=[Evicted(limit=limit, events=count) for limit, count in state.evicted.items()],
    )
    for name, ns in (("oldest", state.oldest_ns), ("newest", state.newest_ns)):
        if ns is not None:
            getattr(ring, name).CopyFrom(from_ns(ns))
    return ring
