"""The server: its addresses, what it serves, and its end."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import grpc

from proto.target import Target
from relay import listen
from relay.services.greeting import Greeting, Method
from relay.services.http2.call import Call, Client
from relay.services.http2.connection import Connection
from relay.services.refusal import TooMany
from relay.settings import Settings


class Details(NamedTuple):
    """What a handler is looked up by: a grpc.HandlerCallDetails."""

    method: str
    invocation_metadata: tuple[()] = ()


class Server:
    """Serves what is added to it, as a grpc.aio.Server does."""

    def __init__(self, greeting: Greeting, settings: Settings) -> None:
        self.connections: set[Connection] = set()
        self._greeting = greeting
        self._most_bytes = settings.max_message
        self._most_calls = settings.max_calls
        self._handlers: list[grpc.GenericRpcHandler] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: list[asyncio.Server] = []

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Serve the methods that these know."""
        self._handlers += handlers

    def add_registered_method_handlers(self, name: str, methods: Mapping[str, Method]) -> None:
        """Do nothing: generated code adds the same methods as generic handlers, too."""

    async def listen(self, target: Target, context: ssl.SSLContext | None) -> str:
        """Open a port or socket, and give its address as a client writes it. Raise StartError."""
        listen.prepare(target)
        loop, make = asyncio.get_running_loop(), lambda: Connection(self._begin, self.connections)
        try:
            if target.path:
                server = await loop.create_unix_server(make, target.path, ssl=context)
                os.chmod(target.path, listen.SOCKET_MODE)
            else:
                server = await loop.create_server(make, target.host, target.port, ssl=context)
        except OSError:
            raise listen.refusal(target) from None
        self._listening.append(server)
        port = 0 if target.path else server.sockets[0].getsockname()[1]
        return str(target if target.path else replace(target, port=port))

    async def stop(self, grace: float) -> None:
        """Accept no more, let calls end within so many seconds, then break them off."""
        for server in self._listening:
            server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for connection in tuple(self.connections):
            connection.close()

    def _begin(self, number: int, headers: dict[str, str], client: Client) -> Call:
        """Begin to serve a call."""
        call = Call(number, headers, client, self._most_bytes)
        call.task = asyncio.create_task(call.serve(self._find), name="palomar-call")
        self._tasks.add(call.task)
        call.task.add_done_callback(self._tasks.discard)
        return call

    async def _find(self, path: str) -> Method | None:
        """Find the handler of a path, as every call is greeted and counted."""
        if len(self._tasks) > self._most_calls:
            raise TooMany(f"the relay serves {self._most_calls} calls already")
        details: Any = Details(path)
        return await self._greeting.intercept_service(self._lookup, details)

    async def _lookup(self, details: grpc.HandlerCallDetails) -> Method | None:
        found = (handler.service(details) for handler in self._handlers)
        return next((method for method in found if method), None)
