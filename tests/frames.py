"""A client that sees the frames in which a relay answers.

async with connection(relay.address) as client:
    await client.call("observer.Observer/ServerStatus", b"")
    frames = [each.data for each in await client.answer() if isinstance(each, DataReceived)]
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, StreamEnded

from relay.services.http2.wire import PREFIX


class Client:
    """A client that sees frames, and takes them when it wants to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self._h2.initiate_connection()

    async def call(self, method: str, message: bytes, end: bool = True, **headers: str) -> int:
        """Make a call of a message, and no more at its end; give the number of its stream."""
        number = self._h2.get_next_available_stream_id()
        head = {":method": "POST", ":scheme": "http", ":path": f"/{method}", ":authority": "relay"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        head |= {"te": "trailers", "content-type": "application/grpc"} | named
        self._h2.send_headers(number, list(head.items()))
        self._h2.send_data(number, PREFIX.pack(0, len(message)) + message, end_stream=end)
        await self.flush()
        return number

    async def send(self, number: int, message: bytes) -> int:
        """Send a message; give how much the relay allows of it within half a second."""
        data, sent = PREFIX.pack(0, len(message)) + message, 0
        while sent < len(data):
            size = min(self._h2.local_flow_control_window(number), 16_384, len(data) - sent)
            if size <= 0 and not await self._allowed():
                break
            self._h2.send_data(number, data[sent : sent + max(size, 0)])
            sent += max(size, 0)
            await self.flush()
        return sent

    async def _allowed(self) -> bool:
        """Hear of more that is allowed; not, if nothing comes."""
        try:
            async with asyncio.timeout(0.5):
                self._h2.receive_data(await self._reader.read(1 << 16))
        except TimeoutError:
            return False
        return True

    async def flush(self) -> None:
        """Send what waits to be sent."""
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()

    async def answer(self) -> list[Event]:
        """Read until a stream has ended."""
        found: list[Event] = []
        while not any(isinstance(each, StreamEnded) for each in found):
            for each in self._h2.receive_data(await self._reader.read(1 << 16)):
                found.append(each)
                if isinstance(each, DataReceived):
                    self._h2.acknowledge_received_data(each.flow_controlled_length, each.stream_id)
            await self.flush()
        return found


def headers(answer: list[Event], kind: type[Any]) -> dict[str, str]:
    """Give the headers in the one event of a kind."""
    (found,) = [each for each in answer if isinstance(each, kind)]
    return dict(found.headers)


async def opened(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection of bytes."""
    if address.startswith("unix://"):
        return await asyncio.open_unix_connection(address.removeprefix("unix://"))
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port))


@asynccontextmanager
async def connection(address: str) -> AsyncIterator[Client]:
    """Connect to a relay."""
    reader, writer = await opened(address)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
