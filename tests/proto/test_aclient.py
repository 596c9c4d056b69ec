import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc
import pytest

from proto.aclient import AsyncClient
from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetAgentEventsResponse,
    GetDebugEventsRequest,
    GetDebugEventsResponse,
    GetFlowsRequest,
    GetFlowsResponse,
    Namespace,
    Node,
)
from proto.transport import TransportError
from tests.feeding import events
from tests.observer_server import ObserverServer, response
from tests.relays import RelayProcess, store


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    with ObserverServer(response(second) for second in range(5)) as server:
        yield server


async def next_seconds(batches: AsyncIterator[list[GetFlowsResponse]], count: int) -> list[int]:
    got: list[int] = []
    while len(got) < count:
        batch = await asyncio.wait_for(anext(batches), 10)
        got += [answer.time.seconds for answer in batch if answer.HasField("flow")]
    return got


async def test_flows_are_read(server: ObserverServer) -> None:
    async with AsyncClient(server.address) as client:
        batches = client.responses(GetFlowsRequest(number=3))
        assert [a.time.seconds async for batch in batches for a in batch] == [2, 3, 4]
        assert client.server.version == "v1.19.4"
        assert not client.server.offers_batches


async def test_events_are_read(server: ObserverServer) -> None:
    server.agent_events = [GetAgentEventsResponse(node_name="a")]
    server.debug_events = [GetDebugEventsResponse(node_name="d")]
    async with AsyncClient(server.address) as client:
        agents = [batch async for batch in client.agent_events(GetAgentEventsRequest(number=1))]
        debugs = [batch async for batch in client.debug_events(GetDebugEventsRequest(number=2))]
    assert agents == [server.agent_events]
    assert debugs == [server.debug_events]


async def test_a_server_tells_of_itself(server: ObserverServer) -> None:
    server.nodes = [Node(name="node-1")]
    server.namespaces = [Namespace(namespace="shop")]
    async with AsyncClient(server.address) as client:
        assert await client.status() == server.status
        assert list(await client.nodes()) == server.nodes
        assert list(await client.namespaces()) == server.namespaces
        assert await client.health() == "SERVING"


async def test_a_server_that_does_not_answer_in_time_is_named(server: ObserverServer) -> None:
    server.stall.clear()
    try:
        async with AsyncClient(server.address, timeout=0.05) as client:
            with pytest.raises(TransportError, match="did not answer in time"):
                await client.status()
    finally:
        server.stall.set()


async def test_a_refused_read_is_a_failure(server: ObserverServer) -> None:
    server.refusal = grpc.StatusCode.INVALID_ARGUMENT, "invalid CIDR"
    async with AsyncClient(server.address) as client:
        with pytest.raises(TransportError, match="INVALID_ARGUMENT: invalid CIDR"):
            await anext(client.responses(GetFlowsRequest(follow=True)))


async def test_a_follow_goes_on_after_a_restart(server: ObserverServer) -> None:
    said: list[str] = []
    async with AsyncClient(server.address) as client:
        request = GetFlowsRequest(follow=True, number=2)
        batches = client.responses(request, on_reconnect=said.append)
        assert await next_seconds(batches, 2) == [3, 4]
        server.stop()
        server.publish(response(4), response(6))
        server.start()
        assert await next_seconds(batches, 2) == [4, 6]
    lost, back = said
    assert lost.endswith("trying again")
    assert f"{server.address} is back; going on by time, best effort" in back


async def test_closing_ends_a_follow(server: ObserverServer) -> None:
    client = AsyncClient(server.address)
    batches = client.responses(GetFlowsRequest(follow=True, number=1))
    assert await next_seconds(batches, 1) == [4]
    waiting = asyncio.ensure_future(anext(batches, None))
    await asyncio.sleep(0)
    await client.close()
    assert await asyncio.wait_for(waiting, 10) is None


async def test_closing_ends_a_follow_that_waits_to_reconnect(server: ObserverServer) -> None:
    lost = threading.Event()
    client = AsyncClient(server.address)
    request = GetFlowsRequest(follow=True, number=1)
    batches = client.responses(request, on_reconnect=lambda line: lost.set())
    assert await next_seconds(batches, 1) == [4]
    server.stop()
    waiting = asyncio.ensure_future(anext(batches, None))
    await asyncio.to_thread(lost.wait, 10)
    await client.close()
    assert await asyncio.wait_for(waiting, 10) is None


async def test_a_cancelled_task_stays_cancelled(server: ObserverServer) -> None:
    async with AsyncClient(server.address) as client:
        batches = client.responses(GetFlowsRequest(follow=True, number=1))
        assert await next_seconds(batches, 1) == [4]
        waiting = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(server.wait_for_ended, 1)


async def test_who_stops_reading_cancels_the_call(server: ObserverServer) -> None:
    async with AsyncClient(server.address) as client:
        batches = client.responses(GetFlowsRequest(follow=True, number=1))
        assert await next_seconds(batches, 1) == [4]
        await batches.aclose()
        await asyncio.to_thread(server.wait_for_ended, 1)


async def test_a_relay_goes_on_exactly(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        await store(relay.address, events(response(1), response(2)))
        async with AsyncClient(relay.address) as client:
            batches = client.responses(GetFlowsRequest(follow=True, number=1))
            assert await next_seconds(batches, 1) == [2]
            relay.kill()
            relay.start()
            await store(relay.address, events(response(2), response(3)))
            assert await next_seconds(batches, 2) == [2, 3]
            assert client.server.offers_batches
