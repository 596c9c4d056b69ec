"""One agent's stream after its hello: batches to the store, acknowledgements back once they are
committed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import grpc.aio
from google.protobuf.message import DecodeError

from proto.collector_pb2 import Ack, CollectRequest, CollectResponse, Welcome
from proto.version import VERSION
from relay.counts.metrics import Metrics
from relay.ingest.streams import Progress, StreamKey
from relay.services.gate import Gate
from relay.services.landing import Landing
from relay.services.nodes import Known
from relay.services.refusal import Context, Misbehaved, Refused, refusal
from relay.settings import Settings
from relay.store import Store

LEAST_COST = 16 << 10
"""What a batch counts at the least: the store's queue is bounded in batches too."""

_BATCH_TAG = CollectRequest.BATCH_FIELD_NUMBER << 3 | 2


class AgentStream:
    """A stream under a name.

    `end` stops it from outside: what was read is still committed and acknowledged.
    """

    def __init__(
        self,
        context: Context,
        key: StreamKey,
        known: Known,
        store: Store,
        gate: Gate,
        landing: Landing[Progress],
        metrics: Metrics,
        settings: Settings,
    ) -> None:
        self.said_goodbye = False
        self._context = context
        self._key = key
        self._known = known
        self._store = store
        self._gate = gate
        self._landing = landing
        self._metrics = metrics
        self._settings = settings
        self._progress = Progress(0, b"", 0)
        self._unanswered = 0
        self._pending: asyncio.Queue[asyncio.Future[Progress] | None] = asyncio.Queue(
            settings.stream_batches
        )
        self._ending: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reason: Refused | None = None

    def end(self, reason: Refused) -> None:
        """End the stream with a status; the first reason counts."""
        self._reason = self._reason or reason
        if not self._ending.done():
            self._ending.set_result(None)

    async def run(self) -> None:
        """Serve the stream to its end. Raise Refused where the agent has to be told why."""
        await self._welcome()
        acknowledging = asyncio.create_task(self._acknowledge())
        taking = asyncio.create_task(self._take_batches())
        try:
            await asyncio.wait((taking, self._ending), return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                taking.result()
            taking.cancel()
            await self._pending.put(None)
            await acknowledging
        finally:
            taking.cancel()
            acknowledging.cancel()
        if self._reason:
            raise self._reason
        if self.said_goodbye:
            await self._ack(await self._ask(self._store.goodbye))

    async def _welcome(self) -> None:
        self._progress = await self._ask(self._store.progress)
        welcome = Welcome(
            relay=self._store.relay_id,
            ordinal=self._progress.ordinal,
            position=self._progress.position,
            version=VERSION,
            max_message_bytes=self._settings.max_message,
        )
        await self._context.write(CollectResponse(welcome=welcome).SerializeToString())

    async def _ask(self, say: Callable[[StreamKey], Future[Progress]]) -> Progress:
        """Have the store say how far it is, once all that came before is committed."""
        try:
            return await asyncio.shield(self._landing.wait(say(self._key)))
        except Exception as error:
            raise refusal(error) from None

    async def _take_batches(self) -> None:
        """Read until the agent says goodbye or hangs up."""
        while (message := await self._next()) is not None:
            if not message or message[0] != _BATCH_TAG:
                self._other(message)
                return
            cost = max(len(message), LEAST_COST)
            await self._gate.enter(cost)
            await self._pending.put(self._submit(message, cost))

    async def _next(self) -> bytes | None:
        """Read a message; None at the end of the stream."""
        message: Any = await self._context.read()
        return None if message is grpc.aio.EOF else message

    def _submit(self, message: bytes, cost: int) -> asyncio.Future[Progress]:
        """Hand a batch to the store; the future is done after the commit."""
        try:
            waiting = self._landing.wait(self._store.append(self._key, message))
        except Exception as error:
            waiting = asyncio.get_running_loop().create_future()
            waiting.set_exception(error)
        waiting.add_done_callback(lambda done: self._committed(done, len(message), cost))
        return waiting

    def _committed(self, done: asyncio.Future[Progress], size: int, cost: int) -> None:
        """Count a batch that came out of the store, also after the stream is gone."""
        self._gate.leave(cost)
        if done.cancelled() or done.exception():
            return
        self._unanswered += 1
        before, self._progress = self._progress, done.result()
        stored = self._progress.ordinal - before.ordinal
        self._known.seen += stored
        self._metrics.add("palomar_batches_total")
        self._metrics.add("palomar_batch_bytes_total", size)
        self._metrics.add("palomar_events_total", stored)
        refused = self._progress.refused - before.refused
        self._metrics.add("palomar_events_refused_total", refused)

    async def _acknowledge(self) -> None:
        """Answer what was committed, batches that were committed together as one; a batch that
        cannot be committed ends the stream."""
        while (waiting := await self._pending.get()) is not None:
            try:
                progress = await asyncio.shield(waiting)
            except Exception as error:
                self.end(refusal(error))
            else:
                self._unanswered -= 1
                # Below zero where this task was woken before the callback that counts the batch.
                if self._unanswered <= 0:
                    await self._ack(progress)

    async def _ack(self, progress: Progress) -> None:
        ack = Ack(ordinal=progress.ordinal, refused=progress.refused)
        await self._context.write(CollectResponse(ack=ack).SerializeToString())

    def _other(self, message: bytes) -> None:
        """Take a message that is no batch: goodbye, or nonsense."""
        try:
            kind = CollectRequest.FromString(message).WhichOneof("message")
        except DecodeError:
            kind = None
        self.said_goodbye = kind == "goodbye"
        if not self.said_goodbye:
            said = "a second hello" if kind == "hello" else "a message that cannot be read"
            self.end(Misbehaved(f"expected a batch or goodbye, got {said}"))
