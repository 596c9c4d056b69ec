"""palomar.v1.Rings: how full the rings of a relay are."""

import asyncio
from pathlib import Path

from proto.client import Client
from proto.rings_pb2 import Ring
from proto.timestamps import to_ns
from relay.rings.classes import RINGS
from relay.rings.limits import Limit
from tests.factories import NOON_NS, event, lost
from tests.relays import running_relay, store


async def rings_of(address: str) -> dict[str, Ring]:
    with Client(address) as client:
        return {ring.name: ring for ring in await asyncio.to_thread(client.rings)}


async def test_each_ring_says_what_it_holds(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event(), event(), event(verdict=2), lost(3)])
        rings = await rings_of(relay.address)

    assert tuple(rings) == RINGS
    assert [ring.events for ring in rings.values()] == [1, 0, 2, 0, 1]
    assert rings["flow"].capacity == 1_000_000
    assert rings["flow"].seen == 2
    assert rings["flow"].bytes > 0
    assert to_ns(rings["drop"].oldest) == to_ns(rings["drop"].newest) == NOON_NS
    assert not rings["l7"].HasField("oldest")


async def test_what_a_limit_removed_is_told(tmp_path: Path) -> None:
    async with running_relay(tmp_path, limits={"flow": Limit(count=300)}) as relay:
        await store(relay.address, [event()] * 1200)
        ring = (await rings_of(relay.address))["flow"]

    assert ring.seen == 1200
    assert [(each.limit, each.events) for each in ring.evicted] == [("count", 1200 - ring.events)]
