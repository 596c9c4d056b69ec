"""gRPC health: the relay serves as long as its store takes batches."""

import asyncio
from collections.abc import Sequence
from typing import Any

from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from relay.counts.metrics import Metrics
from relay.store import Store

NAMES = (
    "",
    "hubble.server.Observer",
    "observer.Observer",
    "peer.Peer",
    "palomar.v1.Collector",
    "palomar.v1.Reader",
)
"""Services that a client may ask about; Hubble's CLI asks for hubble.server.Observer before
anything else."""

INTERVAL = 0.5
"""Seconds between two looks at the store."""


class Health:
    """The health service of one relay."""

    NAME = health.SERVICE_NAME

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._servicer = health.aio.HealthServicer()
        self._stopping = False
        metrics.read("palomar_healthy", lambda: {(): float(self.serving)})

    @property
    def serving(self) -> bool:
        """Whether the relay is well and not about to stop."""
        return not self._stopping and self._store.failed is None

    def serve_on(self, server: Any) -> None:
        """Add the service to a server."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    async def watch(self) -> None:
        """Keep the answers true, until cancelled."""
        while True:
            await self._tell(NAMES)
            await asyncio.sleep(INTERVAL)

    async def stop(self) -> None:
        """Say that the relay stops."""
        self._stopping = True
        await self._tell(NAMES)

    async def _tell(self, names: Sequence[str]) -> None:
        response = health_pb2.HealthCheckResponse
        status = response.SERVING if self.serving else response.NOT_SERVING
        for name in names:
            await self._servicer.set(name, status)
