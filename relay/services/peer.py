"""peer.Peer: how a Hubble relay finds this one, as if it were a node."""

import asyncio

import grpc

from proto.peer_pb2 import PEER_ADDED, ChangeNotification
from relay.services.refusal import Context
from relay.settings import Settings


class Peer:
    """peer.Peer, which knows one peer: this relay. Needs an address to advertise."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End the streams."""
        self._stopping.set()

    async def notify(self, _request: bytes, context: Context) -> None:
        """Tell the address, and keep the stream open, since nothing ever changes."""
        if not self._settings.advertise:
            why = "this relay advertises no address (--advertise)"
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, why)
        await context.write(self._notification().SerializeToString())
        await self._stopping.wait()

    def _notification(self) -> ChangeNotification:
        settings = self._settings
        made = ChangeNotification(
            name=settings.node_name, address=settings.advertise, type=PEER_ADDED
        )
        if settings.tls_cert_file is not None:
            made.tls.server_name = settings.node_name
        return made
