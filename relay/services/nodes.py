"""Which nodes the relay knows, and how they are: connected, unavailable or gone."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from proto.observer_pb2 import GetFlowsResponse, Node
from proto.relay_pb2 import NODE_CONNECTED, NODE_GONE, NODE_UNAVAILABLE, NodeState
from proto.timestamps import from_ns

REPORTED = 10
"""Unavailable nodes that a server status names; their number tells the rest."""


def full_name(cluster: str, node: str) -> str:
    """Name a node as Hubble does: with its cluster, unless that is the default one."""
    return f"{cluster}/{node}" if cluster not in ("", "default") else node


@dataclass
class Known:
    """What is known of one node: its open streams, and what the last agent said."""

    name: str
    state: NodeState.ValueType
    streams: int = 0
    version: str = ""
    address: str = ""
    tls: bool = False
    seen: int = 0
    """Events stored since the node connected."""
    since: float = 0.0
    """When the state began, by the clock of Nodes."""

    def become(self, state: NodeState.ValueType, now: float) -> None:
        """Change the state, and remember since when."""
        if state == self.state:
            return
        self.state, self.since = state, now
        if state == NODE_CONNECTED:
            self.seen = 0

    def message(self, now: float) -> Node:
        """Say it as the API does; `uptime_ns` counts from the node's connection."""
        up = now - self.since if self.state == NODE_CONNECTED else 0
        node = Node(name=self.name, version=self.version, address=self.address, state=self.state)
        node.tls.enabled = self.tls
        node.uptime_ns, node.seen_flows = int(up * 1e9), self.seen
        return node


class Nodes:
    """The nodes of one relay, at most `limit`. To be used from the event loop only."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()

    def recall(self, sources: Iterable[tuple[str, bool]]) -> None:
        """Remember the nodes of earlier runs by their sources, and whether each had ended.

        A node is gone if all its sources had; else it is unavailable until it comes back.
        """
        for name, ended in sources:
            known = self._find(name, NODE_GONE)
            if not ended:
                known.state = NODE_UNAVAILABLE

    def connect(self, name: str, version: str, address: str, tls: bool) -> Known:
        """Take note of a stream that was opened."""
        known = self._find(name, NODE_UNAVAILABLE)
        known.streams += 1
        known.version, known.address, known.tls = version, address, tls
        known.become(NODE_CONNECTED, self._clock())
        return known

    def disconnect(self, known: Known, said_goodbye: bool) -> None:
        """Take note of a stream that ended; the node stays connected while it has another."""
        known.streams -= 1
        if known.streams == 0:
            known.become(NODE_GONE if said_goodbye else NODE_UNAVAILABLE, self._clock())
            self._known.move_to_end(known.name)

    def names(self, state: NodeState.ValueType) -> list[str]:
        """Give the names of the nodes in a state, sorted."""
        return sorted(known.name for known in self._known.values() if known.state == state)

    def messages(self) -> list[Node]:
        """Give all nodes as the API does, by name."""
        now = self._clock()
        return [known.message(now) for _, known in sorted(self._known.items())]

    def _find(self, name: str, state: NodeState.ValueType) -> Known:
        if name not in self._known:
            self._make_room()
            self._known[name] = Known(name, state, since=self._clock())
        return self._known[name]

    def _make_room(self) -> None:
        """Forget the nodes that left longest ago, those that said goodbye first; never one with a
        stream."""
        while len(self._known) >= self._limit:
            idle = [known for known in self._known.values() if not known.streams]
            if not idle:
                return
            gone = (known for known in idle if known.state == NODE_GONE)
            del self._known[next(gone, idle[0]).name]


def status(
    state: NodeState.ValueType, names: Iterable[str], node_name: str, at_ns: int
) -> GetFlowsResponse:
    """Make the answer that tells the state of nodes."""
    made = GetFlowsResponse(node_name=node_name, time=from_ns(at_ns))
    made.node_status.state_change = state
    made.node_status.node_names.extend(names)
    return made


def statuses(nodes: Nodes, node_name: str, at_ns: int) -> list[GetFlowsResponse]:
    """Make what an answer begins with: the nodes it can draw on, then those that are missing."""
    states = (NODE_CONNECTED, NODE_UNAVAILABLE)
    named = ((state, nodes.names(state)) for state in states)
    return [status(state, names, node_name, at_ns) for state, names in named if names]
