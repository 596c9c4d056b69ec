"""How the relay is reached: TLS, unix sockets, health, reflection, peers, metrics."""

import asyncio
import socket
import urllib.request
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from proto.observer_pb2 import GetFlowsRequest, ServerStatusRequest
from proto.observer_pb2_grpc import ObserverStub
from proto.peer_pb2 import PEER_ADDED, NotifyRequest
from proto.peer_pb2_grpc import PeerStub
from relay.counts.metrics import METRICS
from relay.services.health import NAMES
from relay.settings import StartError, UsageError
from tests.certificates import Certificate, authority
from tests.factories import event
from tests.relays import Sender, addresses_of, at, connected, door_of, running_relay, store

pytestmark = pytest.mark.usefixtures("door")

NAME = (("grpc.ssl_target_name_override", "relay.test"),)


def secured(
    address: str, trusted: Certificate, client: Certificate | None = None
) -> grpc.aio.Channel:
    key, chain = (client.key_pem, client.pem) if client else (None, None)
    credentials = grpc.ssl_channel_credentials(trusted.pem, key, chain)
    return grpc.aio.secure_channel(address, credentials, NAME)


async def reached(channel: grpc.aio.Channel) -> bool:
    """Tell whether the relay answers on a channel of its own."""
    async with channel:
        try:
            await ObserverStub(channel).ServerStatus(ServerStatusRequest())
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            return False
        return True


async def test_tls_and_what_does_not_fit_it(tmp_path: Path) -> None:
    ours, theirs = authority(), authority("theirs")
    cert, key = ours.issue("relay.test").write(tmp_path, "relay")
    async with running_relay(tmp_path, tls_cert_file=cert, tls_key_file=key) as relay:
        assert await reached(secured(door_of(relay), ours))
        assert not await reached(secured(door_of(relay), theirs))
        assert not await reached(grpc.aio.insecure_channel(door_of(relay)))
        async with secured(door_of(relay), ours) as channel:
            await Sender(channel).hello()
            assert relay.nodes.messages()[0].tls.enabled


async def test_with_authorities_of_clients_a_client_must_show_a_certificate(tmp_path: Path) -> None:
    ours, theirs = authority(), authority("theirs")
    cert, key = ours.issue("relay.test").write(tmp_path, "relay")
    ca, _ = ours.write(tmp_path, "ca")
    files = {"tls_cert_file": cert, "tls_key_file": key, "tls_client_ca_files": (ca,)}
    async with running_relay(tmp_path, **files) as relay:
        assert await reached(secured(door_of(relay), ours, ours.issue("agent")))
        assert not await reached(secured(door_of(relay), ours))
        assert not await reached(secured(door_of(relay), ours, theirs.issue("agent")))


async def test_a_certificate_is_taken_anew_when_its_files_change(tmp_path: Path) -> None:
    old, new = authority("old"), authority("new")
    cert, key = old.issue("relay.test").write(tmp_path, "relay")
    async with running_relay(tmp_path, tls_cert_file=cert, tls_key_file=key) as relay:
        assert await reached(secured(door_of(relay), old))
        key.write_text("broken")
        assert await reached(secured(door_of(relay), old))
        assert relay.metrics.value("palomar_tls_reload_failures_total") == 1
        new.issue("relay.test").write(tmp_path, "relay")
        assert await reached(secured(door_of(relay), new))
        assert not await reached(secured(door_of(relay), old))
        assert relay.metrics.value("palomar_tls_reloads_total") == 1
        assert relay.metrics.value("palomar_tls_reload_failures_total") == 1


async def test_certificates_that_do_not_fit_are_refused_at_the_start(tmp_path: Path) -> None:
    cert, _ = authority().issue("relay.test").write(tmp_path, "relay")
    _, key = authority().issue("relay.test").write(tmp_path, "other")
    with pytest.raises(StartError, match=r"relay\.crt and .*other\.key do not fit"):
        async with running_relay(tmp_path, tls_cert_file=cert, tls_key_file=key):
            pass
    with pytest.raises(StartError, match=r"cannot read .*none\.key"):
        async with running_relay(tmp_path, tls_cert_file=cert, tls_key_file=tmp_path / "none.key"):
            pass
    files = {"tls_cert_file": cert, "tls_key_file": cert.with_name("relay.key")}
    with pytest.raises(StartError, match=r"cannot read .*other\.key: no certificate in it$"):
        async with running_relay(tmp_path, tls_client_ca_files=(key,), **files):
            pass


async def test_several_addresses_at_once(tmp_path: Path) -> None:
    listen = (f"unix://{tmp_path}/relay.sock", "127.0.0.1:0", "[::1]:0")
    async with running_relay(tmp_path, **at(*listen)) as relay:
        assert len(addresses_of(relay)) == 3
        for address in addresses_of(relay):
            assert await reached(grpc.aio.insecure_channel(address))


@pytest.mark.parametrize("address", ["nonsense:port", "unix:", "", "tls://localhost:1"])
async def test_an_address_that_cannot_be_read_is_named(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="-listen"):
        async with running_relay(tmp_path, **at(address)):
            pass


async def test_every_address_of_a_name_must_be_free(tmp_path: Path) -> None:
    """Else one of two relays would answer, and nobody could say which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"localhost:{taken.getsockname()[1]}"
        with pytest.raises(StartError, match=f"{address}: address already in use"):
            async with running_relay(tmp_path, **at(address)):
                pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("192.0.2.1:4245", "cannot assign requested address"),
        ("no-such-host.invalid:4245", "name or service not known|temporary failure"),
        ("unix:///no/such/folder/relay.sock", "no such file or directory"),
    ],
)
async def test_why_an_address_cannot_be_opened(tmp_path: Path, address: str, said: str) -> None:
    with pytest.raises(StartError, match=f"cannot listen on {address}: ({said})"):
        async with running_relay(tmp_path, **at(address)):
            pass


async def test_a_file_in_the_place_of_the_socket_is_kept(tmp_path: Path) -> None:
    (tmp_path / "relay.sock").write_text("precious")
    with pytest.raises(StartError, match="exists and is not a socket"):
        async with running_relay(tmp_path, **at(f"unix://{tmp_path}/relay.sock")):
            pass
    assert (tmp_path / "relay.sock").read_text() == "precious"


async def test_a_failed_start_leaves_nothing_open(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        other = tmp_path / "other"
        other.mkdir()
        with pytest.raises(StartError, match="cannot listen"):
            async with running_relay(other, **at("127.0.0.1:0", door_of(relay))):
                pass
        async with running_relay(other) as second:
            assert await reached(grpc.aio.insecure_channel(door_of(second)))


async def test_health_under_every_name(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        stub: Any = health_pb2_grpc.HealthStub(channel)
        serving = health_pb2.HealthCheckResponse.SERVING
        for name in NAMES:
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == serving
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="hubble.server.Observer"))
        assert (await watch.read()).status == serving
        await relay.stop()
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_reflection_names_the_services(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type]
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        call = stub.ServerReflectionInfo(iter([asked]))
        answer = await call.read()
        names = {service.name for service in answer.list_services_response.service}
        call.cancel()
        assert names >= {name for name in NAMES if "." in name} - {"hubble.server.Observer"}


async def test_a_hubble_relay_is_told_where_this_one_is(tmp_path: Path) -> None:
    async with connected(tmp_path, advertise="relay.test:4245") as (_, channel):
        call: Any = PeerStub(channel).Notify(NotifyRequest())
        told = await call.read()
        assert (told.name, told.address, told.type) == ("relay-1", "relay.test:4245", PEER_ADDED)
        assert not told.HasField("tls")
        call.cancel()


async def test_without_an_address_to_advertise_peers_are_refused(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        with pytest.raises(grpc.aio.AioRpcError, match="--advertise") as caught:
            await PeerStub(channel).Notify(NotifyRequest()).read()
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def fetch(url: str) -> str:
    with urllib.request.urlopen(url) as page:
        return str(page.read(), "utf-8")


async def test_the_metrics_page_has_every_metric(tmp_path: Path) -> None:
    async with connected(tmp_path, metrics="127.0.0.1:0") as (relay, channel):
        await store(door_of(relay), [event(), event()])
        async for _ in ObserverStub(channel).GetFlows(GetFlowsRequest()):
            pass
        page = await asyncio.to_thread(fetch, f"http://{relay.metrics_address}/metrics")
        lines = page.splitlines()
        for metric in METRICS:
            assert f"# HELP {metric.name} {metric.help}" in lines
            assert any(line.startswith(f"# TYPE {metric.name} {metric.kind}") for line in lines)
        for line in (
            'palomar_ring_flows{ring="flow"} 2.0',
            'palomar_ring_seen_total{ring="flow"} 2.0',
            "palomar_batches_total 1.0",
            "palomar_events_total 2.0",
            "palomar_healthy 1.0",
            'palomar_nodes{state="NODE_GONE"} 1.0',
            'palomar_calls_total{method="observer.Observer/GetFlows"} 1.0',
            'palomar_events_sent_total{method="GetFlows"} 2.0',
        ):
            assert line in lines
