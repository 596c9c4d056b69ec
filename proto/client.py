"""A client of a relay, or of any server of the Hubble API.

    with Client("localhost:4245") as client:
        for batch in client.responses(GetFlowsRequest(number=20)):
            ...

Whatever goes wrong with the server is a TransportError of one line. A client may be used from
several threads, and closed from any: what it is reading then ends.
"""

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

import grpc

from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.aggregate_pb2_grpc import AggregatorStub
from proto.failure import failed
from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetAgentEventsResponse,
    GetDebugEventsRequest,
    GetDebugEventsResponse,
    GetFlowsRequest,
    GetFlowsResponse,
    GetNamespacesRequest,
    GetNodesRequest,
    Namespace,
    Node,
    ServerStatusRequest,
    ServerStatusResponse,
)
from proto.observer_pb2_grpc import ObserverStub
from proto.overlap import Answer
from proto.reader_pb2 import ReadRequest, ReadResponse
from proto.reading import Reading, Request, Retry
from proto.rings_pb2 import ListRingsRequest, Ring
from proto.rings_pb2_grpc import RingsStub
from proto.server import Metadata, Say, Server
from proto.transport import TLS, Target, open_channel

TIMEOUT_SECONDS = 12.0
"""How long connecting may take, and a server to answer a call that is not a stream."""

READ_METHOD = "/palomar.v1.Reader/Read"
HEALTH_METHOD = "/grpc.health.v1.Health/Check"
HEALTH_SERVICE = "hubble.server.Observer"
"""The service whose health servers of Hubble tell."""


Question = TypeVar("Question")
Reply = TypeVar("Reply")


class Call(Protocol):
    """A call that was made."""

    def initial_metadata(self) -> Metadata:
        """Give what the server says before its first message."""

    def cancel(self) -> object:
        """End the call."""


Through = Callable[[Iterable[bytes]], Iterable[ReadResponse]]
"""Makes batches of serialized ones, all or what is left of them."""


def parsed(batches: Iterable[bytes]) -> Iterable[ReadResponse]:
    """Make batches of serialized ones."""
    return map(ReadResponse.FromString, batches)


class Client:
    """A client of the server at `server`; `timeout`, in seconds, is for connecting, and for calls
    that are no streams.

    `on_warning` is told when the server is older than the API spoken here. Raise ValueError for
    an address that cannot be read.
    """

    def __init__(
        self,
        server: str = "localhost:4245",
        tls: TLS | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        on_warning: Say | None = None,
    ) -> None:
        self.server = Server(Target.parse(server), on_warning)
        self.timeout = timeout
        self._closed = threading.Event()
        self._channel = open_channel(self.server.target, tls, connecting=timeout)
        self._observer = ObserverStub(self._channel)
        self._batches: grpc.UnaryStreamMultiCallable[ReadRequest, bytes] = (
            self._channel.unary_stream(READ_METHOD, ReadRequest.SerializeToString)
        )
        self._aggregator = AggregatorStub(self._channel)
        self._rings = RingsStub(self._channel)

    def responses(
        self,
        request: GetFlowsRequest,
        *,
        on_reconnect: Say | None = None,
        on_retry: Retry | None = None,
        enough: Sequence[str] = (),
        through: Through | None = None,
    ) -> Generator[list[GetFlowsResponse]]:
        """Read flows, in batches as they come; a follow reconnects, and tells `on_reconnect` so,
        and `on_retry` of each attempt. `enough` names fields that suffice the caller: others may be
        left out where that saves anything. Where the server sends batches they go `through`, which
        may take responses out of them, and yields one for each, in their order.
        """
        reading = Reading[GetFlowsRequest, GetFlowsResponse](
            request, self.server, on_reconnect, on_retry, enough
        )
        return self._read(reading, self._observer.GetFlows, through or parsed)

    def agent_events(
        self, request: GetAgentEventsRequest, *, on_reconnect: Say | None = None
    ) -> Generator[list[GetAgentEventsResponse]]:
        """Read agent events, as `responses` reads flows."""
        reading = Reading[GetAgentEventsRequest, GetAgentEventsResponse](
            request, self.server, on_reconnect
        )
        return self._read(reading, self._observer.GetAgentEvents)

    def debug_events(
        self, request: GetDebugEventsRequest, *, on_reconnect: Say | None = None
    ) -> Generator[list[GetDebugEventsResponse]]:
        """Read debug events, as `responses` reads flows."""
        reading = Reading[GetDebugEventsRequest, GetDebugEventsResponse](
            request, self.server, on_reconnect
        )
        return self._read(reading, self._observer.GetDebugEvents)

    def status(self) -> ServerStatusResponse:
        """Ask how much is stored, how fast it comes, and which nodes are missing."""
        return self._ask(self._observer.ServerStatus, ServerStatusRequest())

    def nodes(self) -> Sequence[Node]:
        """Ask for the nodes that the server knows."""
        return self._ask(self._observer.GetNodes, GetNodesRequest()).nodes

    def namespaces(self) -> Sequence[Namespace]:
        """Ask for the namespaces of what is stored."""
        return self._ask(self._observer.GetNamespaces, GetNamespacesRequest()).namespaces

    def aggregate(self, request: AggregateRequest) -> AggregateResponse:
        """Ask for counts instead of flows; NotOffered where the server does not count."""
        return self._ask(self._aggregator.Aggregate, request)

    def rings(self) -> Sequence[Ring]:
        """Ask how full the rings are; NotOffered where the server does not say."""
        return self._ask(self._rings.List, ListRingsRequest()).rings

    def health(self, service: str = HEALTH_SERVICE) -> str:
        """Ask for the health of a service: SERVING, or what is in its place."""
        from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

        check = self._channel.unary_unary(
            HEALTH_METHOD, HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString
        )
        answer = self._ask(check, HealthCheckRequest(service=service))
        return HealthCheckResponse.ServingStatus.Name(answer.status)

    def close(self) -> None:
        """End what is being read, and close the connection."""
        self._closed.set()
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(
        self,
        method: "grpc.UnaryUnaryMultiCallable[Question, Reply]",
        request: Question,
    ) -> Reply:
        """Make a call that is no stream."""
        try:
            answer, call = method.with_call(request, timeout=self.timeout)
        except grpc.RpcError as error:
            raise failed(error, self.server.target) from error
        self.server.heard(call.initial_metadata())
        return answer

    def _read(
        self,
        reading: Reading[Request, Answer],
        method: "grpc.UnaryStreamMultiCallable[Request, Answer]",
        through: Through = parsed,
    ) -> Generator[list[Answer]]:
        """Read until the answer is complete, or this client is closed."""
        delay: float | None = 0.0
        while delay is not None and not self._closed.wait(delay):
            failed = None
            try:
                yield from self._attempt(reading, method, through)
            except grpc.RpcError as error:
                failed = error
            delay = None if self._closed.is_set() else reading.after(failed)

    def _attempt(
        self,
        reading: Reading[Request, Answer],
        method: "grpc.UnaryStreamMultiCallable[Request, Answer]",
        through: Through,
    ) -> Generator[list[Answer]]:
        """Make one call and read its answers."""
        asked = reading.ask()
        if isinstance(asked, ReadRequest):
            batches = self._batches(asked)
            return self._drain(batches, through(batches), reading)
        answers = method(asked, timeout=reading.timeout())
        return self._drain(answers, answers, reading)

    def _drain(
        self,
        call: Call,
        messages: Iterable[ReadResponse | Answer],
        reading: Reading[Request, Answer],
    ) -> Generator[list[Answer]]:
        """Read the messages of a call; whoever stops reading cancels it."""
        heard = False
        try:
            for message in messages:
                if not heard:
                    self.server.heard(call.initial_metadata())
                    heard = True
                if answers := reading.take(message):
                    yield answers
        finally:
            call.cancel()
