"""A file of JSON lines as a source; each question reads it anew."""

import threading
from collections.abc import Iterator, Sequence

from observe.errors import ObserveError
from observe.filesource import FileSource as Reading
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.filters import InvalidFilter
from proto.observer_pb2 import (
    GetFlowsRequest,
    GetFlowsResponse,
    GetNodesResponse,
    ServerStatusResponse,
)
from tui.source import Retry, SourceError

BATCH = 256
"""Responses given at a time."""


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

    def flows(self, request: GetFlowsRequest, on_retry: Retry | None = None) -> FileStream:
        """Read flows."""
        return FileStream(self.name, request)

    def aggregate(self, request: AggregateRequest) -> AggregateResponse:
        """Count the flows of the file."""
        raise SourceError("a file cannot be counted")

    def nodes(self) -> GetNodesResponse:
        """Give none: a file has no nodes that could be asked."""
        return GetNodesResponse()

    def status(self) -> ServerStatusResponse:
        """Say nothing but how many flows there are."""
        number = sum(len(batch) for batch in self.flows(GetFlowsRequest()))
        return ServerStatusResponse(num_flows=number, max_flows=number, seen_flows=number)

    def values(self, field: str) -> Sequence[str]:
        """Name what occurs in the last flows of the file."""
        return ()

    def close(self) -> None:
        """Nothing is kept open."""
