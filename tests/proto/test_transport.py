import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from proto.aclient import AsyncClient
from proto.client import Client
from proto.observer_pb2 import GetFlowsRequest
from proto.observer_pb2_grpc import add_ObserverServicer_to_server
from proto.target import Target
from proto.transport import CONNECT_SECONDS, MAX_MESSAGE_BYTES, TransportError, channel_options
from tests.observer_server import ObserverServer


def test_a_unix_socket_is_reached(tmp_path: Path) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    add_ObserverServicer_to_server(ObserverServer(), server)
    server.add_insecure_port(f"unix:{tmp_path}/relay.sock")
    server.start()
    try:
        with Client(f"unix://{tmp_path}/relay.sock") as client:
            assert client.status().version == "v1.19.4"
    finally:
        server.stop(0).wait()


def test_a_unix_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with Client(f"unix://{tmp_path}/none") as client, pytest.raises(TransportError) as failed:
        client.status()
    assert f"cannot reach unix://{tmp_path}/none: no such socket" in str(failed.value)


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("localhost", 0))
        address = f"localhost:{unused.getsockname()[1]}"
        with Client(address) as client, pytest.raises(TransportError) as failed:
            client.status()
    assert str(failed.value).startswith(f"cannot reach {address}: connection refused; is a relay")


def test_a_server_that_never_greets_is_given_up_in_time() -> None:
    with socket.socket() as deaf:
        deaf.bind(("localhost", 0))
        deaf.listen()
        address = f"localhost:{deaf.getsockname()[1]}"
        with ThreadPoolExecutor() as pool, Client(address, timeout=0.2) as client:
            reading = pool.submit(list, client.responses(GetFlowsRequest(number=1)))
            with pytest.raises(TransportError, match="no answer in time"):
                reading.result(CONNECT_SECONDS / 2)


async def test_a_server_that_never_greets_is_given_up_by_asyncio_too() -> None:
    with socket.socket() as deaf:
        deaf.bind(("localhost", 0))
        deaf.listen()
        address = f"localhost:{deaf.getsockname()[1]}"
        async with (
            asyncio.timeout(CONNECT_SECONDS / 2),
            AsyncClient(address, timeout=0.2) as client,
        ):
            with pytest.raises(TransportError, match="no answer in time"):
                async for _ in client.responses(GetFlowsRequest(number=1)):
                    pass


def test_a_host_without_an_address_is_named() -> None:
    with Client("relay.invalid") as client, pytest.raises(TransportError) as failed:
        client.status()
    assert str(failed.value) == "cannot reach relay.invalid:4245: no such host"


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with ObserverServer() as server, Client(server.address) as client:
        assert client.status().version == "v1.19.4"


def test_a_proxy_is_for_the_world_outside() -> None:
    def proxied(text: str) -> object:
        return dict(channel_options(Target.parse(text)))["grpc.enable_http_proxy"]

    assert [proxied(text) for text in ("relay.example", "localhost", "unix:///x")] == [1, 0, 0]


def test_probes_are_rarer_than_servers_of_hubble_forbid() -> None:
    five_minutes = 300_000
    options = dict(channel_options(Target()))
    assert int(options["grpc.keepalive_time_ms"]) > five_minutes


def test_a_message_over_the_limit_is_refused_in_one_line() -> None:
    with ObserverServer() as server, Client(server.address) as client:
        server.status.version = "v" * (MAX_MESSAGE_BYTES + 1)
        with pytest.raises(TransportError, match=r"answered RESOURCE_EXHAUSTED: .*larger than max"):
            client.status()
