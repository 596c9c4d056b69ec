"""Feed a relay in tests that have no event loop."""

import asyncio

from proto.observer_pb2 import ExportEvent, GetFlowsResponse
from tests.relays import store


def events(*answers: GetFlowsResponse) -> list[ExportEvent]:
    """Make of answers what an agent sends."""
    return [ExportEvent.FromString(answer.SerializeToString()) for answer in answers]


def feed_events(address: str, sent: list[ExportEvent]) -> None:
    """Store events, after what was fed before; return when they are committed."""
    asyncio.run(store(address, sent))


def feed(address: str, *answers: GetFlowsResponse) -> None:
    """Store what these answers hold, after what was fed before; return when it is committed."""
    feed_events(address, events(*answers))
