"""The gRPC server of Envoy's access log service: messages of all streams in one bounded queue."""

import os
import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, Full, Queue
from threading import BoundedSemaphore, Event
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from agent.sources.envoy.entries import LONGEST_NODE, Message
from agent.sources.source import SourceError
from proto.accesslog_pb2 import StreamAccessLogsMessage
from proto.target import Target

METHOD = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs"
MOST_STREAMS = 256
"""Streams at the same time: each worker thread of each Envoy opens one for each log."""
SPARE_THREADS = 4
"""Threads to refuse further streams in."""
MOST_BYTES = 1 << 20
"""Size of the largest message. Envoy's usual buffer has 16 kB, and a first message 13 kB more."""
MOST_MESSAGES = 64
"""Messages that wait to be told. When so many wait, Envoys are held back by flow control; they keep
some more in their own buffers.
"""
SOCKET_MODE = 0o660
PATIENCE = 0.2
"""How often whoever waits for the queue looks whether it has been closed, in seconds."""

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Server(grpc.GenericRpcHandler):
    """Takes streams at `target` from the moment it is made, until `close`.

    Raise SourceError where it cannot listen.
    """

    def __init__(self, target: Target, most_streams: int = MOST_STREAMS) -> None:
        self.streams = 0
        """Streams that were opened, ever."""
        self.refused = 0
        """Streams that were refused, because there were too many."""
        self.broken = 0
        """Streams that broke off, or had a message that is too large."""
        self._room = BoundedSemaphore(most_streams)
        self._queue: Queue[Message] = Queue(MOST_MESSAGES)
        self._closed = Event()
        self._target = target
        self._grpc = grpc.server(
            ThreadPoolExecutor(most_streams + SPARE_THREADS, "access log"),
            handlers=[self],
            maximum_concurrent_rpcs=most_streams + SPARE_THREADS,
            options=(("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", MOST_BYTES)),
        )
        self.address = str(self._bind(target))
        self._grpc.start()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Handler | None":
        """Find what serves a method."""
        if handler_call_details.method != METHOD:
            return None
        return grpc.stream_unary_rpc_method_handler(self._take)

    def next(self, seconds: float) -> Message | None:
        """Give the next message; None if none comes in so many seconds."""
        try:
            return self._queue.get(timeout=seconds) if seconds > 0 else self._queue.get_nowait()
        except Empty:
            return None

    def end(self) -> None:
        """Take no more messages; those that wait can still be had."""
        self._closed.set()

    def close(self) -> None:
        """Hang up on all."""
        self.end()
        self._grpc.stop(0).wait()
        if self._target.path:
            Path(self._target.path).unlink(missing_ok=True)

    def _take(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        """Take one stream, if there is room for it."""
        if not self._room.acquire(blocking=False):
            self.refused += 1
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many streams")
        self.streams += 1
        try:
            self._read(messages)
        except grpc.RpcError:
            self.broken += 1
        finally:
            self._room.release()
        return b""

    def _read(self, messages: Iterator[bytes]) -> None:
        """Read one stream to its end; its first message says whose it is."""
        proxy: bytes | None = None
        for raw in messages:
            if proxy is None:
                proxy = _proxy(raw)
            if not self._put(Message(proxy, raw)):
                return

    def _put(self, message: Message) -> bool:
        """Wait until the queue takes a message; False when it is closed."""
        while not self._closed.is_set():
            try:
                self._queue.put(message, timeout=PATIENCE)
            except Full:
                continue
            return True
        return False

    def _bind(self, target: Target) -> Target | str:
        """Listen; give the address with its port."""
        path = Path(target.path) if target.path else None
        if path:
            _clear(path)
        try:
            port = self._grpc.add_insecure_port(target.address)
        except RuntimeError:
            raise SourceError(f"cannot listen on {target}: it is in use or not ours") from None
        if path:
            path.chmod(SOCKET_MODE)
        return target if path else f"{target.authority.rpartition(':')[0]}:{port}"


def _proxy(raw: bytes) -> bytes:
    """Read the id of the Envoy out of the first message of a stream; empty where it has none."""
    try:
        told = StreamAccessLogsMessage.FromString(raw)
    except DecodeError:
        return b""
    return told.identifier.node.id[: LONGEST_NODE + 1]


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens on; gRPC itself would remove one in use."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise SourceError(f"cannot listen on unix://{path}: it exists and is not a socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(os.fspath(path)) == 0:
            raise SourceError(f"cannot listen on unix://{path}: another process listens there")
    path.unlink()
