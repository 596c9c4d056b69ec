"""The Hubble API as clients of Hubble use it."""

from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.wrappers_pb2 import UInt32Value
from grpc_health.v1 import health_pb2, health_pb2_grpc

from proto import flow_pb2
from proto.observer_pb2 import (
    ExportEvent,
    GetFlowsRequest,
    GetNamespacesRequest,
    GetNodesRequest,
    ServerStatusRequest,
)
from proto.observer_pb2_grpc import ObserverStub
from proto.relay_pb2 import NODE_CONNECTED, NODE_GONE, NODE_UNAVAILABLE
from proto.timestamps import from_ns
from proto.version import API_VERSION, VERSION
from tests.factories import NOON_NS, event, lost
from tests.relays import Sender, connected, store

pytestmark = pytest.mark.usefixtures("door")


async def test_status_of_the_reference(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, [event() for _ in range(300)])
        health: Any = health_pb2_grpc.HealthStub(channel)
        asked = health_pb2.HealthCheckRequest(service="hubble.server.Observer")
        checked = await health.Check(asked)
        assert checked.status == health_pb2.HealthCheckResponse.SERVING
        status = await ObserverStub(channel).ServerStatus(ServerStatusRequest())
        assert (status.num_flows, status.max_flows, status.seen_flows) == (300, 3_000_000, 300)
        assert status.num_connected_nodes == UInt32Value(value=0)
        assert status.num_unavailable_nodes == UInt32Value(value=0)
        assert status.uptime_ns > 0
        assert 0 < status.flows_rate <= 300
        assert status.version == f"hubble-relay v{API_VERSION} (palomar {VERSION})"


VERSIONS = {
    "hubble-relay-version": API_VERSION,
    "hubble-server-version": API_VERSION,
    "palomar-version": VERSION,
}


async def test_every_answer_names_the_versions(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_relay, channel):
        stub, health = ObserverStub(channel), health_pb2_grpc.HealthStub(channel)
        calls: list[Any] = [
            stub.ServerStatus(ServerStatusRequest()),
            stub.GetFlows(GetFlowsRequest(follow=True)),
            health.Check(health_pb2.HealthCheckRequest()),  # type: ignore[attr-defined]
        ]
        for call in calls:
            assert dict(await call.initial_metadata()).items() >= VERSIONS.items()
            call.cancel()


async def test_nodes_and_namespaces(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        here, away = Sender(channel, node="here", version="9"), Sender(channel, node="away")
        for sender in (here, away):
            await sender.hello()
            await sender.send([event(source={"namespace": "shop", "cluster_name": "east"})])
            await sender.ack()
        await store(relay.address, [event()], node="gone", cluster="west")
        await away.hang_up()
        stub = ObserverStub(channel)
        nodes = (await stub.GetNodes(GetNodesRequest())).nodes
        assert [(node.name, node.state, node.seen_flows) for node in nodes] == [
            ("away", NODE_UNAVAILABLE, 1),
            ("here", NODE_CONNECTED, 1),
            ("west/gone", NODE_GONE, 1),
        ]
        assert nodes[1].version == "9"
        assert nodes[1].uptime_ns > 0
        assert not nodes[1].tls.enabled
        found = (await stub.GetNamespaces(GetNamespacesRequest())).namespaces
        named = {("", "cilium-test"), ("east", "shop")}
        assert {(each.cluster, each.namespace) for each in found} == named
        status = await stub.ServerStatus(ServerStatusRequest())
        assert status.unavailable_nodes == ["away"]
        assert status.num_connected_nodes.value == status.num_unavailable_nodes.value == 1


async def test_an_answer_begins_with_the_states_of_the_nodes(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        here, away = Sender(channel, node="here"), Sender(channel, node="away")
        await here.hello()
        await away.hello()
        await away.hang_up()
        await store(relay.address, [event()], node="gone")
        answers = [a async for a in ObserverStub(channel).GetFlows(GetFlowsRequest())]
        states = [(a.node_status.state_change, list(a.node_status.node_names)) for a in answers[:2]]
        assert states == [(NODE_CONNECTED, ["here"]), (NODE_UNAVAILABLE, ["away"])]
        assert {a.node_name for a in answers[:2]} == {"relay-1"}
        assert [a.HasField("flow") for a in answers[2:]] == [True]


INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"first": True, "follow": True, "number": 1}, "first and follow"),
        ({"whitelist": [{"source_ip": ["10.0.0.0/99"]}]}, "source_ip"),
        ({"blacklist": [{"http_url": ["("]}]}, "http_url"),
        ({"since": {"seconds": 1, "nanos": -1}}, "since"),
        ({"until": {"seconds": 2**60}}, "until"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    tmp_path: Path, request_: dict[str, Any], said: str
) -> None:
    async with connected(tmp_path) as (_relay, channel):
        await Sender(channel).hello()
        call = ObserverStub(channel).GetFlows(GetFlowsRequest(**request_))
        with pytest.raises(grpc.aio.AioRpcError, match=said) as caught:
            await call.read()
        assert caught.value.code() is INVALID


async def test_a_request_that_cannot_be_parsed_is_refused(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_relay, channel):
        for method in ("observer.Observer/GetFlows", "palomar.v1.Reader/Read"):
            raw: Any = channel.unary_stream(f"/{method}")
            call = raw(b"\xff\xff")
            with pytest.raises(grpc.aio.AioRpcError, match="request is no") as caught:
                await call.read()
            assert caught.value.code() is INVALID


async def test_losses_pass_the_filters_and_do_not_count(tmp_path: Path) -> None:
    at = from_ns(NOON_NS)
    events = [event(uuid="1", time=at), lost(7, time=at), event(uuid="2", time=at)]
    request = GetFlowsRequest(number=2, whitelist=[{"uuid": ["1", "2"]}])  # type: ignore[list-item]
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, events)
        answers = [a async for a in ObserverStub(channel).GetFlows(request)]
        assert [a.WhichOneof("response_types") for a in answers] == ["flow", "lost_events", "flow"]
        assert answers[1].lost_events.num_events_lost == 7


async def test_unknown_fields_of_a_flow_go_out_as_they_came(tmp_path: Path) -> None:
    newer = event().flow.SerializeToString() + b"\xfa\xff\x0f\x03new"
    told = ExportEvent(node_name="n", flow=flow_pb2.Flow.FromString(newer))
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, [told])
        raw: Any = channel.unary_stream("/observer.Observer/GetFlows")
        assert await raw(b"").read() == told.SerializeToString()


async def test_no_more_calls_than_the_limit(tmp_path: Path) -> None:
    async with connected(tmp_path, max_calls=1) as (_, channel):
        stub = ObserverStub(channel)
        first = stub.GetFlows(GetFlowsRequest(follow=True))
        await first.initial_metadata()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ServerStatus(ServerStatusRequest())
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        first.cancel()


async def test_no_more_streams_than_the_limit(tmp_path: Path) -> None:
    async with connected(tmp_path, max_streams=1) as (relay, channel):
        first = ObserverStub(channel).GetFlows(GetFlowsRequest(follow=True))
        await first.initial_metadata()
        second = ObserverStub(channel).GetFlows(GetFlowsRequest())
        with pytest.raises(grpc.aio.AioRpcError, match="streams 1 answers") as caught:
            await second.read()
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert relay.metrics.value("palomar_streams_refused_total") == 1
        first.cancel()
