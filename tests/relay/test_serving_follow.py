"""Following: history first, then live, every flow once, and nobody held up by the slow."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from proto.flow_pb2 import HUBBLE_RING_BUFFER, FlowFilter
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.observer_pb2_grpc import ObserverStub
from proto.timestamps import from_ns
from tests.factories import NOON_NS, event, lost
from tests.relays import Sender, connected, eventually

pytestmark = pytest.mark.usefixtures("door")


def numbered(count: int, first: int = 0, **fields: Any) -> list[ExportEvent]:
    return [
        event(uuid=str(number), time=from_ns(NOON_NS + number), **fields)
        for number in range(first, first + count)
    ]


async def flows(call: AsyncIterator[GetFlowsResponse], count: int) -> list[int]:
    """Read until so many flows came; give their numbers."""
    found: list[int] = []
    async for answer in call:
        if answer.HasField("flow"):
            found.append(int(answer.flow.uuid))
        if len(found) == count:
            break
    return found


async def following(channel: grpc.aio.Channel, **fields: Any) -> Any:
    """Begin to follow, and wait until the relay has taken the call."""
    call = ObserverStub(channel).GetFlows(GetFlowsRequest(follow=True, **fields))
    await call.initial_metadata()
    return call


@pytest.mark.parametrize(
    ("request_", "backlog"),
    [
        ({}, 0),
        ({"number": 3}, 3),
        ({"number": 2**64 - 1}, 10),
        ({"since": from_ns(NOON_NS + 6)}, 4),
        ({"since": from_ns(NOON_NS), "number": 2}, 2),
    ],
)
async def test_a_follow_begins_with_the_backlog_it_asks_for(
    tmp_path: Path, request_: dict[str, Any], backlog: int
) -> None:
    async with connected(tmp_path) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        await sender.send(numbered(10))
        await sender.ack()
        call = await following(channel, **request_)
        assert await flows(call, backlog) == list(range(10 - backlog, 10)) if backlog else True
        await sender.send(numbered(5, first=10))
        assert await flows(call, 5) == list(range(10, 15))
        call.cancel()


async def test_history_then_follow_gives_every_flow_once_and_in_order(tmp_path: Path) -> None:
    """Followers join at any moment while an agent writes; each sees all from its beginning on."""
    rounds, size = 60, 50
    async with connected(tmp_path) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        written = [asyncio.Event() for _ in range(rounds)]

        async def write() -> None:
            for number, event in enumerate(written):
                await sender.send(numbered(size, number * size))
                event.set()

        async def follow(event: asyncio.Event) -> list[int]:
            await event.wait()
            call = await following(channel, number=2**64 - 1)
            found = await flows(call, rounds * size)
            call.cancel()
            return found

        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(follow(event)) for event in written[::10]]
            tasks.create_task(write())
        assert all(reader.result() == list(range(rounds * size)) for reader in readers)


async def test_live_flows_are_filtered(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        wanted = [FlowFilter(source_pod=["shop/"])]
        shop = await following(channel, whitelist=wanted)
        rest = await following(channel, blacklist=wanted)
        for first in range(0, 40, 4):
            await sender.send(numbered(2, first, source={"namespace": "shop"}))
            await sender.send(numbered(2, first + 2))
        await sender.ack()
        assert await flows(shop, 20) == [n for n in range(40) if n % 4 < 2]
        assert await flows(rest, 20) == [n for n in range(40) if n % 4 >= 2]


async def test_live_flows_keep_to_the_range_and_the_mask(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        request = GetFlowsRequest(follow=True, since=from_ns(NOON_NS + 5))
        request.field_mask.paths.extend(["uuid", "nonsense"])
        call: Any = ObserverStub(channel).GetFlows(request)
        await call.initial_metadata()
        await sender.send(numbered(8))
        answers = [answer for _ in range(4) if (answer := await call.read()).HasField("flow")]
        assert [a.flow.uuid for a in answers] == ["5", "6", "7"]
        assert not any(a.flow.HasField("time") for a in answers)
        assert [a.time for a in answers] == [from_ns(NOON_NS + n) for n in (5, 6, 7)]


async def test_agent_and_debug_events_are_followed(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        stub = ObserverStub(channel)
        agent = stub.GetAgentEvents(GetAgentEventsRequest(follow=True))
        debug = stub.GetDebugEvents(GetDebugEventsRequest(follow=True))
        await agent.initial_metadata()
        await debug.initial_metadata()
        at = from_ns(NOON_NS)
        await sender.send(
            [
                event(),
                ExportEvent(agent_event={"type": 2}, node_name="n", time=at),  # type: ignore[arg-type]
                ExportEvent(debug_event={"type": 3}, node_name="n", time=at),  # type: ignore[arg-type]
            ]
        )
        agent_answer: Any = await agent.read()
        debug_answer: Any = await debug.read()
        assert (agent_answer.agent_event.type, agent_answer.node_name) == (2, "n")
        assert (debug_answer.debug_event.type, debug_answer.time) == (3, at)


async def test_a_follow_ends_at_until(tmp_path: Path) -> None:
    async with connected(tmp_path, until_grace=0.05) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        now = time.time_ns()
        call = await following(channel, until=from_ns(now + 100_000_000))
        await sender.send(
            [event(uuid="1", time=from_ns(now)), event(uuid="2", time=from_ns(now + 10**15))]
        )
        assert [int(a.flow.uuid) async for a in call if a.HasField("flow")] == [1]
        assert await call.code() is grpc.StatusCode.OK


async def test_losses_of_agents_are_folded_in_a_live_stream(tmp_path: Path) -> None:
    async with connected(tmp_path, loss_interval=0.05) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        call = await following(channel)
        for _ in range(20):
            await sender.send([lost(10, node_name="n") for _ in range(50)])
        counts: list[int] = []
        while sum(counts) < 10_000:
            answer = await call.read()
            if answer.HasField("lost_events"):
                counts.append(answer.lost_events.num_events_lost)
        assert sum(counts) == 10_000
        assert len(counts) < 100


async def test_a_slow_follower_loses_the_oldest_and_is_told(tmp_path: Path) -> None:
    """It reads nothing until all was stored: what is left is the newest, and the count is right."""
    total, settings = 4_000, {"follower_events": 100, "loss_interval": 0.01}
    heavy = {"Summary": "x" * 4_000}
    async with connected(tmp_path, **settings) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        slow = await following(channel)
        few = [FlowFilter(uuid=[str(number) for number in range(0, total, 100)])]
        other = await following(channel, whitelist=few)
        for first in range(0, total, 50):
            await sender.send(numbered(50, first, **heavy))
        await sender.ack()
        assert await flows(other, total // 100) == list(range(0, total, 100))
        seen: list[int] = []
        missed = 0
        async for answer in slow:
            if answer.HasField("flow"):
                seen.append(int(answer.flow.uuid))
            if answer.HasField("lost_events"):
                missed += answer.lost_events.num_events_lost
                assert answer.lost_events.source == HUBBLE_RING_BUFFER
                assert answer.node_name == "relay-1"
            if len(seen) + missed == total:
                break
        assert missed > 0
        assert seen == sorted(set(seen))
        assert seen[-1] == total - 1
        assert relay.metrics.value("palomar_follower_lost_total") >= missed


async def test_a_cancelled_follow_leaves_nothing_behind(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        await sender.send(numbered(2_000))
        await sender.ack()
        live = await following(channel)
        history = ObserverStub(channel).GetFlows(GetFlowsRequest())
        await history.read()
        assert relay.metrics.value("palomar_followers") == 1
        live.cancel()
        history.cancel()
        await eventually(lambda: not relay.metrics.value("palomar_streams"))
        assert relay.metrics.value("palomar_followers") == 0


async def test_a_filter_that_fails_ends_only_its_own_stream(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        good, bad = await following(channel), await following(channel)
        await eventually(lambda: len(relay.fanout.followers) == 2)

        def fail(_events: object) -> Any:
            raise ZeroDivisionError("out of luck")

        relay.fanout.followers[1].keep = fail
        await sender.send(numbered(3))
        assert await flows(good, 3) == [0, 1, 2]
        with pytest.raises(grpc.aio.AioRpcError, match="out of luck"):
            await flows(bad, 1)
        assert relay.metrics.value("palomar_fanout_failed_total") == 1
