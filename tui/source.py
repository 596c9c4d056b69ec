"""Where the dashboard has its flows from: a server, or a file, behind one interface.

Everything here waits for a network or a disk: call it from threads only. What goes wrong is a
SourceError of one line.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
    from proto.observer_pb2 import (
        GetFlowsRequest,
        GetFlowsResponse,
        GetNodesResponse,
        ServerStatusResponse,
    )
    from proto.rings_pb2 import Ring

Retry = Callable[[str, float], None]
"""Is told why a connection is lost, and in how many seconds it is tried again."""


class SourceError(Exception):
    """A source cannot be read, or refuses. The text is one line."""


class Stream(Protocol):
    """An answer being read: batches of responses, which `close` ends from any thread."""

    def __iter__(self) -> "Iterator[Sequence[GetFlowsResponse]]": ...

    def close(self) -> None:
        """End it; the iteration then ends as well."""


class Source(Protocol):
    """What the dashboard asks; every call may take its time, and may raise SourceError."""

    @property
    def name(self) -> str:
        """The server's address, or the file's path."""

    @property
    def words(self) -> Sequence[str]:
        """The options that name it to `observe`."""

    @property
    def follows(self) -> bool:
        """Whether flows go on coming: a file ends."""

    def flows(self, request: "GetFlowsRequest", on_retry: Retry | None = None) -> Stream:
        """Read flows, in batches as they come. A follow outlives the connection."""

    def aggregate(self, request: "AggregateRequest") -> "AggregateResponse":
        """Count flows instead of giving them out."""

    def nodes(self) -> "GetNodesResponse":
        """List the nodes; none of a file."""

    def rings(self) -> "Sequence[Ring]":
        """List the rings; none of a file, and of a server that does not tell."""

    def status(self) -> "ServerStatusResponse":
        """Say how much there is, and how fast it comes."""

    def values(self, field: str) -> Sequence[str]:
        """Name values of a field of a filter that occur, such as pods; none if it has no such."""

    def close(self) -> None:
        """End everything that is being read."""
