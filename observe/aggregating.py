"""Counts of flows, wherever flows are: a relay counts itself, all else is read and counted here.

Whatever is wrong with a request is a ValueError, InvalidFilter among them.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from observe.filesource import FileSource
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.aggregates.asked import flows_of
from proto.aggregates.plain import Aggregator
from proto.failure import NotOffered
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.selection import event_ns

if TYPE_CHECKING:
    from proto.aclient import AsyncClient
    from proto.client import Client

MOST_READ = 20_000
"""Flows that are read of a server which does not count: the last so many that are asked about."""


class Counting:
    """Counts the last `most` flows that a request is about, as a server gives them out."""

    def __init__(self, request: AggregateRequest, most: int = MOST_READ) -> None:
        self._aggregator = Aggregator(request)
        self._most = most
        self._read = self._lost = 0
        self.asked = flows_of(request)
        """What to ask the server for."""
        self.asked.number = most

    def take(self, batch: Iterable[GetFlowsResponse]) -> None:
        """Count what came."""
        for answer in batch:
            self._lost += answer.lost_events.num_events_lost
            if answer.HasField("flow"):
                self._read += 1
                self._aggregator.add(event_ns(answer), answer.flow)

    def response(self) -> AggregateResponse:
        """Answer, and say what is missing."""
        made = self._aggregator.response()
        missing = [made.coverage.missing] if made.coverage.missing else []
        if self._read >= self._most:
            missing.append(
                f"the server does not count, and only its last {self._most:,} flows were read"
            )
        if self._lost:
            missing.append(f"the server lost {self._lost:,} events")
        made.coverage.missing = "; ".join(missing)
        return made


def of_server(
    client: "Client", request: AggregateRequest, most: int = MOST_READ
) -> AggregateResponse:
    """Ask a server to count; read and count the last `most` flows where it does not.

    Raises TransportError as `client` does. What could not be counted is told in the coverage.
    """
    counting = Counting(request, most)  # refuses what makes no sense, whoever would count
    with suppress(NotOffered):
        return client.aggregate(request)
    for batch in client.responses(counting.asked):
        counting.take(batch)
    return counting.response()


async def of_server_async(
    client: "AsyncClient", request: AggregateRequest, most: int = MOST_READ
) -> AggregateResponse:
    """Do what `of_server` does, with asyncio."""
    counting = Counting(request, most)
    with suppress(NotOffered):
        return await client.aggregate(request)
    async for batch in client.responses(counting.asked):
        counting.take(batch)
    return counting.response()


def of_file(
    path: str, request: AggregateRequest, say: Callable[[str], None] | None = None
) -> AggregateResponse:
    """Count the flows of a file of JSON lines, `-` for standard input; `say` hears what of it was
    left out. Raises ObserveError for a file that cannot be read to its end.
    """
    aggregator = Aggregator(request)
    source = FileSource(path)
    for events in source.responses(GetFlowsRequest()):
        for event in events:
            if event.HasField("flow"):
                aggregator.add(event_ns(event), event.flow)
    if say:
        for line in source.notes():
            say(line)
    return aggregator.response()
