"""The service that agents stream to: who is let in, and under which name."""

import asyncio

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from proto.collector_pb2 import CollectRequest, Hello
from relay.counts.metrics import Metrics
from relay.ingest.streams import Progress, StreamKey
from relay.services.agentstream import AgentStream
from relay.services.gate import Gate
from relay.services.landing import Landing
from relay.services.nodes import Nodes, full_name
from relay.services.refusal import Context, Misbehaved, Refused, Stopping, TooMany
from relay.settings import Settings
from relay.store import Store

MAX_NAME = 4096
"""Longest node, cluster, source or run, in characters."""


class Collector:
    """palomar.v1.Collector over one store."""

    def __init__(self, store: Store, nodes: Nodes, metrics: Metrics, settings: Settings) -> None:
        self._store = store
        self._nodes = nodes
        self._metrics = metrics
        self._settings = settings
        self._gate = Gate(settings.ingest_bytes)
        self._landing: Landing[Progress] = Landing()
        self._open = 0
        self._streams: dict[StreamKey, AgentStream] = {}
        self._stopping = False
        metrics.read("palomar_agent_streams", lambda: {(): self._open})
        metrics.read("palomar_ingest_bytes", lambda: {(): self._gate.under_way})

    async def collect(self, _requests: object, context: Context) -> None:
        """Serve one agent's stream, and end it with a clear status."""
        self._open += 1
        try:
            await self._serve(context)
        except Refused as refused:
            if isinstance(refused, Misbehaved):
                self._metrics.add("palomar_agent_streams_failed_total")
            await context.abort(refused.code, str(refused))
        finally:
            self._open -= 1

    def stop(self) -> None:
        """Let no agent in, read no further batch, and end each stream once its batches are
        committed."""
        self._stopping = True
        for stream in self._streams.values():
            stream.end(Stopping())

    async def _serve(self, context: Context) -> None:
        if self._stopping:
            raise Stopping()
        if self._open > self._settings.max_agents:
            self._metrics.add("palomar_agent_streams_refused_total")
            raise TooMany(f"the relay serves {self._settings.max_agents} agents already")
        hello = await self._hello(context)
        key = StreamKey(full_name(hello.cluster, hello.node), hello.source, hello.run)
        tls = context.auth_context().get("transport_security_type") == [b"ssl"]
        known = self._nodes.connect(key.node, hello.version, context.peer(), tls)
        stream = AgentStream(
            context,
            key,
            known,
            self._store,
            self._gate,
            self._landing,
            self._metrics,
            self._settings,
        )
        self._replace(key, stream)
        try:
            await stream.run()
        finally:
            self._nodes.disconnect(known, stream.said_goodbye)
            if self._streams.get(key) is stream:
                del self._streams[key]

    async def _hello(self, context: Context) -> Hello:
        """Read the first message."""
        try:
            async with asyncio.timeout(self._settings.hello_timeout):
                first = await context.read()
        except TimeoutError:
            raise Refused(grpc.StatusCode.DEADLINE_EXCEEDED, "no hello came") from None
        try:
            request = CollectRequest.FromString(first or b"")
        except DecodeError:
            raise Misbehaved("the first message is no CollectRequest") from None
        if request.WhichOneof("message") != "hello":
            raise Misbehaved("the first message must be hello")
        _check(request.hello)
        return request.hello

    def _replace(self, key: StreamKey, stream: AgentStream) -> None:
        """Take the newer of two streams of one source: the older one's agent is likely gone."""
        older = self._streams.pop(key, None)
        self._streams[key] = stream
        if older is not None:
            self._metrics.add("palomar_agent_streams_replaced_total")
            older.end(Refused(grpc.StatusCode.ABORTED, "a newer stream of this source took over"))


def _check(hello: Hello) -> None:
    for field in ("node", "cluster", "source", "run", "version"):
        length = len(getattr(hello, field))
        if length > MAX_NAME:
            raise Misbehaved(f"hello.{field} has {length} characters, more than {MAX_NAME}")
