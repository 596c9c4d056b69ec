import asyncio
import threading
from pathlib import Path

from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from tests.factories import event, lost
from tests.relays import RelayProcess, eventually, running_relay, store
from tests.tui.scenes import file_of, server_at
from tui.file_source import FileSource
from tui.list.feed import BUFFERED, Feed, Phase
from tui.list.window import Row


def follow() -> GetFlowsRequest:
    return GetFlowsRequest(follow=True, number=10)


def numbers(rows: list[Row]) -> list[int]:
    return [GetFlowsResponse.FromString(row).flow.source.ID for row in rows]


async def taken(feed: Feed, count: int) -> list[Row]:
    rows: list[Row] = []
    while len(rows) < count:
        rows += feed.take()
        await asyncio.sleep(0.001)
    return rows


async def test_it_reads_what_is_stored_and_what_comes(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event(source={"ID": 1})])
        feed = Feed(server_at(relay.address), follow)
        feed.start()
        assert numbers(await taken(feed, 1)) == [1]
        assert feed.state.phase is Phase.READING
        await store(relay.address, [event(source={"ID": 2}), lost(3)], run="2")
        assert numbers(await taken(feed, 2)) == [2, 0]
        feed.close()


async def test_a_full_buffer_holds_the_source_back(tmp_path: Path) -> None:
    events = [event(source={"ID": number}) for number in range(2 * BUFFERED)]
    feed = Feed(file_of(tmp_path, *events), GetFlowsRequest)
    feed.start()
    await eventually(lambda: feed.buffered >= BUFFERED)
    assert feed.buffered < len(events)
    assert not feed.done
    rows = await taken(feed, len(events))
    await eventually(lambda: feed.done)
    assert numbers(rows) == list(range(len(events)))
    assert feed.state.phase is Phase.ENDED


async def test_a_lost_relay_is_a_state_and_nothing_is_missed_after_it(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        await store(relay.address, [event(source={"ID": 1})])
        feed = Feed(server_at(relay.address), follow)
        feed.start()
        await taken(feed, 1)
        relay.kill()
        await eventually(lambda: feed.state.phase is Phase.LOST)
        assert feed.state.retry_at is not None
        assert feed.state.reason
        relay.start()
        await store(relay.address, [event(source={"ID": 2})], run="2")
        assert numbers(await taken(feed, 1)) == [2]
        assert feed.state.phase is Phase.READING
        feed.close()


async def test_a_relay_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    relay = RelayProcess(tmp_path)
    feed = Feed(server_at(relay.address), follow)
    feed.start()
    await eventually(lambda: feed.state.phase is Phase.LOST)
    assert "relay" in feed.state.reason
    with relay:
        await store(relay.address, [event(source={"ID": 1})])
        assert numbers(await taken(feed, 1)) == [1]
        feed.close()


async def test_a_file_that_cannot_be_read_is_not_tried_again(tmp_path: Path) -> None:
    feed = Feed(FileSource(str(tmp_path / "missing")), GetFlowsRequest)
    feed.start()
    await eventually(lambda: feed.done)
    assert feed.state.phase is Phase.FAILED
    assert "No such file" in feed.state.reason


async def test_closing_ends_its_thread(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        feed = Feed(server_at(relay.address), follow)
        feed.start()
        feed.close()
        await eventually(lambda: "feed" not in [each.name for each in threading.enumerate()])
