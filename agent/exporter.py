"""The exporter: takes what a source gives to the relay, exactly once, over any number of
connections.

It keeps nothing on disk. The relay's Welcome says how far this source is committed, and the source
goes on from there; what a connection leaves unacknowledged is sent again over the next.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import grpc

from agent.batch import batch
from agent.loss import lost
from agent.pump import Pump
from agent.settings import Settings
from agent.sources.source import Chunk, Source
from agent.spool import Entry, Spool
from proto import collector_pb2
from proto.transport import Backoff, TransportError, explain

COLLECT = "/palomar.v1.Collector/Collect"

FATAL = frozenset(
    {
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)
"""Answers that trying again would not change. ABORTED: another agent took this source over."""

WELCOME_SECONDS = 20.0
"""How long a relay may take to answer a hello."""

MAX_MESSAGE_BYTES = 4 << 20
"""Largest message that a relay takes that does not say: the default of gRPC."""

Call = grpc.aio.StreamStreamCall[bytes, collector_pb2.CollectResponse]


class ExportError(Exception):
    """The relay does not take this source. The text is one line."""


@dataclass
class Tally:
    """What became of a source's events, over all connections.

    `refused` is what the relay refused of this source, ever; `whole` says that the source was read
    to its own end, and everything is committed.
    """

    stored: int = 0
    refused: int = 0
    lost: int = 0
    unsent: int = 0
    whole: bool = False


class Exporter:
    """Delivers one source to one relay.

    `connect` opens a channel, `server` is what messages call the relay, `say` takes a line for a
    person.
    """

    def __init__(
        self,
        source: Source,
        hello: collector_pb2.Hello,
        connect: Callable[[], grpc.aio.Channel],
        settings: Settings,
        *,
        server: str = "the relay",
        say: Callable[[str], None] = lambda line: None,
        backoff: Backoff | None = None,
    ) -> None:
        self.source = source
        self.tally = Tally()
        self._hello = collector_pb2.CollectRequest(hello=hello).SerializeToString()
        self._node = hello.node
        self._connect = connect
        self.settings = settings
        self._server = server
        self._say = say
        self._backoff = backoff or Backoff()
        self._trouble = False
        self.stopping = False
        self._relay = ""
        self._most_bytes = 0
        self._more = asyncio.Event()
        self._pump: Pump | None = None
        self._spool = Spool(settings.spool_events, settings.spool_bytes)

    async def run(self) -> Tally:
        """Deliver until the source has ended and everything is committed.

        Raise SourceError where the source broke, after what it gave was delivered, and ExportError
        where the relay does not take it. Cancelling leaves undelivered what is not committed yet,
        and `tally` says how much.
        """
        try:
            while not self._done:
                await self._attempt()
        finally:
            self._stop_pump()
            self.tally.unsent = len(self._spool)
            self.tally.whole = bool(self._pump and self._pump.whole and not self.tally.unsent)
        if self._pump and self._pump.error:
            raise self._pump.error
        return self.tally

    def stop(self) -> None:
        """Read no further; `run` ends once what was read is delivered."""
        self.stopping = True
        self.source.stop()

    @property
    def _done(self) -> bool:
        if self._pump is None:
            return self.stopping
        return self._spool.finished

    async def _attempt(self) -> None:
        """Connect and deliver; when that breaks off, say so, and wait a while."""
        try:
            async with self._connect() as channel:
                await self._session(channel)
        except (grpc.aio.AioRpcError, TransportError) as error:
            if self._done:
                return
            reason = (
                explain(error, self._server) if isinstance(error, grpc.RpcError) else str(error)
            )
            if isinstance(error, grpc.aio.AioRpcError) and error.code() in FATAL:
                raise ExportError(reason) from None
            self._report(reason)
            await asyncio.sleep(self._backoff.next())

    def _report(self, reason: str) -> None:
        """Say that the relay cannot be used, once until it can be again."""
        if not self._trouble:
            self._say(f"{reason}; trying again until it works")
        self._trouble = True

    def _works(self) -> None:
        """Say that the relay can be used, if it could not."""
        if self._trouble:
            self._say(f"connected to {self._server}")
        self._trouble = False
        self._backoff.reset()

    async def _session(self, channel: grpc.aio.Channel) -> None:
        """Say hello and deliver until all is done, or the stream breaks."""
        call: Call = channel.stream_stream(
            COLLECT, response_deserializer=collector_pb2.CollectResponse.FromString
        )()
        await call.write(self._hello)
        self._welcome(await self._greeting(call))
        sender = asyncio.ensure_future(self._send(call))
        try:
            await asyncio.gather(sender, self._receive(call))
        finally:
            sender.cancel()

    async def _greeting(self, call: Call) -> collector_pb2.Welcome:
        try:
            answer = await asyncio.wait_for(_read(call), WELCOME_SECONDS)
        except TimeoutError:
            answer = None
        if answer is None or not answer.HasField("welcome"):
            raise TransportError(f"{self._server} did not say welcome")
        return answer.welcome

    def _welcome(self, welcome: collector_pb2.Welcome) -> None:
        """Go on from where the relay stands.

        While something waits, only its commit shows that the trouble is over: a relay whose disk is
        full welcomes as ever.
        """
        if not len(self._spool):
            self._works()
        most_bytes = welcome.max_message_bytes or MAX_MESSAGE_BYTES
        same = (welcome.relay, most_bytes) == (self._relay, self._most_bytes)
        self._relay, self._most_bytes = welcome.relay, most_bytes
        if self._pump and same and self._spool.resume(welcome.ordinal):
            return
        if self._pump and not self.source.resumes:
            self._spool.renumber(welcome.ordinal)
        else:
            self._start_pump(welcome)

    def _start_pump(self, welcome: collector_pb2.Welcome) -> None:
        """Have the source read, from the position that the relay has committed."""
        self._stop_pump()
        loop = asyncio.get_running_loop()
        self._spool = Spool(
            self.settings.spool_events,
            self.settings.spool_bytes,
            node=self._node,
            ordinal=welcome.ordinal,
            wake=partial(loop.call_soon_threadsafe, self._more.set),
        )
        most = min(self.settings.chunk_bytes, self._most_bytes // 2)
        self._pump = Pump(self.source, welcome.position, most, self._spool)
        self._pump.start()
        if self.stopping:
            self.source.stop()

    def _stop_pump(self) -> None:
        if self._pump:
            self._spool.close()
            self._pump.stop()
            self.tally.stored += self._spool.stored
            self.tally.lost += self._spool.lost

    async def _send(self, call: Call) -> None:
        """Send what comes, as far as the window allows; when all is committed, say goodbye."""
        try:
            while not self._spool.finished:
                self._more.clear()
                while entry := self._spool.next(self.settings.window):
                    await call.write(self._request(entry))
                await self._more.wait()
            goodbye = collector_pb2.CollectRequest(goodbye=collector_pb2.Goodbye())
            await call.write(goodbye.SerializeToString())
            await call.done_writing()
        except asyncio.InvalidStateError:
            return  # the stream is over, and the reading side learns why

    async def _receive(self, call: Call) -> None:
        while response := await _read(call):
            self._spool.ack(response.ack.ordinal)
            self._works()
            self.tally.refused = response.ack.refused
        if not self._done:
            raise TransportError(f"{self._server} ended the stream")

    def _request(self, entry: Entry) -> bytes:
        """Make the message of a chunk; in place of one that is too large go losses."""
        request = batch(entry.ordinal, entry.chunk)
        if len(request) <= self._most_bytes:
            return request
        self._say(
            f"an event of {entry.size:,} bytes is more than {self._server} takes; reported as lost"
        )
        self.tally.lost += len(entry.chunk.events)
        now = time.time_ns()
        losses = [lost(1, self._node, now, now)] * len(entry.chunk.events)
        return batch(entry.ordinal, Chunk(losses, entry.chunk.position))


async def _read(call: Call) -> collector_pb2.CollectResponse | None:
    """Give the next response, None at the end of the stream."""
    response = await call.read()
    return response if isinstance(response, collector_pb2.CollectResponse) else None
