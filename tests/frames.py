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
from h2.settings import SettingCodes

from relay.services.http2.wire import PREFIX

WINDOW = 65_535
"""Bytes that may be sent ahead, unless told otherwise."""


class Client:
    """A client that sees frames, and takes them when it wants to."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, window: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self._h2.local_settings[SettingCodes.INITIAL_WINDOW_SIZE] = WINDOW + window
        self._h2.local_settings.acknowledge()
        self._h2.initiate_connection()
        if window:
            self._h2.increment_flow_control_window(window)

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

    async def send(self, number: int, data: bytes) -> int:
        """Send messages, with their prefixes; give how much the relay takes in half a second."""
        sent = 0
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

    async def answer(self, pause: float = 0) -> list[Event]:
        """Read until a stream has ended, with so many seconds between two looks. Raise
        ConnectionError if the relay hangs up before.
        """
        found: list[Event] = []
        while not any(isinstance(each, StreamEnded) for each in found):
            data = await self._reader.read(1 << 16)
            if not data:
                raise ConnectionError("the relay hung up")
            for each in self._h2.receive_data(data):
                found.append(each)
                if isinstance(each, DataReceived):
                    self._h2.acknowledge_received_data(each.flow_controlled_length, each.stream_id)
            await self.flush()
            await asyncio.sleep(pause)
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
async def connection(address: str, window: int = 0) -> AsyncIterator[Client]:
    """Connect to a relay, which may send so many bytes more than usual ahead."""
    reader, writer = await opened(address)
    try:
        yield Client(reader, writer, window)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
