"""Several sources in one command."""

from collections.abc import Iterator

from agent.delivery import Relay
from agent.settings import Settings
from agent.sources.source import Chunk, SourceError
from proto.target import Target
from tests.agent.agents import ListSource, Run, events
from tests.agent.collectors import Collector, serving


class Broken(ListSource):
    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        yield from super().chunks(position, most_bytes)
        raise SourceError("it broke")


async def test_one_that_breaks_does_not_stop_the_others() -> None:
    for at_once in (True, False):
        collector, given = Collector(), events(30)
        sources = [Broken(given[:10], name="bad"), ListSource(given[10:], name="good")]
        async with serving(collector) as address:
            done = await Run(address, *sources, at_once=at_once)()
        assert done.status == 1
        assert sorted(collector.events) == sorted(given)
        assert sorted(line.rpartition(";")[0] or line for line in done.said) == [
            "bad: 10 events stored",
            "good: 20 events stored",
            "it broke",
        ]


async def test_each_source_is_a_stream_that_says_what_it_is() -> None:
    collector = Collector()
    source = ListSource(events(1))
    source.run = "again"
    async with serving(collector) as address:
        await Run(address, source, node="k8s1")()
    (hello,) = collector.hellos
    told = (hello.node, hello.cluster, hello.source, hello.run, hello.kind)
    assert told == ("k8s1", "", "list", "again", "test")
    assert hello.version


def test_sources_that_are_read_at_once_share_the_room() -> None:
    relay = Relay(Target(), None, "node-1", "", Settings(spool_events=400, spool_bytes=4000))
    exporter = relay.exporter(ListSource([]), print, sharing=4)
    assert (exporter.settings.spool_events, exporter.settings.spool_bytes) == (100, 1000)
