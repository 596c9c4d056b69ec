"""What every answer begins with: the versions."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Container
from typing import Any, TypeAlias

import grpc
import grpc.aio

from proto.version import API_VERSION, VERSION
from relay.counts.metrics import Metrics

Method: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

VERSIONS = (
    ("hubble-server-version", API_VERSION),
    ("hubble-relay-version", API_VERSION),
    ("palomar-version", VERSION),
)
"""Metadata of every answer, by which clients tell whether they are newer than the server."""


class Greeting(grpc.aio.ServerInterceptor):
    """Counts the calls, and begins their answers; `later` are methods that do so themselves."""

    def __init__(self, metrics: Metrics, later: Container[str]) -> None:
        self._metrics = metrics
        self._later = later

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Method | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Method | None:
        """Wrap the handler of a call."""
        method = await continuation(handler_call_details)
        if method is None:
            return None
        name = handler_call_details.method.strip("/")
        self._metrics.add("palomar_calls_total", 1, name)
        if name in self._later:
            return method
        make, kind = _KINDS[method.request_streaming, method.response_streaming]
        serve = _greeted(getattr(method, kind))
        return make(serve, method.request_deserializer, method.response_serializer)


_KINDS: dict[tuple[bool, bool], tuple[Callable[..., Method], str]] = {
    (False, False): (grpc.unary_unary_rpc_method_handler, "unary_unary"),
    (False, True): (grpc.unary_stream_rpc_method_handler, "unary_stream"),
    (True, False): (grpc.stream_unary_rpc_method_handler, "stream_unary"),
    (True, True): (grpc.stream_stream_rpc_method_handler, "stream_stream"),
}


def _greeted(serve: Callable[..., Any]) -> Callable[..., Any]:
    async def answer(request: Any, context: Any) -> Any:
        await context.send_initial_metadata(VERSIONS)
        return await serve(request, context)

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        await context.send_initial_metadata(VERSIONS)
        async for message in serve(request, context):
            yield message

    return stream if inspect.isasyncgenfunction(serve) else answer
