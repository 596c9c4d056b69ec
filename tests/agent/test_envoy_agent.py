"""`palomar agent envoy`: real streams in, stored flows out."""

import asyncio
import re
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest

from agent.sources.envoy.directory import Directory
from agent.sources.envoy.entries import Teller
from agent.sources.envoy.server import METHOD, MOST_BYTES, SPARE_THREADS, Server
from agent.sources.envoy.source import EnvoySource
from agent.sources.source import CHUNK_EVENTS, SourceError
from proto.accesslog_pb2 import StreamAccessLogsMessage
from proto.observer_pb2 import ExportEvent
from proto.target import Target
from tests.agent.accesslogs import ENDPOINTS, http, message, tcp
from tests.agent.agents import AgentProcess, stored
from tests.relays import RelayProcess, running_relay


def stream(address: str, messages: Sequence[StreamAccessLogsMessage | bytes]) -> bytes:
    """Send a stream as an Envoy does, to its end."""
    raw = [m if isinstance(m, bytes) else m.SerializeToString() for m in messages]
    with grpc.insecure_channel(address) as channel:
        call: Any = channel.stream_unary(METHOD)
        answer = call(iter(raw), timeout=20)
    assert isinstance(answer, bytes)
    return answer


@contextmanager
def agent(folder: Path, relay: str, *options: str) -> Iterator[tuple[AgentProcess, str]]:
    """Run an agent that knows ENDPOINTS; give it and where it listens."""
    endpoints = folder / "endpoints.toml"
    endpoints.write_text(ENDPOINTS)
    given = ("--relay", relay, "--endpoints", str(endpoints), *options)
    with AgentProcess("envoy", "--listen", "localhost:0", *given) as running:
        found = re.search(r"listening on (\S+) for", running.line())
        assert found
        yield running, found[1]


def code(error: grpc.RpcError) -> grpc.StatusCode:
    assert isinstance(error, grpc.Call)
    return error.code()


def nodes(found: Sequence[bytes]) -> set[str]:
    return {ExportEvent.FromString(event).node_name for event in found}


async def test_entries_of_many_streams_are_stored(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        with agent(tmp_path, relay.address) as (running, address):
            streams = [
                [
                    message(http(client=("10.0.1.2", n + 1)), proxy=b"node-%d" % (n % 3)),
                    message(http(client=("10.0.1.2", n + 1))),
                ]
                for n in range(20)
            ]
            sent = [asyncio.to_thread(stream, address, messages) for messages in streams]
            assert await asyncio.gather(*sent) == [b""] * 20
            # node-1 is the client's own; from the others it is the far side, which opens nothing
            found = await asyncio.wait_for(stored(relay.address, 20 * 9), 20)
            status, said = await asyncio.to_thread(running.end, signal.SIGTERM)
    assert nodes(list(found)) == {"node-0", "node-1", "node-2"}
    assert status == 0
    assert re.search(r": 180 events stored, 40 entries, 20 streams; ", said)


async def test_what_is_no_message_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        with agent(tmp_path, relay.address, "--node", "here") as (running, address):
            await asyncio.to_thread(stream, address, [b"\xff\xff", message(tcp()), b"\x0a\xff"])
            found = await asyncio.wait_for(stored(relay.address, 2), 20)
            _, said = await asyncio.to_thread(running.end, signal.SIGTERM)
    assert nodes(list(found)) == {"here"}
    assert len(re.findall(r"^palomar agent: messages refused: [12] so far$", said, re.M)) == 1
    assert "1 entries, 1 streams, 2 messages refused, 1 messages without a name; " in said


async def test_a_message_that_is_too_large_ends_its_stream_only(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        with agent(tmp_path, relay.address) as (_, address):
            with pytest.raises(grpc.RpcError) as caught:
                await asyncio.to_thread(stream, address, [b"x" * (MOST_BYTES + 1)])
            assert code(caught.value) is grpc.StatusCode.RESOURCE_EXHAUSTED
            await asyncio.to_thread(stream, address, [message(tcp())])
            await asyncio.wait_for(stored(relay.address, 2), 20)


async def test_entries_wait_for_a_relay_that_is_not_there_yet(tmp_path: Path) -> None:
    relay = RelayProcess(tmp_path)
    with agent(tmp_path, relay.address) as (running, address):
        await asyncio.to_thread(stream, address, [message(tcp()) for _ in range(10)])
        assert "trying again until it works" in await asyncio.to_thread(running.line)
        with relay:
            found = await asyncio.wait_for(stored(relay.address, 20), 20)
    assert found.total() == 20


def test_streams_beyond_the_limit_are_refused() -> None:
    server = Server(Target(port=0), 1)
    try:
        with grpc.insecure_channel(server.address) as channel:
            done = Event()

            def first() -> Iterator[bytes]:
                yield message(tcp()).SerializeToString()
                done.wait()

            call: Any = channel.stream_unary(METHOD)
            opened = call.future(first(), timeout=20)
            assert server.next(20)
            with pytest.raises(grpc.RpcError) as caught:
                call(iter(()), timeout=20)
            assert code(caught.value) is grpc.StatusCode.RESOURCE_EXHAUSTED
            done.set()
            assert opened.result() == b""
        assert (server.streams, server.refused, server.broken) == (1, 1, 0)
    finally:
        server.close()


def test_an_envoy_that_reconnects_for_ever_costs_a_few_threads() -> None:
    server = Server(Target(port=0), 4)
    before = threading.active_count()
    try:
        for number in range(200):
            assert stream(server.address, [message(tcp())]) == b""
            assert server.next(20)
            assert server.streams == number + 1
        assert threading.active_count() - before <= 4 + SPARE_THREADS
    finally:
        server.close()


def test_what_waits_when_it_is_told_to_stop_is_still_told() -> None:
    server = Server(Target(port=0))
    try:
        source = EnvoySource(server, Teller(Directory(None)))
        entries = [tcp(client=("10.0.1.2", port)) for port in range(1, 1_001)]
        stream(server.address, [message(*entries[n : n + 100]) for n in range(0, 1_000, 100)])
        source.stop()
        chunks = list(source.chunks(b"", 1 << 20))
    finally:
        server.close()
    assert sum(len(chunk.events) for chunk in chunks) == 2_000
    assert max(len(chunk.events) for chunk in chunks) == CHUNK_EVENTS


def test_other_methods_are_not_served() -> None:
    server = Server(Target(port=0))
    try:
        with grpc.insecure_channel(server.address) as channel:
            call: Any = channel.unary_unary("/some.Service/Method")
            with pytest.raises(grpc.RpcError) as caught:
                call(b"", timeout=20)
            assert code(caught.value) is grpc.StatusCode.UNIMPLEMENTED
    finally:
        server.close()


def test_a_unix_socket_is_taken_over_from_the_dead_only(tmp_path: Path) -> None:
    path = tmp_path / "als.sock"
    target = Target(host="", port=0, path=str(path))
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    server = Server(target)
    try:
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(SourceError, match="another process listens there"):
            Server(target)
        assert stream(f"unix:{path}", [message(tcp())]) == b""
    finally:
        server.close()
    assert not path.exists()
    path.write_text("mine")
    with pytest.raises(SourceError, match="it exists and is not a socket"):
        Server(target)


def test_a_port_in_use_is_an_error_of_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with AgentProcess("envoy", "--listen", address) as running:
            status, said = running.end()
    assert (status, said.count("\n")) == (1, 1)
    assert f"cannot listen on {address}" in said


def test_a_bad_endpoints_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.toml"
    path.write_text("[[endpoint]]\naddress = 'x'\n")
    with AgentProcess("envoy", "--listen", "localhost:0", "--endpoints", path) as running:
        status, said = running.end()
    assert (status, said) == (
        1,
        f"palomar agent: {path}: endpoint 1: address 'x' is no IP address\n",
    )
