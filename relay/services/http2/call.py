"""One call: the requests that come, and the answer that waits until the client takes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, NoReturn, Protocol

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from relay.services.greeting import Method
from relay.services.http2.wire import BEGIN, PREFIX, Assembler, Headers, status, timeout
from relay.services.refusal import Misbehaved, Refused, Stopping, refusal

FULL = 256 << 10
"""Bytes of an answer that may wait; then the service does."""

WAITING = 1 << 20
"""Bytes of requests that may wait; then the client does."""

Find = Callable[[str], "Awaitable[Method | None]"]
"""Finds the handler of a path."""


class Client(Protocol):
    """The connection that a call came by."""

    address: str
    encrypted: bool

    def wake(self, call: Call) -> None:
        """Learn that there is something to send."""

    def take(self, call: Call) -> None:
        """Tell the client that what was kept is taken."""


Begin = Callable[[int, dict[str, str], Client], "Call"]
"""Begins to serve the call of a stream, by its headers, to a client."""


class Call:
    """What serves a call. To the service it is its grpc.aio.ServicerContext, as far as the relay's
    services use one. `most` is the length of the longest message that is taken.
    """

    def __init__(self, number: int, headers: dict[str, str], client: Client, most: int) -> None:
        self.number = number
        """Of its stream in the connection."""
        self.data = bytearray()
        """Messages of the answer, with their prefixes, that are not sent yet."""
        self.head: Headers | None = None
        """The headers of the answer, until they are sent."""
        self.tail: Headers | None = None
        """The trailers, once the answer is complete."""
        self.open = True
        """Whether more of the request may come."""
        self.over = asyncio.Event()
        """Set when all of the answer is sent."""
        self.task: asyncio.Task[None]
        """What serves it."""
        self.kept = 0
        """Bytes received that the client need not know yet to be taken: so it sends no more."""
        self._headers = headers
        self._client = client
        self._begun = False
        self._refused = False
        self._waiting = 0
        self._assembler = Assembler(most)
        self._requests: asyncio.Queue[bytes | Refused | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._decode: Callable[[bytes], Any] = bytes
        self._encode: Callable[[Any], bytes] | None = None

    def received(self, data: bytes, size: int) -> None:
        """Take data of the request, until some cannot be taken; in the frame it was so large."""
        self.kept += size
        try:
            for message in () if self._refused else self._assembler.feed(data):
                self._waiting += len(message) + PREFIX.size
                self._requests.put_nowait(message)
        except Refused as error:
            self._refused = True
            self._requests.put_nowait(error)
        self._acknowledge()

    def ended(self) -> None:
        """Learn that there are no more requests."""
        self.open = False
        self._requests.put_nowait(None)

    def taken(self, size: int) -> bytes:
        """Give data to send, at most so much."""
        piece = bytes(memoryview(self.data)[:size])
        del self.data[:size]
        if len(self.data) <= FULL // 2:
            self._room.set()
        return piece

    async def serve(self, find: Find) -> None:
        """Serve the call until its answer is sent, or until cancelled."""
        try:
            code, details = grpc.StatusCode.OK, ""
            async with asyncio.timeout(timeout(self._headers)) as limit:
                await self._answer(await find(self._headers.get(":path", "")))
        except Refused as error:
            code, details = error.code, str(error)
        except Exception as error:
            if isinstance(error, TimeoutError) and limit.expired():
                self.data.clear()
                code, details = grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded"
            else:
                logging.getLogger(__name__).exception("a call failed")
                code, details = refusal(error).code, str(refusal(error))
        self._end(code, details)
        await self.over.wait()

    def break_off(self) -> None:
        """End the call before its time."""
        self.task.cancel()
        if self.tail is None:
            end = Stopping()
            self._end(end.code, str(end))

    def _end(self, code: grpc.StatusCode, details: str) -> None:
        if not self._begun:
            self.head = [*BEGIN]
        self.tail = status(code, details)
        self._client.wake(self)

    async def send_initial_metadata(self, metadata: Iterable[tuple[str, str]]) -> None:
        """Begin the answer."""
        if not self._begun:
            self._begun = True
            self.head = [*BEGIN, *metadata]
            self._client.wake(self)

    async def write(self, message: Any) -> None:
        """Add a message to the answer; wait while the client has too much to take."""
        if not self._begun:
            await self.send_initial_metadata(())
        written: bytes = self._encode(message) if self._encode else message
        if not self.data:
            self._client.wake(self)
        self.data += PREFIX.pack(0, len(written))
        self.data += written
        if len(self.data) > FULL:
            self._room.clear()
            await self._room.wait()

    async def read(self) -> Any:
        """Wait for a message of the request; grpc.aio.EOF after the last."""
        message = await self._next()
        return grpc.aio.EOF if message is None else message

    def peer(self) -> str:
        """Give the client's address."""
        return self._client.address

    def auth_context(self) -> dict[str, list[bytes]]:
        """Tell whether the connection is encrypted."""
        return {"transport_security_type": [b"ssl"]} if self._client.encrypted else {}

    async def abort(self, code: grpc.StatusCode, details: str = "") -> NoReturn:
        """End the call with a status."""
        raise Refused(code, details)

    async def _answer(self, method: Method | None) -> None:
        if method is None:
            path = self._headers.get(":path", "")
            raise Refused(grpc.StatusCode.UNIMPLEMENTED, f"{path} is not served here")
        handler: Any = method  # stubs know the kinds of a servicer that grpcio itself calls
        self._encode = handler.response_serializer
        self._decode = handler.request_deserializer or bytes
        if handler.request_streaming:
            await self._stream(handler.stream_stream(self._each(), self))
        elif handler.response_streaming:
            await self._stream(handler.unary_stream(await self._only(), self))
        else:
            await self.write(await handler.unary_unary(await self._only(), self))

    async def _stream(self, answer: Any) -> None:
        """Send what a handler yields, or let it write by itself."""
        if isinstance(answer, AsyncIterator):
            async for message in answer:
                await self.write(message)
        else:
            await answer

    async def _only(self) -> Any:
        message = await self._next()
        if message is None:
            raise Misbehaved("the call has no request")
        return self._parsed(message)

    async def _each(self) -> AsyncIterator[Any]:
        while (message := await self._next()) is not None:
            yield self._parsed(message)

    def _parsed(self, message: bytes) -> Any:
        try:
            return self._decode(message)
        except DecodeError:
            raise Misbehaved("the request cannot be parsed") from None

    async def _next(self) -> bytes | None:
        """Wait for a message of the request, None for its end. Raise Refused."""
        found = await self._requests.get()
        if isinstance(found, Refused):
            raise found
        if found is not None:
            self._waiting -= len(found) + PREFIX.size
            self._acknowledge()
        return found

    def _acknowledge(self) -> None:
        if self.kept and self._waiting <= WAITING:
            self._client.take(self)
