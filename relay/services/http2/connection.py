"""One connection of HTTP/2: from frames to calls, and from answers to as few frames as may be."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from relay.services.http2.call import Begin, Call

CONFIG = H2Configuration(client_side=False, header_encoding="latin-1")
PIECE = 64 << 10
"""Bytes that are handed to the socket at once."""
PATIENCE = 30.0
"""Seconds between two pings; a client that neither said nor took anything between them is gone. Its
answer to one may be late, behind much that it has yet to take."""
PING = bytes(8)


SETTINGS = {
    SettingCodes.MAX_CONCURRENT_STREAMS: 100,
    SettingCodes.MAX_HEADER_LIST_SIZE: 64 << 10,
    SettingCodes.INITIAL_WINDOW_SIZE: 1 << 20,
    SettingCodes.MAX_FRAME_SIZE: 256 << 10,
}
"""What a client is allowed: calls at a time, bytes of headers, of one call's data, of a frame."""
WINDOW = 4 << 20
"""Bytes that a client may send in all before some are taken."""


class Connection(asyncio.Protocol):
    """A client's connection, among `others` as long as it is open; `begin` begins its calls."""

    def __init__(self, begin: Begin, others: set[Connection]) -> None:
        self.address = ""
        """As gRPC writes it."""
        self.encrypted = False
        self._begin_call = begin
        self._others = others
        self._h2 = H2Connection(CONFIG)
        self._h2.local_settings = Settings(client=False, initial_values=SETTINGS)
        self._h2.max_inbound_frame_size = SETTINGS[SettingCodes.MAX_FRAME_SIZE]
        self._calls: dict[int, Call] = {}
        self._ready: dict[int, Call] = {}
        """Those that have something to send."""
        self._woken = False
        self._full = False
        self._heard = True
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle
        self._transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        """Greet the client."""
        self._transport = transport
        self._others.add(self)
        keep_little(transport.get_extra_info("socket"))
        self.address = address(transport.get_extra_info("peername"))
        self.encrypted = transport.get_extra_info("ssl_object") is not None
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(WINDOW)
        self._timer = self._loop.call_later(PATIENCE, self._ping)
        self._write()

    def connection_lost(self, error: Exception | None) -> None:
        """End all calls."""
        self._others.discard(self)
        self._timer.cancel()
        for number in tuple(self._calls):
            self._forget(number)

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; end the connection if that is not HTTP/2."""
        self._heard = True
        try:
            for event in self._h2.receive_data(data):
                self._take(event)
        except H2Error:
            self.close()
        else:
            self._send()

    def pause_writing(self) -> None:
        """Send no more, and read no more that would have to be answered."""
        self._full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._heard = True
        self._full = False
        self._transport.resume_reading()
        self._send()

    def close(self) -> None:
        """Break all calls off, and end when that is said."""
        for call in self._calls.values():
            call.break_off()
        with suppress(H2Error):  # it may have ended already
            self._send()
            self._h2.close_connection()
        self._write()
        self._transport.close()

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._begin(event)
        elif isinstance(event, DataReceived):
            size = event.flow_controlled_length
            if call := self._calls.get(event.stream_id):
                call.received(event.data, size)
            else:
                self._h2.acknowledge_received_data(size, event.stream_id)
        elif isinstance(event, StreamEnded):
            if call := self._calls.get(event.stream_id):
                call.ended()
        elif isinstance(event, StreamReset):
            self._forget(event.stream_id)
        elif isinstance(event, ConnectionTerminated):
            self._transport.close()

    def _begin(self, event: RequestReceived) -> None:
        headers = {str(name): str(value) for name, value in event.headers}
        self._calls[event.stream_id] = self._begin_call(event.stream_id, headers, self)

    def _forget(self, number: int) -> None:
        """End a call that nobody waits for."""
        if call := self._calls.get(number):
            self._end(call)
            call.task.cancel()

    def _end(self, call: Call) -> None:
        self._ready.pop(call.number, None)
        del self._calls[call.number]
        self.take(call)

    def wake(self, call: Call) -> None:
        """Send what a call has to say, once all that are at it have said what they have."""
        if call.number in self._calls:
            self._ready[call.number] = call
            self._wake()

    def take(self, call: Call) -> None:
        """Tell the client that what was kept of a call is taken."""
        kept, call.kept = call.kept, 0
        if kept and not self._transport.is_closing():
            self._h2.acknowledge_received_data(kept, call.number)
            self._wake()

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            self._loop.call_soon(self._send)

    def _send(self) -> None:
        """Send a frame of each call in turn, as long as the client takes them."""
        self._woken = False
        waiting = deque(self._ready.values())
        written = 0
        while waiting and not self._full and not self._transport.is_closing():
            call = waiting.popleft()
            if size := self._send_frame(call):
                waiting.append(call)
            written += size
            if written >= PIECE:
                self._write()
                written = 0
        self._write()

    def _send_frame(self, call: Call) -> int:
        """Send what comes next of a call; give how much, 0 if that is all for now."""
        number = call.number
        if call.head is not None:
            self._h2.send_headers(number, call.head)
            call.head = None
        if call.data:
            window = self._h2.local_flow_control_window(number)
            size = min(window, self._h2.max_outbound_frame_size, len(call.data))
            if size > 0:
                self._h2.send_data(number, call.taken(size))
            return max(size, 0)
        self._ready.pop(number, None)
        if call.tail is not None:
            self._h2.send_headers(number, call.tail, end_stream=True)
            if call.open:
                self._h2.reset_stream(number, ErrorCodes.NO_ERROR)
            self._end(call)
            call.over.set()
        return 0

    def _write(self) -> None:
        if data := self._h2.data_to_send():
            self._transport.write(data)

    def _ping(self) -> None:
        """Find out whether the client is still there."""
        if not self._heard:
            self._transport.abort()
            return
        self._heard = False
        self._h2.ping(PING)
        self._write()
        self._timer = self._loop.call_later(PATIENCE, self._ping)


def keep_little(connected: Any) -> None:
    """Let the system hold little that is not sent: so it shows when a slow client takes some."""
    if connected.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, PIECE)


def address(peer: Any) -> str:
    """Write a client's address as gRPC does; a unix socket's has none."""
    if not isinstance(peer, tuple):
        return "unix:"
    host, port = peer[:2]
    return f"ipv6:%5B{host}%5D:{port}" if ":" in host else f"ipv4:{host}:{port}"
