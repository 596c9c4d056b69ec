"""The client of `proto/client.py` for asyncio.

    async with AsyncClient("localhost:4245") as client:
        async for batch in client.responses(GetFlowsRequest(number=20)):
            ...

What a read asks, keeps and gives up is decided by the same Reading.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self, TypeVar

import grpc

from proto.aggregate_pb2 import AggregateRequest, AggregateResponse
from proto.aggregate_pb2_grpc import AggregatorStub
from proto.client import HEALTH_METHOD, HEALTH_SERVICE, TIMEOUT_SECONDS
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
from proto.reader_pb2_grpc import ReaderStub
from proto.reading import Reading, Request
from proto.server import Metadata, Say, Server
from proto.transport import TLS, Target, open_aio_channel

Question = TypeVar("Question")
Reply = TypeVar("Reply")
Message = TypeVar("Message", covariant=True)


class Stream(Protocol[Message]):
    """A call that answers with a stream of messages."""

    def __aiter__(self) -> AsyncIterator[Message]: ...

    def initial_metadata(self) -> Awaitable[Metadata]:
        """Give what the server says before its first message."""

    def cancel(self) -> object:
        """End the call."""


class AsyncClient:
    """A client as `proto.client.Client`, to be made and used in one running event loop.

    With a TLS that allows insecure servers, making it waits for the server's certificate.
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
        self._closed = asyncio.Event()
        self._channel = open_aio_channel(self.server.target, tls, connecting=timeout)
        self._observer = ObserverStub(self._channel)
        self._reader = ReaderStub(self._channel)
        self._aggregator = AggregatorStub(self._channel)

    def responses(
        self, request: GetFlowsRequest, *, on_reconnect: Say | None = None
    ) -> AsyncGenerator[list[GetFlowsResponse]]:
        """Read flows, in batches as they come; a follow reconnects, and tells `on_reconnect` so."""
        return self._read(Reading(request, self.server, on_reconnect), self._observer.GetFlows)

    def agent_events(
        self, request: GetAgentEventsRequest, *, on_reconnect: Say | None = None
    ) -> AsyncGenerator[list[GetAgentEventsResponse]]:
        """Read agent events, as `responses` reads flows."""
        reading = Reading[GetAgentEventsRequest, GetAgentEventsResponse](
            request, self.server, on_reconnect
        )
        return self._read(reading, self._observer.GetAgentEvents)

    def debug_events(
        self, request: GetDebugEventsRequest, *, on_reconnect: Say | None = None
    ) -> AsyncGenerator[list[GetDebugEventsResponse]]:
        """Read debug events, as `responses` reads flows."""
        reading = Reading[GetDebugEventsRequest, GetDebugEventsResponse](
            request, self.server, on_reconnect
        )
        return self._read(reading, self._observer.GetDebugEvents)

    async def status(self) -> ServerStatusResponse:
        """Ask how much is stored, how fast it comes, and which nodes are missing."""
        return await self._ask(self._observer.ServerStatus, ServerStatusRequest())

    async def nodes(self) -> Sequence[Node]:
        """Ask for the nodes that the server knows."""
        return (await self._ask(self._observer.GetNodes, GetNodesRequest())).nodes

    async def namespaces(self) -> Sequence[Namespace]:
        """Ask for the namespaces of what is stored."""
        answer = await self._ask(self._observer.GetNamespaces, GetNamespacesRequest())
        return answer.namespaces

    async def aggregate(self, request: AggregateRequest) -> AggregateResponse:
        """Ask for counts instead of flows; NotOffered where the server does not count."""
        return await self._ask(self._aggregator.Aggregate, request)

    async def health(self, service: str = HEALTH_SERVICE) -> str:
        """Ask for the health of a service: SERVING, or what is in its place."""
        from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

        check = self._channel.unary_unary(
            HEALTH_METHOD, HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString
        )
        answer = await self._ask(check, HealthCheckRequest(service=service))
        return HealthCheckResponse.ServingStatus.Name(answer.status)

    async def close(self) -> None:
        """End what is being read, and close the connection."""
        self._closed.set()
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _ask(
        self, method: "grpc.aio.UnaryUnaryMultiCallable[Question, Reply]", request: Question
    ) -> Reply:
        """Make a call that is no stream."""
        call = method(request, timeout=self.timeout)
        try:
            answer = await call
        except grpc.RpcError as error:
            raise failed(error, self.server.target) from error
        self.server.heard(await call.initial_metadata())
        return answer

    async def _read(
        self,
        reading: Reading[Request, Answer],
        method: "grpc.aio.UnaryStreamMultiCallable[Request, Answer]",
    ) -> AsyncGenerator[list[Answer]]:
        """Read until the answer is complete, or this client is closed."""
        delay: float | None = 0.0
        while delay is not None and not await self._closed_within(delay):
            failed, heard = None, False
            call = self._call(reading.ask(), method, reading.timeout())
            try:
                async for message in call:
                    if not heard:
                        self.server.heard(await call.initial_metadata())
                        heard = True
                    if answers := reading.take(message):
                        yield answers
            except grpc.RpcError as error:
                failed = error
            except asyncio.CancelledError:
                # Closing the channel looks like this, too.
                if not self._closed.is_set() or _is_cancelled():
                    raise
            finally:
                call.cancel()
            delay = None if self._closed.is_set() else reading.after(failed)

    def _call(
        self,
        asked: ReadRequest | Request,
        method: "grpc.aio.UnaryStreamMultiCallable[Request, Answer]",
        timeout: float | None,
    ) -> Stream[ReadResponse | Answer]:
        """Make one call."""
        if isinstance(asked, ReadRequest):
            return self._reader.Read(asked)
        return method(asked, timeout=timeout)

    async def _closed_within(self, seconds: float) -> bool:
        """Wait so long, or until this client is closed; tell whether it is."""
        if seconds and not self._closed.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), seconds)
        return self._closed.is_set()


def _is_cancelled() -> bool:
    """Tell whether the running task itself has been cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
