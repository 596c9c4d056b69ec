"""The gRPC server: which method is served by what, and what every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import grpc
import grpc.aio
from google.protobuf.message import Message
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from relay.answers.answer import Answers
from relay.counts.metrics import Metrics
from relay.services.aggregator import Aggregator
from relay.services.collector import Collector
from relay.services.greeting import Greeting, Method
from relay.services.health import Health
from relay.services.http2.server import Server
from relay.services.observer import Observer
from relay.services.peer import Peer
from relay.services.reader import Reader
from relay.services.rings import Rings
from relay.settings import Settings

Unary = Callable[[bytes, Any], Awaitable[Message]]
Streamed = Callable[[bytes, Any], Awaitable[None]]

KEEPALIVE = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
"""A consumer or an agent that vanished is noticed within a minute; their own pings are welcome."""

STREAMED = (
    "observer.Observer/GetFlows",
    "observer.Observer/GetAgentEvents",
    "observer.Observer/GetDebugEvents",
    "palomar.v1.Reader/Read",
)
"""Methods whose answers Streams sends."""


class Services(NamedTuple):
    """What the server serves, and what answers the queries behind it."""

    collector: Collector
    observer: Observer
    reader: Reader
    aggregator: Aggregator
    rings: Rings
    peer: Peer
    answers: Answers

    def stop(self) -> None:
        """End the streams that would not end by themselves."""
        self.collector.stop()
        self.answers.stop()
        self.peer.stop()

    def methods(self) -> dict[str, Method]:
        """Give the handler of each method by its full name.

        All take and give bytes: what is stored goes out unparsed.
        """
        observer = self.observer
        unary: dict[str, Unary] = {
            "observer.Observer/GetNodes": observer.get_nodes,
            "observer.Observer/GetNamespaces": observer.get_namespaces,
            "observer.Observer/ServerStatus": observer.server_status,
            "palomar.v1.Aggregator/Aggregate": self.aggregator.aggregate,
            "palomar.v1.Rings/List": self.rings.list,
        }
        serving = (
            observer.get_flows,
            observer.get_agent_events,
            observer.get_debug_events,
            self.reader.read,
        )
        streamed: dict[str, Streamed] = dict(zip(STREAMED, serving, strict=True))
        streamed["peer.Peer/Notify"] = self.peer.notify
        made: dict[str, Method] = {
            name: grpc.unary_stream_rpc_method_handler(serve) for name, serve in streamed.items()
        }
        made |= {name: _unary(serve) for name, serve in unary.items()}
        collect: Method = grpc.stream_stream_rpc_method_handler(self.collector.collect)
        return made | {"palomar.v1.Collector/Collect": collect}


def _unary(serve: Unary) -> Method:
    return grpc.unary_unary_rpc_method_handler(
        serve, response_serializer=lambda message: message.SerializeToString()
    )


class Handler(grpc.GenericRpcHandler):
    """Finds the handler of a method by its full name."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = {f"/{name}": method for name, method in methods.items()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Method | None:
        """Look a method up; None for one that another handler may have."""
        return self._methods.get(handler_call_details.method)


def build(
    services: Services, health: Health, metrics: Metrics, settings: Settings
) -> grpc.aio.Server:
    """Make the server, which listens nowhere yet. Two relays on one port are refused, not mixed."""
    options = (
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", settings.max_message),
        ("grpc.max_send_message_length", -1),
        *KEEPALIVE,
    )
    server = grpc.aio.server(
        options=options,
        interceptors=[Greeting(metrics, STREAMED)],
        maximum_concurrent_rpcs=settings.max_calls,
    )
    _serve(services.methods(), health, server)
    return server


def build_coalescing(
    services: Services, health: Health, metrics: Metrics, settings: Settings
) -> Server:
    """Make the server that puts many messages into a frame."""
    server = Server(Greeting(metrics, STREAMED), settings)
    _serve(services.methods(), health, server)
    return server


def _serve(methods: Mapping[str, Method], health: Health, server: Any) -> None:
    """Add methods, health and reflection to a server."""
    server.add_generic_rpc_handlers([Handler(methods)])
    health.serve_on(server)
    names = sorted({name.partition("/")[0] for name in methods})
    servicer = reflection.aio.ReflectionServicer((*names, health.NAME, reflection.SERVICE_NAME))
    add: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server
    add(servicer, server)
