"""A collector that can be told to fail: what a real relay does only when the machine is in
trouble.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from proto.collector_pb2 import Ack, CollectRequest, CollectResponse, Hello, Welcome
from proto.collector_pb2_grpc import CollectorServicer, add_CollectorServicer_to_server


class Broken(Exception):
    """Ends a stream with a status."""

    def __init__(self, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE) -> None:
        self.code = code


@dataclass
class Kept:
    """What is committed of one stream."""

    events: list[bytes] = field(default_factory=list)
    position: bytes = b""
    goodbyes: int = 0


class Collector(CollectorServicer):
    """Keeps events in memory, by the rules of the contract, and breaks where a test asks it to.

    `on_batch(number)` is called before the commit of each batch, counted from 1 over all streams,
    and `after_commit(number)` before its acknowledgement; both may raise `Broken`.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Kept] = {}
        self.hellos: list[Hello] = []
        self.identity = "relay-1"
        self.max_message_bytes = 4 << 20
        self.batches = 0
        self.most_unacknowledged = 0
        self.on_batch: Callable[[int], None] = lambda number: None
        self.after_commit: Callable[[int], None] = lambda number: None
        self._acknowledged = 0
        self._changed = asyncio.Event()
        self._released = asyncio.Event()
        self._released.set()

    @property
    def events(self) -> list[bytes]:
        """All events of all streams."""
        return [event for kept in self.kept.values() for event in kept.events]

    def withhold(self) -> None:
        """Acknowledge nothing until `release`."""
        self._released.clear()

    def release(self) -> None:
        """Acknowledge again."""
        self._released.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so, which a batch has changed."""
        while not reached():
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), 10)

    async def Collect(
        self, requests: AsyncIterator[CollectRequest], context: Any
    ) -> AsyncIterator[CollectResponse]:
        """Take one stream."""
        hello = (await anext(requests)).hello
        self.hellos.append(hello)
        kept = self.kept.setdefault((hello.node, hello.source, hello.run), Kept())
        yield CollectResponse(
            welcome=Welcome(
                relay=self.identity,
                ordinal=len(kept.events),
                position=kept.position,
                max_message_bytes=self.max_message_bytes,
            )
        )
        acks: asyncio.Queue[Ack | Broken | None] = asyncio.Queue()
        taking = asyncio.ensure_future(self._take_all(requests, kept, acks))
        while (ack := await acks.get()) is not None:
            if isinstance(ack, Broken):
                await context.abort(ack.code, "broken by the test")
            else:
                await self._released.wait()
                self._acknowledged += 1
                yield CollectResponse(ack=ack)
        await taking

    async def _take_all(
        self,
        requests: AsyncIterator[CollectRequest],
        kept: Kept,
        acks: asyncio.Queue[Ack | Broken | None],
    ) -> None:
        try:
            async for request in requests:
                self._take(request, kept)
                acks.put_nowait(Ack(ordinal=len(kept.events)))
                self._changed.set()
        except Broken as broken:
            acks.put_nowait(broken)
        acks.put_nowait(None)

    def _take(self, request: CollectRequest, kept: Kept) -> None:
        if request.HasField("goodbye"):
            kept.goodbyes += 1
            return
        self.batches += 1
        waiting = self.batches - self._acknowledged
        self.most_unacknowledged = max(self.most_unacknowledged, waiting)
        number = self.batches
        self.on_batch(number)
        done = len(kept.events) - request.batch.ordinal
        if done < 0:
            raise Broken(grpc.StatusCode.FAILED_PRECONDITION)
        if new := request.batch.events[done:]:
            kept.events += [event.SerializeToString() for event in new]
            kept.position = request.batch.position
        self.after_commit(number)


@asynccontextmanager
async def serving(collector: Collector, address: str = "127.0.0.1:0") -> AsyncIterator[str]:
    """Serve `collector` on a free port; give the address."""
    server = grpc.aio.server()
    add_CollectorServicer_to_server(collector, server)
    port = server.add_insecure_port(address)
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)
