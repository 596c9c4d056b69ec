"""Delivery: sources, exporters and signals of one `palomar agent` command, to its exit status."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from agent.exporter import Exporter, ExportError
from agent.settings import Settings
from agent.sources.source import Source, SourceError
from proto.collector_pb2 import Hello
from proto.transport import TLS, Target, open_aio_channel
from proto.version import VERSION

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Relay:
    """Where to deliver, and under whose name."""

    target: Target
    tls: TLS | None
    node: str
    cluster: str
    settings: Settings = field(default_factory=Settings)

    def exporter(self, source: Source, say: Callable[[str], None], sharing: int) -> Exporter:
        """Make what delivers `source`, with the room of one of `sharing` spools."""
        hello = Hello(
            node=source.node or self.node,
            cluster=source.cluster or self.cluster,
            source=source.name,
            run=source.run,
            kind=source.kind,
            version=VERSION,
        )
        connect = partial(open_aio_channel, self.target, self.tls)
        settings = replace(
            self.settings,
            spool_events=self.settings.spool_events // sharing,
            spool_bytes=self.settings.spool_bytes // sharing,
        )
        return Exporter(source, hello, connect, settings, server=f"relay {self.target}", say=say)


def deliver(
    sources: Sequence[Source], relay: Relay, say: Callable[[str], None], *, at_once: bool = True
) -> int:
    """Deliver all sources, one after the other or `at_once`, until they end or a signal comes.

    `say` takes lines for a person. Give the exit status: 1 where a source broke, the relay refused
    it, one that ends was not delivered whole, or something that cannot be read again was not.
    """
    return asyncio.run(Delivery(sources, relay, say, at_once=at_once).run())


class Delivery:
    """One delivery, in a running event loop; what `deliver` does."""

    def __init__(
        self,
        sources: Sequence[Source],
        relay: Relay,
        say: Callable[[str], None],
        *,
        at_once: bool = True,
    ) -> None:
        sharing = len(sources) if at_once else 1
        self._exporters = [relay.exporter(source, say, sharing) for source in sources]
        self._at_once = at_once
        self._grace = relay.settings.grace
        self._say = say
        self._failed = False

    async def run(self) -> int:
        """Deliver; give the exit status."""
        task = asyncio.ensure_future(self._all())
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._stop, task)
        with suppress(asyncio.CancelledError):
            await task
        return int(self._failed)

    def _stop(self, task: "asyncio.Future[None]") -> None:
        """Stop reading; give up after the grace, or at the second signal."""
        loop = asyncio.get_running_loop()
        for exporter in self._exporters:
            exporter.stop()
        loop.call_later(self._grace, task.cancel)
        for number in SIGNALS:
            loop.remove_signal_handler(number)
            loop.add_signal_handler(number, task.cancel)

    async def _all(self) -> None:
        if self._at_once:
            await asyncio.gather(*map(self._one, self._exporters))
            return
        for exporter in self._exporters:
            await self._one(exporter)

    async def _one(self, exporter: Exporter) -> None:
        began = time.monotonic()
        try:
            await exporter.run()
        except (SourceError, ExportError) as error:
            self._failed = True
            self._say(str(error))
        finally:
            self._sum_up(exporter, time.monotonic() - began)

    def _sum_up(self, exporter: Exporter, seconds: float) -> None:
        tally, source = exporter.tally, exporter.source
        parts = [f"{tally.stored:,} events stored"]
        parts += [f"{tally.refused:,} refused by the relay"] if tally.refused else []
        parts += [f"{tally.lost:,} lost"] if tally.lost else []
        parts += [f"{tally.unsent:,} not delivered"] if tally.unsent else []
        cut_short = exporter.stopping and source.ends and not tally.whole
        parts += ["stopped before its end"] if cut_short else []
        parts += source.summary()
        self._say(f"{source.name}: {', '.join(parts)}; {seconds:.1f} s")
        self._failed |= cut_short or (tally.unsent > 0 and not source.resumes)
