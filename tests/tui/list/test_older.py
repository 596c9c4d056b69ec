import asyncio
from pathlib import Path

from proto.observer_pb2 import GetFlowsResponse
from proto.timestamps import from_ns
from tests.factories import NOON_NS, event
from tests.relays import running_relay, store
from tests.tui.scenes import server_at
from tui.filtertext import FilterText
from tui.list import older as module
from tui.list.older import older, until_ns
from tui.list.window import Window


def test_until_when_to_ask_is_told_by_the_newest_of_the_oldest() -> None:
    rows = [
        GetFlowsResponse(time=from_ns(ns)).SerializeToString()
        for ns in (NOON_NS, NOON_NS + 5, NOON_NS + 2)
    ]
    assert until_ns([*rows, GetFlowsResponse().SerializeToString()]) == NOON_NS + 5
    assert until_ns([]) is None


async def test_pages_of_history_join_without_gap_or_repeat(tmp_path: Path) -> None:
    # Several have the same time, so that only their place tells them apart.
    events = [
        event(time=from_ns(NOON_NS + number // 7), source={"ID": number}) for number in range(100)
    ]
    async with running_relay(tmp_path) as relay:
        await store(relay.address, events)
        source = server_at(relay.address)
        window = Window()
        window.offer([each.SerializeToString() for each in events[95:]])
        window.take()
        put = 1
        while put:
            until = until_ns([window[window.first]])
            assert until
            rows = await asyncio.to_thread(older, source, FilterText(), until, 20)
            put = window.put_before(rows, keep=window.end)
        source.close()
    found = [GetFlowsResponse.FromString(row).flow.source.ID for row in window.rows()]
    assert found == list(range(100))


def test_a_page_is_more_than_what_comes_out_of_order() -> None:
    assert module.PAGE > 2 * module.EDGE
