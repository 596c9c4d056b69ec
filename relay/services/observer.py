"""The Hubble API: observer.Observer over the store, its history and its live events."""

import asyncio
import time
from collections.abc import Iterable

from google.protobuf.message import Message

from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
    GetNamespacesResponse,
    GetNodesResponse,
    Namespace,
    ServerStatusResponse,
)
from proto.relay_pb2 import NODE_CONNECTED, NODE_UNAVAILABLE
from proto.version import API_VERSION, VERSION
from relay.answers import requests
from relay.answers.parts import Part
from relay.answers.streaming import Streams, read
from relay.counts.rate import Rate
from relay.rings.classes import FLOWS, RINGS
from relay.services.nodes import REPORTED, Nodes, statuses
from relay.services.refusal import Context
from relay.settings import Settings
from relay.store import Store

VERSION_TEXT = f"hubble-relay v{API_VERSION} (palomar {VERSION})"
"""The version as Hubble's relays say it, and what this one really is."""


def _events(part: Part) -> Iterable[bytes]:
    return part.events


class Observer:
    """observer.Observer. Methods take serialized requests, and give or write serialized answers."""

    def __init__(
        self, store: Store, streams: Streams, nodes: Nodes, rate: Rate, settings: Settings
    ) -> None:
        self._store = store
        self._streams = streams
        self._nodes = nodes
        self._rate = rate
        self._settings = settings
        self._started = time.monotonic()

    async def get_flows(self, request: bytes, context: Context) -> None:
        """Stream flows, after the states of the nodes."""
        opening = self.opening()

        def frame(part: Part) -> Iterable[bytes]:
            first = opening[:]
            opening.clear()
            return [*first, *part.events]

        await self._streams.send(
            "GetFlows",
            context,
            lambda: (requests.of_flows(read(GetFlowsRequest, request)), None),
            frame,
        )

    async def get_agent_events(self, request: bytes, context: Context) -> None:
        """Stream agent events."""
        await self._streams.send(
            "GetAgentEvents",
            context,
            lambda: (requests.of_agent_events(read(GetAgentEventsRequest, request)), None),
            _events,
        )

    async def get_debug_events(self, request: bytes, context: Context) -> None:
        """Stream debug events."""
        await self._streams.send(
            "GetDebugEvents",
            context,
            lambda: (requests.of_debug_events(read(GetDebugEventsRequest, request)), None),
            _events,
        )

    async def get_nodes(self, _request: bytes, _context: Context) -> Message:
        """List the nodes."""
        return GetNodesResponse(nodes=self._nodes.messages())

    async def get_namespaces(self, _request: bytes, _context: Context) -> Message:
        """List the namespaces of the endpoints in the flows that are kept."""
        found = await asyncio.to_thread(self._store.namespaces)
        named = [Namespace(cluster=cluster, namespace=name) for cluster, name in sorted(found)]
        return GetNamespacesResponse(namespaces=named)

    async def server_status(self, _request: bytes, _context: Context) -> Message:
        """Say how much is kept, how fast it comes, and from how many nodes."""
        flows = [state for state in self._store.ring_states() if RINGS.index(state.name) in FLOWS]
        missing = self._nodes.names(NODE_UNAVAILABLE)
        status = ServerStatusResponse(
            num_flows=sum(state.flows for state in flows),
            max_flows=sum(state.capacity for state in flows),
            seen_flows=sum(state.seen for state in flows),
            uptime_ns=int((time.monotonic() - self._started) * 1e9),
            unavailable_nodes=missing[:REPORTED],
            version=VERSION_TEXT,
            flows_rate=self._rate.value(),
        )
        status.num_connected_nodes.value = len(self._nodes.names(NODE_CONNECTED))
        status.num_unavailable_nodes.value = len(missing)
        return status

    def opening(self) -> list[bytes]:
        """Make what every answer about flows begins with: which nodes are there, and which are
        missing."""
        made = statuses(self._nodes, self._settings.node_name, time.time_ns())
        return [message.SerializeToString() for message in made]
