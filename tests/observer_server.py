"""A server of the Hubble API for tests that is not a relay of ours: no batches, no cursors.

It keeps what it is given in memory and answers in that order, as an agent of Hubble does.
"""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from proto import flow_pb2, observer_pb2
from proto.observer_pb2_grpc import ObserverServicer, add_ObserverServicer_to_server


def response(second: int, node: str = "node-1", **fields: Any) -> observer_pb2.GetFlowsResponse:
    """Make an answer that holds a flow at `second` of the epoch."""
    made = observer_pb2.GetFlowsResponse(
        flow=flow_pb2.Flow(node_name=node, **fields), node_name=node
    )
    made.time.seconds = made.flow.time.seconds = second
    return made


class ObserverServer(ObserverServicer):
    """The server. `requests` holds what it was asked; `publish` adds answers for followers.

    `heard` is the metadata of the last call, `refusal` what each is refused with, and while `stall`
    is clear none is answered.
    """

    def __init__(
        self,
        responses: Iterable[observer_pb2.GetFlowsResponse] = (),
        *,
        credentials: grpc.ServerCredentials | None = None,
        metadata: tuple[tuple[str, str], ...] = (("hubble-server-version", "v1.19.4"),),
    ) -> None:
        self.responses = list(responses)
        self.requests: list[Any] = []
        self.refusal: tuple[grpc.StatusCode, str] | None = None
        self.heard: list[tuple[str, str]] = []
        self.metadata = metadata
        self.nodes: list[observer_pb2.Node] = []
        self.namespaces: list[observer_pb2.Namespace] = []
        self.status = observer_pb2.ServerStatusResponse(version="v1.19.4", max_flows=4095)
        self.agent_events: list[observer_pb2.GetAgentEventsResponse] = []
        self.debug_events: list[observer_pb2.GetDebugEventsResponse] = []
        self.health = health.HealthServicer()
        self.health.set("hubble.server.Observer", health_pb2.HealthCheckResponse.SERVING)
        self._credentials = credentials
        self._changed = threading.Condition()
        self._run = 0
        self._ended = 0
        self.stall = threading.Event()
        self.stall.set()
        self.port = 0

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"

    def start(self) -> Self:
        """Listen: on any port at first, on the same one after a stop."""
        self._server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        add_ObserverServicer_to_server(self, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        address = f"localhost:{self.port}"
        if self._credentials:
            self.port = self._server.add_secure_port(address, self._credentials)
        else:
            self.port = self._server.add_insecure_port(address)
        self._server.start()
        return self

    def stop(self) -> None:
        """Break off every call and stop listening."""
        with self._changed:
            self._run += 1
            self._changed.notify_all()
        self._server.stop(0).wait()

    def publish(self, *responses: observer_pb2.GetFlowsResponse) -> None:
        with self._changed:
            self.responses += responses
            self._changed.notify_all()

    def wait_for_requests(self, count: int) -> None:
        """Wait until `count` calls have come in all."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, timeout=10)

    def wait_for_ended(self, count: int) -> None:
        """Wait until `count` calls have ended in all, in whatever way."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._ended >= count, timeout=10)

    def _note(self, request: Any, context: Any) -> None:
        context.add_callback(self._end)
        context.send_initial_metadata(self.metadata)
        self.stall.wait()
        with self._changed:
            self.requests.append(request)
            self.heard = list(context.invocation_metadata())
            self._changed.notify_all()
        if self.refusal:
            context.abort(*self.refusal)

    def _end(self) -> None:
        with self._changed:
            self._ended += 1
            self._changed.notify_all()

    def GetFlows(
        self, request: observer_pb2.GetFlowsRequest, context: Any
    ) -> Iterator[observer_pb2.GetFlowsResponse]:
        with self._changed:
            done, run = len(self.responses), self._run
            history = self.responses[:done]
        self._note(request, context)
        if not request.follow or request.number or request.HasField("since"):
            since = request.since.ToNanoseconds()
            kept = [r for r in history if r.time.ToNanoseconds() >= since]
            yield from kept[-request.number :] if request.number < 2**63 else kept
        while request.follow:
            with self._changed:
                while len(self.responses) == done and self._run == run and context.is_active():
                    self._changed.wait()
                if self._run != run or not context.is_active():
                    return
                new = self.responses[done:]
                done = len(self.responses)
            yield from new

    def GetAgentEvents(self, request: Any, context: Any) -> Iterator[Any]:
        self._note(request, context)
        yield from self.agent_events

    def GetDebugEvents(self, request: Any, context: Any) -> Iterator[Any]:
        self._note(request, context)
        yield from self.debug_events

    def GetNodes(self, request: Any, context: Any) -> observer_pb2.GetNodesResponse:
        self._note(request, context)
        return observer_pb2.GetNodesResponse(nodes=self.nodes)

    def GetNamespaces(self, request: Any, context: Any) -> observer_pb2.GetNamespacesResponse:
        self._note(request, context)
        return observer_pb2.GetNamespacesResponse(namespaces=self.namespaces)

    def ServerStatus(self, request: Any, context: Any) -> observer_pb2.ServerStatusResponse:
        self._note(request, context)
        return self.status

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
