"""Real relays for tests: in this process, or in one of their own that can be killed.

async with running_relay(tmp_path) as relay:
    await store(relay.address, [event(), event()])

with RelayProcess(tmp_path) as relay:
    relay.kill()
    relay.start()
"""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc
import grpc.aio

from proto.collector_pb2 import Ack, Batch, CollectRequest, CollectResponse, Goodbye, Hello, Welcome
from proto.collector_pb2_grpc import CollectorStub
from proto.observer_pb2 import ExportEvent
from relay.relay import Relay
from relay.settings import Settings

DOOR = "listen"
"""By which of its settings the relay is reached: fixture `door` sets it."""


def door_of(relay: Relay) -> str:
    """Give the address at which a test reaches a relay."""
    return addresses_of(relay)[0]


def addresses_of(relay: Relay) -> list[str]:
    """Give all addresses of that kind."""
    return relay.addresses if DOOR == "listen" else relay.hubble_addresses


def at(*addresses: str) -> dict[str, tuple[str, ...]]:
    """Make the setting by which a test reaches a relay at these addresses."""
    return {DOOR: addresses}


@asynccontextmanager
async def running_relay(folder: Path, **settings: Any) -> AsyncIterator[Relay]:
    """Run a relay in this event loop, on a free port, with its file in `folder`.

    `settings` are those of relay.settings.
    """
    given: dict[str, Any] = {
        "listen": ("127.0.0.1:0",),
        "data": folder / "palomar.db",
        "node_name": "relay-1",
        "grace": 1.0,
    }
    if DOOR != "listen":
        given[DOOR] = ("127.0.0.1:0",)
    async with Relay(Settings(**(given | settings))) as relay:
        yield relay


@asynccontextmanager
async def connected(folder: Path, **settings: Any) -> AsyncIterator[tuple[Relay, grpc.aio.Channel]]:
    """Run a relay, with a channel to it."""
    async with (
        running_relay(folder, **settings) as relay,
        grpc.aio.insecure_channel(door_of(relay)) as channel,
    ):
        yield relay, channel


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what a relay tells by its counters alone."""
    while not condition():  # noqa: ASYNC110 - a counter is no event
        await asyncio.sleep(0.001)


class RelayProcess:
    """A relay in a process of its own; `with` starts it, and stops it by SIGTERM.

    Every start listens on the same unix socket and uses the same file. `greeting` is the line with
    which it said that it listens.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "palomar.db"
        self.address = f"unix://{folder / 'relay.sock'}"
        self.greeting = ""
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        where = ("--listen", self.address, "--data", str(self.data))
        self._process = subprocess.Popen(
            (sys.executable, "-m", "relay", *where, *self._options),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr
        self.greeting = self._process.stderr.readline()
        assert "listening on" in self.greeting, self.greeting + self._process.stderr.read()

    def kill(self) -> None:
        """End it by SIGKILL, as a machine does that runs out of memory."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it by SIGTERM; give its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        process, self._process = self._process, None
        assert process
        assert process.stderr
        process.send_signal(number)
        with process.stderr:
            process.stderr.read()
        return process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process:
            self.stop()


class Sender:
    """An agent's stream, step by step: `hello`, `send`, `ack`, `goodbye`."""

    def __init__(self, channel: grpc.aio.Channel, **hello: str) -> None:
        self.ordinal = 0
        self._hello = Hello(**({"node": "node-1", "source": "test", "kind": "test"} | hello))
        self._call: Any = CollectorStub(channel).Collect()

    async def hello(self) -> Welcome:
        """Introduce the source; batches go on where the relay says."""
        await self.say(CollectRequest(hello=self._hello))
        welcome = (await self.answer()).welcome
        self.ordinal = welcome.ordinal
        return welcome

    async def send(self, events: Sequence[ExportEvent], position: bytes = b"") -> None:
        """Send a batch."""
        batch = Batch(ordinal=self.ordinal, position=position, events=events)
        self.ordinal += len(events)
        await self.say(CollectRequest(batch=batch))

    async def ack(self, ordinal: int | None = None) -> Ack:
        """Wait until everything before `ordinal` is acknowledged, by default all that was sent."""
        wanted = self.ordinal if ordinal is None else ordinal
        while (ack := (await self.answer()).ack).ordinal < wanted:
            continue
        return ack

    async def goodbye(self) -> None:
        """Say that the source has ended, and wait for the end of the stream."""
        await self.say(CollectRequest(goodbye=Goodbye()))
        while await self._call.read() is not grpc.aio.EOF:
            continue

    async def say(self, request: CollectRequest) -> None:
        """Send a message."""
        await self._call.write(request)

    async def answer(self) -> CollectResponse:
        """Read a message; raise AioRpcError where the stream has failed."""
        answer = await self._call.read()
        assert isinstance(answer, CollectResponse)
        return answer

    async def hang_up(self) -> None:
        """End the stream without a goodbye, and wait until the relay has ended it too."""
        await self._call.done_writing()
        while await self._call.read() is not grpc.aio.EOF:
            continue

    async def rest(self) -> tuple[int, tuple[grpc.StatusCode, str]]:
        """Wait for the end of the stream; give the last ordinal acknowledged, and `status`."""
        ordinal = 0
        with suppress(grpc.aio.AioRpcError):
            while isinstance(answer := await self._call.read(), CollectResponse):
                ordinal = answer.ack.ordinal
        return ordinal, (await self._call.code(), await self._call.details())

    async def status(self) -> tuple[grpc.StatusCode, str]:
        """Wait for the end of the stream; give the status and its text."""
        return (await self.rest())[1]

    def cancel(self) -> None:
        """Drop the stream."""
        self._call.cancel()


async def store(address: str, events: Sequence[ExportEvent], **hello: str) -> None:
    """Let an agent send events, and wait until they are stored."""
    async with grpc.aio.insecure_channel(address) as channel:
        sender = Sender(channel, **hello)
        await sender.hello()
        for first in range(0, len(events), 256):
            await sender.send(events[first : first + 256])
        if events:
            await sender.ack()
        await sender.goodbye()
