"""A store that cannot write: batches are refused and health says so, until it can again."""

from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from proto.observer_pb2 import GetFlowsRequest
from proto.observer_pb2_grpc import ObserverStub
from relay.relay import Relay
from tests.factories import event
from tests.relays import Sender, connected, store

pytestmark = pytest.mark.usefixtures("door")


def limit_pages(relay: Relay, count: int) -> None:
    """Let the file grow no further, as on a disk that is full."""
    writing = relay.store._writer._connection
    writing.execute(f"PRAGMA max_page_count = {count}")


async def test_a_full_disk(tmp_path: Path) -> None:
    heavy = [event(Summary="x" * 50_000 + str(number)) for number in range(50)]
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, [event()])
        health: Any = health_pb2_grpc.HealthStub(channel)
        watch = health.Watch(health_pb2.HealthCheckRequest(service="hubble.server.Observer"))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING

        limit_pages(relay, 1)
        sender = Sender(channel)
        ordinal = (await sender.hello()).ordinal
        await sender.send(heavy)
        code, details = await sender.status()
        assert code is grpc.StatusCode.UNAVAILABLE
        assert "full" in details
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert relay.metrics.value("palomar_healthy") == 0
        kept = [a async for a in ObserverStub(channel).GetFlows(GetFlowsRequest())]
        assert sum(answer.HasField("flow") for answer in kept) == 1

        limit_pages(relay, 2**30)
        again = Sender(channel)
        assert (await again.hello()).ordinal == ordinal
        await again.send(heavy)
        assert (await again.ack()).ordinal == ordinal + len(heavy)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        watch.cancel()
