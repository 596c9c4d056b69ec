"""A collector that can be told to fail: what a real relay does only when the machine is in trouble."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc

from proto import collector_pb2, collector_pb2_grpc


@dataclass
class Kept:
    """What is committed of one stream."""

    events: list[bytes] = field(default_factory=list)
    position: bytes = b""
    goodbyes: int = 0


class Collector(collector_pb2_grpc.CollectorServicer):
    """Keeps events in memory, by the rules of the contract, and breaks where a test asks it to.

    `on_batch(number)` is called before the commit of each batch, counted from 1 over all streams,
    and `after_commit(number)` before its acknowledgement; both may raise `Broken`.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Kept] = {}
        self.hellos: list[collector_pb2.Hello] = []
        self.identity = "relay-1"
        self.max_message_bytes = 4 << 20
        self.batches = 0
        self.on_batch: Callable[[int], None] = lambda number: None
        self.after_commit: Callable[[int], None] = lambda number: None

    @property
    def events(self) -> list[bytes]:
        """All events of all streams."""
        return [event for kept in self.kept.values() for event in kept.events]

    async def Collect(
        self,
        request_iterator: AsyncIterator[collector_pb2.CollectRequest],
        context: grpc.aio.ServicerContext[
            collector_pb2.CollectRequest, collector_pb2.CollectResponse
        ],
    ) -> AsyncIterator[collector_pb2.CollectResponse]:
        """Take one stream."""
        hello = (await anext(request_iterator)).hello
        self.hellos.append(hello)
        kept = self.kept.setdefault((hello.node, hello.source, hello.run), Kept())
        yield collector_pb2.CollectResponse(
            welcome=collector_pb2.Welcome(
                relay=self.identity,
                ordinal=len(kept.events),
                position=kept.position,
                max_message_bytes=self.max_message_bytes,
            )
        )
        try:
            async for request in request_iterator:
                self._take(request, kept)
                yield collector_pb2.CollectResponse(ack=collector_pb2.Ack(ordinal=len(kept.events)))
        except Broken as broken:
            await context.abort(broken.code, "broken by the test")

    def _take(self, request: collector_pb2.CollectRequest, kept: Kept) -> None:
        if request.HasField("goodbye"):
            kept.goodbyes += 1
            return
        self.batches += 1
        number = self.batches
        self.on_batch(number)
        missing = len(kept.events) - request.batch.ordinal
        if missing < 0:
            raise Broken(grpc.StatusCode.INVALID_ARGUMENT)
        if new := request.batch.events[missing:]:
            kept.events += [event.SerializeToString() for event in new]
            kept.position = request.batch.position
        self.after_commit(number)


class Broken(Exception):
    """Ends a stream with a status."""

    def __init__(self, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE) -> None:
        self.code = code


@asynccontextmanager
async def serving(collector: Collector, address: str = "127.0.0.1:0") -> AsyncIterator[str]:
    """Serve `collector` on a free port; give the address."""
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 4 << 20)])
    collector_pb2_grpc.add_CollectorServicer_to_server(collector, server)
    port = server.add_insecure_port(address)
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)
