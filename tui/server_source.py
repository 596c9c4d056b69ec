"""A server as a source: a relay, or any other server of the Hubble API."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from tui.source import Retry, SourceError

if TYPE_CHECKING:
    from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
    from proto.client import Client
    from proto.observer_pb2 import (
        GetFlowsRequest,
        GetFlowsResponse,
        GetNodesResponse,
        ServerStatusResponse,
    )
    from proto.rings_pb2 import Ring

Result = TypeVar("Result")

Connect = Callable[[], "Client"]
"""Makes a client of the server."""


class ServerStream:
    """One read of a server, over a connection of its own, so that it can be ended from anywhere."""

    def __init__(
        self, client: "Client", request: "GetFlowsRequest", on_retry: Retry | None
    ) -> None:
        self._client = client
        self._batches = client.responses(request, on_retry=on_retry)

    def __iter__(self) -> "Iterator[Sequence[GetFlowsResponse]]":
        from proto.failure import TransportError

        try:
            yield from self._batches
        except (TransportError, ValueError) as error:
            raise SourceError(str(error)) from None
        finally:
            self.close()

    def close(self) -> None:
        """End the read, and the connection."""
        self._client.close()


class ServerSource:
    """The server that the clients of `connect` talk to; `words` are the options that name it to
    `observe`.
    """

    follows = True

    def __init__(self, name: str, connect: Connect, words: Sequence[str] = ()) -> None:
        self.name = name
        self.words = words or ("--server", name)
        self._connect = connect
        self._lock = threading.Lock()
        self._client: Client | None = None

    def flows(self, request: "GetFlowsRequest", on_retry: Retry | None = None) -> ServerStream:
        """Read flows; a follow goes on where it broke off."""
        return ServerStream(self._connect(), request, on_retry)

    def aggregate(self, request: "AggregateRequest") -> "AggregateResponse":
        """Ask the server to count, or count the last flows of one that does not."""
        from observe.aggregating import of_server

        return self._ask(lambda client: of_server(client, request))

    def nodes(self) -> "GetNodesResponse":
        """Ask for the nodes that the server knows."""
        from proto.observer_pb2 import GetNodesResponse

        return self._ask(lambda client: GetNodesResponse(nodes=client.nodes()))

    def rings(self) -> "Sequence[Ring]":
        """Ask for the rings of a relay of ours."""
        from proto.failure import NotOffered

        def ask(client: "Client") -> "Sequence[Ring]":
            try:
                return client.rings()
            except NotOffered:
                return ()

        return self._ask(ask)

    def status(self) -> "ServerStatusResponse":
        """Ask how much is stored, and how fast it comes."""
        return self._ask(lambda client: client.status())

    def values(self, field: str) -> Sequence[str]:
        """Ask for what the server holds of a field."""
        from observe.completion import LIVE

        ask = LIVE.get(field)
        if ask is None:
            return ()
        found = self._ask(lambda client: set(ask(client)))
        return sorted(value for value in found if value.isprintable())

    def close(self) -> None:
        """Close the connection for questions."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _ask(self, question: "Callable[[Client], Result]") -> Result:
        from proto.failure import TransportError

        with self._lock:
            client = self._client = self._client or self._connect()
        try:
            return question(client)
        except (TransportError, ValueError) as error:
            raise SourceError(str(error)) from None
