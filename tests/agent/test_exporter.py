"""The exporter against a collector that breaks wherever it can."""

import asyncio
from collections.abc import Callable, Iterator

import grpc
import pytest

from agent.exporter import Exporter, ExportError
from agent.settings import Settings
from agent.sources.source import Chunk, Source, SourceError
from proto.collector_pb2 import Hello
from proto.observer_pb2 import ExportEvent
from proto.transport import Backoff
from tests.agent.agents import Lasting, ListSource, events
from tests.agent.collectors import Broken, Collector, serving


def exporter(
    source: Source,
    address: str,
    said: list[str] | None = None,
    backoff: Backoff | None = None,
    **settings: int,
) -> Exporter:
    return Exporter(
        source,
        Hello(node="node-1", source=source.name, run=source.run, kind=source.kind),
        lambda: grpc.aio.insecure_channel(address),
        Settings(**settings),
        server="relay test",
        say=(said if said is not None else []).append,
        backoff=backoff or Backoff(0.001, 0.01),
    )


class Said(list[str]):
    """Lines for a person; `something` is set by the first."""

    def __init__(self) -> None:
        self.something = asyncio.Event()

    def append(self, line: str) -> None:
        super().append(line)
        self.something.set()


class Waits(Backoff):
    """Waits for nothing, and notes how often it was asked since it was reset."""

    def __init__(self, waits: list[float]) -> None:
        super().__init__()
        self._waits = waits
        self._count = 0

    def next(self) -> float:
        self._count += 1
        self._waits.append(self._count)
        return 0.0

    def reset(self) -> None:
        self._count = 0


async def test_all_is_delivered_and_the_source_said_to_have_ended() -> None:
    collector, given = Collector(), events(95)
    async with serving(collector) as address:
        tally = await exporter(ListSource(given), address).run()
    assert collector.events == given
    assert tally.stored == 95
    (kept,) = collector.kept.values()
    assert (kept.position, kept.goodbyes) == (b"95", 1)


async def test_a_finished_source_adds_nothing() -> None:
    collector, given = Collector(), events(20)
    async with serving(collector) as address:
        await exporter(ListSource(given), address).run()
        source = ListSource(given)
        assert (await exporter(source, address).run()).stored == 0
    assert source.started == [20]
    assert collector.events == given


def before(number: int) -> Callable[[Collector], None]:
    """Break once, before the commit of a batch."""

    def arm(collector: Collector) -> None:
        collector.on_batch = once(number)

    return arm


def after(number: int) -> Callable[[Collector], None]:
    """Break once, after the commit of a batch, so that its acknowledgement gets lost."""

    def arm(collector: Collector) -> None:
        collector.after_commit = once(number)

    return arm


def once(number: int) -> Callable[[int], None]:
    def fail(batch: int) -> None:
        if batch == number:
            raise Broken

    return fail


@pytest.mark.parametrize("arm", [*map(before, range(1, 6)), *map(after, range(1, 6))])
async def test_a_stream_that_breaks_anywhere_loses_and_doubles_nothing(
    arm: Callable[[Collector], None],
) -> None:
    collector, given = Collector(), events(50)
    arm(collector)
    said: list[str] = []
    async with serving(collector) as address:
        tally = await exporter(ListSource(given), address, said).run()
    assert collector.events == given
    assert tally.stored == 50
    assert tally.whole
    assert len(collector.hellos) == 2
    assert len(said) == 2
    assert "trying again" in said[0]
    assert said[1] == "connected to relay test"


async def test_no_more_than_the_window_is_sent_without_acknowledgement() -> None:
    collector, given = Collector(), events(100)
    collector.withhold()
    async with serving(collector) as address:
        running = asyncio.ensure_future(exporter(ListSource(given), address, window=3).run())
        await collector.until(lambda: collector.batches == 3)
        collector.release()
        await running
    assert collector.most_unacknowledged <= 3
    assert collector.events == given


async def test_a_relay_with_another_store_gets_everything() -> None:
    collector, given = Collector(), events(60)
    source = ListSource(given)

    def replace(batch: int) -> None:
        if batch == 3:
            collector.kept.clear()
            collector.identity = "relay-2"
            raise Broken

    collector.on_batch = replace
    async with serving(collector) as address:
        await exporter(source, address).run()
    assert collector.events == given
    assert source.started == [0, 0]


async def test_a_relay_that_forgot_the_last_commits_gets_them_again() -> None:
    collector, given = Collector(), events(60)
    source = ListSource(given)

    def forget(batch: int) -> None:
        if batch == 5:
            (kept,) = collector.kept.values()
            del kept.events[10:]
            kept.position = b"10"
            raise Broken

    collector.on_batch = forget
    async with serving(collector) as address:
        await exporter(source, address).run()
    assert collector.events == given


async def test_a_source_that_cannot_be_read_again_goes_on_with_what_is_left() -> None:
    collector, given = Collector(), events(30)
    source = Lasting(given, size=30)

    def replace(batch: int) -> None:
        if batch == 1:
            collector.identity = "relay-2"
            raise Broken

    collector.on_batch = replace
    async with serving(collector) as address:
        running = exporter(source, address)
        task = asyncio.ensure_future(running.run())
        await collector.until(lambda: len(collector.events) == 30)
        running.stop()
        assert (await task).unsent == 0
    assert collector.events == given
    assert source.started == [0]


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.PERMISSION_DENIED]
)
async def test_a_refusal_ends_it(code: grpc.StatusCode) -> None:
    collector = Collector()

    def refuse(batch: int) -> None:
        raise Broken(code)

    collector.on_batch = refuse
    async with serving(collector) as address:
        with pytest.raises(ExportError, match=r"relay test .*broken by the test"):
            await exporter(ListSource(events(5)), address).run()


async def test_an_event_that_is_too_large_becomes_a_loss() -> None:
    collector = Collector()
    collector.max_message_bytes = 2000
    large = ExportEvent(node_name="x" * 3000).SerializeToString()
    given = events(3)
    said: list[str] = []
    async with serving(collector) as address:
        source = ListSource([given[0], large, given[1], given[2]], size=1)
        tally = await exporter(source, address, said).run()
    assert [collector.events[n] for n in (0, 2, 3)] == given
    assert ExportEvent.FromString(collector.events[1]).lost_events.num_events_lost == 1
    assert tally.lost == 1
    assert "3,004 bytes" in said[0]


async def test_what_a_broken_source_gave_is_delivered_first() -> None:
    class Breaking(ListSource):
        def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
            yield Chunk(list(self.given), b"1")
            raise SourceError("file.gz: cut off")

    collector, given = Collector(), events(7)
    async with serving(collector) as address:
        with pytest.raises(SourceError, match=r"file\.gz: cut off"):
            await exporter(Breaking(given), address).run()
    assert collector.events == given


async def test_it_waits_for_a_relay_that_is_not_there_yet() -> None:
    collector, given, said = Collector(), events(5), Said()
    async with serving(collector) as address:
        pass
    task = asyncio.ensure_future(exporter(ListSource(given), address, said).run())
    await asyncio.wait_for(said.something.wait(), 10)
    async with serving(collector, address):
        await task
    assert collector.events == given
    assert said[0].startswith("cannot reach relay test: connection refused")
    assert said[1:] == ["connected to relay test"]


async def test_stopping_before_any_connection_ends_it() -> None:
    running = exporter(ListSource(events(5)), "127.0.0.1:1")
    running.stop()
    assert (await running.run()).stored == 0


async def test_spooled_losses_are_counted() -> None:
    collector, given = Collector(), events(100)
    collector.withhold()
    async with serving(collector) as address:
        source = Lasting(given)
        running = exporter(source, address, spool_events=30, window=1)
        task = asyncio.ensure_future(running.run())
        await collector.until(lambda: collector.batches == 1)
        assert await asyncio.to_thread(source.read.wait, 10)
        running.stop()
        collector.release()
        tally = await task
    assert tally.lost == 70
    assert collector.events[:30] == given[:30]
    assert ExportEvent.FromString(collector.events[30]).lost_events.num_events_lost == 70


async def test_a_relay_that_welcomes_and_then_fails_is_tried_more_and_more_rarely() -> None:
    def fail(number: int) -> None:
        if number < 5:
            raise Broken

    collector, said, waits = Collector(), list[str](), list[float]()
    collector.on_batch = fail
    async with serving(collector) as address:
        await exporter(ListSource(events(10)), address, said, Waits(waits)).run()
    assert waits == [1, 2, 3, 4]
    trouble, end = said
    assert trouble.endswith("; trying again until it works")
    assert end == "connected to relay test"
