"""A file of JSON lines as a source; each question reads it anew."""

import threading
from collections.abc import Callable, Iterator, Sequence

from observe.aggregating import of_file
from observe.completion import SAMPLE
from observe.errors import ObserveError
from observe.filesource import FileSource as Reading
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.filters import InvalidFilter
from proto.flow_pb2 import Flow
from proto.observer_pb2 import (
    GetFlowsRequest,
    GetFlowsResponse,
    GetNodesResponse,
    ServerStatusResponse,
)
from proto.rings_pb2 import Ring
from tui.source import Retry, SourceError

BATCH = 256
"""Responses given at a time."""


def _pods(flow: Flow) -> tuple[str, ...]:
    ends = (flow.source, flow.destination)
    return tuple(f"{end.namespace}/{end.pod_name}" for end in ends if end.pod_name)


VALUES: dict[str, Callable[[Flow], tuple[str, ...]]] = {
    "namespace": lambda flow: (flow.source.namespace, flow.destination.namespace),
    "node_name": lambda flow: (flow.node_name,),
    "pod": _pods,
}
"""How the values of a field of a filter are read from a flow."""


class FileStream:
    """One read of a file."""

    def __init__(self, path: str, request: GetFlowsRequest) -> None:
        self._path = path
        self._request = GetFlowsRequest()
        self._request.CopyFrom(request)
        self._request.follow = False
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Sequence[GetFlowsResponse]]:
        batch: list[GetFlowsResponse] = []
        try:
            for events in Reading(self._path).responses(self._request):
                batch += [GetFlowsResponse.FromString(e.SerializeToString()) for e in events]
                if self._closed.is_set():
                    return
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
        except (ObserveError, InvalidFilter) as error:
            raise SourceError(str(error)) from None
        if batch:
            yield batch

    def close(self) -> None:
        """Read no further."""
        self._closed.set()


class FileSource:
    """The events of the file at `path`."""

    follows = False

    def __init__(self, path: str) -> None:
        self.name = path
        self.words = ("--input-file", path)

    def flows(self, request: GetFlowsRequest, on_retry: Retry | None = None) -> FileStream:
        """Read flows."""
        return FileStream(self.name, request)

    def aggregate(self, request: AggregateRequest) -> AggregateResponse:
        """Count the flows of the file."""
        try:
            return of_file(self.name, request)
        except (ObserveError, ValueError) as error:
            raise SourceError(str(error)) from None

    def nodes(self) -> GetNodesResponse:
        """Give none: a file has no nodes that could be asked."""
        return GetNodesResponse()

    def rings(self) -> Sequence[Ring]:
        """Give none."""
        return ()

    def status(self) -> ServerStatusResponse:
        """Say nothing but how many flows there are."""
        number = sum(len(batch) for batch in self.flows(GetFlowsRequest()))
        return ServerStatusResponse(num_flows=number, max_flows=number, seen_flows=number)

    def values(self, field: str) -> Sequence[str]:
        """Name what occurs in the last flows of the file."""
        read = VALUES.get(field)
        if read is None:
            return ()
        request = GetFlowsRequest(number=SAMPLE)
        flows = (answer.flow for batch in self.flows(request) for answer in batch)
        found = {value for flow in flows for value in read(flow)}
        return sorted(value for value in found if value and value.isprintable())

    def close(self) -> None:
        """Nothing is kept open."""
