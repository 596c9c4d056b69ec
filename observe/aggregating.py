"""Counts of flows, wherever flows are: a relay counts itself, all else is read and counted here.

Whatever is wrong with a request is a ValueError, InvalidFilter among them.
"""

from collections.abc import Callable

from observe.filesource import FileSource
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.aggregates.asked import Asked, flows_of
from proto.aggregates.plain import Aggregator
from proto.client import Client
from proto.failure import NotOffered
from proto.observer_pb2 import GetFlowsRequest
from proto.selection import event_ns

MOST_READ = 20_000
"""Flows that are read of a server which does not count: the last so many that are asked about."""


def of_server(
    client: Client, request: AggregateRequest, most: int = MOST_READ
) -> AggregateResponse:
    """Ask a server to count; read and count the last `most` flows where it does not.

    Raises TransportError as `client` does. What could not be counted is told in the coverage.
    """
    Asked.of(request)  # so that what makes no sense is refused alike, whoever would count
    try:
        return client.aggregate(request)
    except NotOffered:
        return _read(client, request, most)


def _read(client: Client, request: AggregateRequest, most: int) -> AggregateResponse:
    aggregator = Aggregator(request)
    asked = flows_of(request)
    asked.number = most
    read = lost = 0
    for batch in client.responses(asked):
        for answer in batch:
            lost += answer.lost_events.num_events_lost
            if answer.HasField("flow"):
                read += 1
                aggregator.add(event_ns(answer), answer.flow)
    response = aggregator.response()
    missing = [response.coverage.missing] if response.coverage.missing else []
    if read >= most:
        missing.append(f"the server does not count, and only its last {most:,} flows were read")
    if lost:
        missing.append(f"the server lost {lost:,} events")
    response.coverage.missing = "; ".join(missing)
    return response


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
