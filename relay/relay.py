"""One relay, from start to stop: store, fan-out, services and server put together."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

import grpc.aio

from proto.target import Target
from relay import listen, tls
from relay.aggregates.rollups import RollupLimits
from relay.answers.answer import Answers
from relay.answers.streaming import Streams
from relay.counts import gauges, metrics
from relay.counts.metrics import Metrics
from relay.counts.rate import Rate
from relay.live.fanout import Fanout
from relay.rings.classes import FLOWS
from relay.rings.stored import Committed
from relay.services import server
from relay.services.aggregator import Aggregator
from relay.services.collector import Collector
from relay.services.health import Health
from relay.services.http2.server import Server
from relay.services.nodes import Nodes
from relay.services.observer import Observer
from relay.services.peer import Peer
from relay.services.reader import Reader
from relay.services.rings import Rings
from relay.services.server import Services
from relay.settings import Settings
from relay.store import Store


class Relay:
    """A relay in this process and event loop; `async with` starts it and stops it.

    Starting raises UsageError, StartError or StoreError, each of one line, and leaves nothing open.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.addresses: list[str] = []
        """Where it listens, as clients write it, in the order of the settings."""
        self.hubble_addresses: list[str] = []
        """Where it sends many flows in a frame."""
        self.metrics_address = ""
        """Where its metrics are served, empty for nowhere."""
        self.store: Store
        self.fanout: Fanout
        self.coalescing: Server
        self._rate = Rate()
        self.nodes = Nodes(settings.max_nodes)
        self._open = AsyncExitStack()

    @property
    def address(self) -> str:
        """The first address it listens on."""
        return self.addresses[0]

    async def start(self) -> None:
        """Open everything and serve."""
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise

    async def stop(self) -> None:
        """Take no more, let streams end within the grace, commit what waits, and close.

        Once is enough.
        """
        await self._open.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _start(self) -> None:
        settings = self.settings
        targets = [listen.parse(text) for text in settings.listen]
        others = [listen.parse(text, "--hubble-listen") for text in settings.hubble_listen]
        credentials = tls.credentials(settings, self.metrics)
        await self._open_store()
        self.fanout = Fanout(settings.fanout_events, self.metrics)
        self._open.push_async_callback(self.fanout.close)
        self.store.on_commit = self._committed
        services, health = self._services()
        serving = server.build(services, health, self.metrics, settings)
        self._bind(serving, targets, credentials)
        self.coalescing = server.build_coalescing(services, health, self.metrics, settings)
        await self._listen(others)
        self._serve_metrics()
        await serving.start()
        watching = asyncio.create_task(health.watch(), name="palomar-health")
        servers = serving, self.coalescing
        self._open.push_async_callback(self._shut, servers, services, health, watching)

    async def _open_store(self) -> None:
        settings = self.settings
        self.store = await asyncio.to_thread(
            lambda: Store(
                settings.data,
                settings.limits,
                rollups=RollupLimits(
                    settings.rollup_minutes, settings.rollup_rows, settings.rollup_bytes
                ),
                tolerance_ns=int(settings.clock_tolerance * 1e9),
            )
        )
        self._open.push_async_callback(asyncio.to_thread, self.store.close)
        self.nodes.recall((key.node, ended) for key, ended in self.store.sources())
        gauges.register(self.metrics, self.store, self.nodes, self._rate)

    def _committed(self, events: Committed) -> None:
        """Take what was stored; in the writer's thread."""
        self._rate.add(events.count_of(FLOWS))
        self.fanout.publish(events)

    def _services(self) -> tuple[Services, Health]:
        settings, store = self.settings, self.store
        threads = ThreadPoolExecutor(settings.query_threads, "palomar-query")
        self._open.callback(threads.shutdown, wait=True)
        answers = Answers(store, self.fanout, threads, settings)
        streams = Streams(answers, self.metrics, settings.max_streams)
        observer = Observer(store, streams, self.nodes, self._rate, settings)
        services = Services(
            Collector(store, self.nodes, self.metrics, settings),
            observer,
            Reader(store.relay_id, streams, observer.opening),
            Aggregator(store, threads, settings),
            Rings(store),
            Peer(settings),
            answers,
        )
        return services, Health(store, self.metrics)

    def _bind(
        self,
        serving: grpc.aio.Server,
        targets: Sequence[Target],
        credentials: grpc.ServerCredentials | None,
    ) -> None:
        for target in targets:
            self.addresses.append(listen.bind(serving, target, credentials))
            self._open.callback(listen.release, target)

    async def _listen(self, targets: Sequence[Target]) -> None:
        context = tls.context(self.settings, self.metrics) if targets else None
        self._open.push_async_callback(self.coalescing.stop, 0)
        for target in targets:
            self.hubble_addresses.append(await self.coalescing.listen(target, context))
            self._open.callback(listen.release, target)

    def _serve_metrics(self) -> None:
        if self.settings.metrics:
            target = listen.parse(self.settings.metrics)
            self.metrics_address, stop = metrics.serve(self.metrics, target.host, target.port)
            self._open.push_async_callback(asyncio.to_thread, stop)

    async def _shut(
        self,
        servers: Sequence[grpc.aio.Server | Server],
        services: Services,
        health: Health,
        watching: asyncio.Task[None],
    ) -> None:
        """End every stream, and the servers."""
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await health.stop()
        services.stop()
        await asyncio.gather(*(each.stop(self.settings.grace) for each in servers))
