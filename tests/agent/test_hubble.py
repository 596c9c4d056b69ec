"""The Hubble source: from a relay of ours, by its cursor, and from another server, by time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from agent.sources.hubble import AGENT_EVENTS, DEBUG_EVENTS, FLOWS, HubbleSource, Question
from proto import observer_pb2
from proto.aclient import AsyncClient
from proto.flow_pb2 import AGENT_STARTED, HUBBLE_RING_BUFFER, AgentEvent, DebugEvent, LostEvent
from proto.observer_pb2 import ExportEvent, GetAgentEventsRequest, GetFlowsResponse
from proto.relay_pb2 import NODE_CONNECTED, NodeStatusEvent
from proto.target import Target
from tests.agent.agents import ALL, Run, stored
from tests.factories import event
from tests.observer_server import ObserverServer, response
from tests.relays import RelayProcess, running_relay, store


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[str]:
    """Where flows go."""
    (tmp_path / "to").mkdir()
    async with running_relay(tmp_path / "to") as running:
        yield running.address


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    """A server of Hubble that is none of ours."""
    running = ObserverServer().start()
    yield running
    running.stop()


class Subscription:
    """A running agent; `has` waits until the relay has so many flows."""

    def __init__(self, address: str, relay: str, question: Question = FLOWS) -> None:
        self.relay = relay
        self.said: list[str] = []
        self.source = HubbleSource(Target.parse(address), question=question, say=self.said.append)
        self.task = asyncio.ensure_future(Run(relay, self.source)())

    async def has(self, number: int) -> None:
        await asyncio.wait_for(stored(self.relay, number), 20)

    async def stop(self) -> Run:
        self.source.stop()
        return await asyncio.wait_for(self.task, 20)


def plain(responses: list[GetFlowsResponse]) -> Counter[bytes]:
    return Counter(each.SerializeToString(deterministic=True) for each in responses)


async def test_history_and_what_comes_after_it(server: ObserverServer, relay: str) -> None:
    server.publish(*(response(n, uuid=f"{n}") for n in range(5)))
    agent = Subscription(server.address, relay)
    await agent.has(5)
    server.publish(*(response(n, uuid=f"{n}") for n in range(5, 9)))
    await agent.has(9)
    assert (await agent.stop()).status == 0
    assert await stored(relay) == plain(server.responses)


async def test_envelopes_pass_byte_for_byte(server: ObserverServer, relay: str) -> None:
    odd = GetFlowsResponse.FromString(response(1).SerializeToString() + b"\xa2\x1f\x03new")
    server.publish(odd)
    agent = Subscription(server.address, relay)
    await agent.has(1)
    await agent.stop()
    (found,) = await stored(relay)
    assert GetFlowsResponse.FromString(found) == odd
    assert b"new" in found


async def test_states_of_nodes_are_no_flows(server: ObserverServer, relay: str) -> None:
    connected = GetFlowsResponse(
        node_status=NodeStatusEvent(state_change=NODE_CONNECTED, node_names=["a"])
    )
    server.publish(connected, response(1))
    agent = Subscription(server.address, relay)
    await agent.has(1)
    await agent.stop()
    assert await stored(relay) == plain(server.responses[1:])


async def test_after_a_restart_of_the_server_nothing_is_repeated(
    server: ObserverServer, relay: str
) -> None:
    first = [response(n // 3, node=f"node-{n % 2}") for n in range(60)]  # many are equal
    server.publish(*first)
    agent = Subscription(server.address, relay)
    await agent.has(60)
    server.stop()
    server.publish(*(response(20 + n, uuid=f"{n}") for n in range(10)))
    server.start()
    await agent.has(70)
    await agent.stop()
    assert await stored(relay) == plain(server.responses)
    assert [line for line in agent.said if "trying again" in line]
    assert agent.said[-1] == f"{server.address} is back"


async def test_after_a_restart_of_the_agent_nothing_is_repeated(
    server: ObserverServer, relay: str
) -> None:
    server.publish(*(response(n // 3, node=f"node-{n % 2}") for n in range(60)))
    agent = Subscription(server.address, relay)
    await agent.has(60)
    await agent.stop()
    server.publish(*(response(20 + n, uuid=f"{n}") for n in range(10)))
    agent = Subscription(server.address, relay)
    await agent.has(70)
    await agent.stop()
    assert await stored(relay) == plain(server.responses)


async def test_losses_of_the_server_are_passed_on(server: ObserverServer, relay: str) -> None:
    lost = LostEvent(source=HUBBLE_RING_BUFFER, num_events_lost=7)
    loss = GetFlowsResponse(lost_events=lost, node_name="node-1", time=Timestamp(seconds=2))
    server.publish(response(1), loss)
    agent = Subscription(server.address, relay)
    await agent.has(2)
    await agent.stop()
    assert await stored(relay) == plain(server.responses)


async def test_what_an_old_server_leaves_out_is_filled_in(
    server: ObserverServer, relay: str
) -> None:
    bare = GetFlowsResponse(flow=response(5, node="k8s1").flow)
    server.publish(bare)
    agent = Subscription(server.address, relay)
    await agent.has(1)
    await agent.stop()
    (found,) = await stored(relay)
    told = ExportEvent.FromString(found)
    assert (told.node_name, told.time.seconds) == ("k8s1", 5)


async def test_a_refusal_ends_it(server: ObserverServer, relay: str) -> None:
    server.refusal = grpc.StatusCode.PERMISSION_DENIED, "not you"
    done = await Run(relay, HubbleSource(Target.parse(server.address)))()
    assert done.status == 1
    assert done.said[0].endswith("does not allow this: not you")


async def test_a_relay_of_ours_is_read_exactly_through_restarts(tmp_path: Path, relay: str) -> None:
    given = [event(uuid=f"{n}") for n in range(700)]
    with RelayProcess(tmp_path) as source:
        await store(source.address, given[:400])
        agent = Subscription(source.address, relay)
        await agent.has(400)
        source.kill()
        source.start()
        await store(source.address, given[400:600])
        await agent.has(600)
        await agent.stop()
        await store(source.address, given[600:])
        agent = Subscription(source.address, relay)
        await agent.has(700)
        await agent.stop()
    assert await stored(relay) == plain(
        [GetFlowsResponse.FromString(each.SerializeToString()) for each in given]
    )


async def test_a_relay_with_a_new_store_is_read_on_by_time(tmp_path: Path, relay: str) -> None:
    given = [event(uuid=f"{n}", time={"seconds": n}) for n in range(30)]
    with RelayProcess(tmp_path) as source:
        await store(source.address, given[:20])
        agent = Subscription(source.address, relay)
        await agent.has(20)
        source.stop()
        source.data.unlink()
        source.start()
        await store(source.address, given)
        await agent.has(30)
        await agent.stop()
    assert (await stored(relay)).total() == 30


async def test_agent_and_debug_events_are_streams_of_their_own(tmp_path: Path, relay: str) -> None:
    (tmp_path / "from").mkdir()
    time = Timestamp(seconds=1)
    started = ExportEvent(agent_event=AgentEvent(type=AGENT_STARTED), node_name="node-1", time=time)
    said = ExportEvent(debug_event=DebugEvent(message="hm"), node_name="node-1", time=time)
    async with running_relay(tmp_path / "from") as source:
        await store(source.address, [started, said])
        agents = [
            Subscription(source.address, relay, question)
            for question in (AGENT_EVENTS, DEBUG_EVENTS)
        ]
        async with AsyncClient(relay) as client:
            request = GetAgentEventsRequest(number=ALL, follow=True)
            found = await anext(client.agent_events(request))
            assert [each.agent_event.type for each in found] == [2]
            asked = observer_pb2.GetDebugEventsRequest(number=ALL, follow=True)
            told = await anext(client.debug_events(asked))
            assert [each.debug_event.message for each in told] == ["hm"]
        for agent in agents:
            await agent.stop()
    assert [agent.source.name for agent in agents] == [
        f"{source.address} agent-events",
        f"{source.address} debug-events",
    ]
