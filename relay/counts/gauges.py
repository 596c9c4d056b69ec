"""What the metrics page reads off the relay's parts when somebody looks."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from proto.relay_pb2 import NodeState
from relay.counts.metrics import Metrics, Values
from relay.counts.rate import Rate
from relay.rings.classes import RingState
from relay.services.nodes import Nodes
from relay.store import Store

COLUMNS: dict[str, Callable[[RingState], float]] = {
    "palomar_ring_flows": lambda state: state.flows,
    "palomar_ring_capacity": lambda state: state.capacity,
    "palomar_ring_bytes": lambda state: state.bytes,
    "palomar_ring_seen_total": lambda state: state.seen,
}
"""Metrics with one value for each ring."""


def register(metrics: Metrics, store: Store, nodes: Nodes, rate: Rate) -> None:
    """Let the metrics of rings, nodes and rate be read."""
    for name, column in COLUMNS.items():
        metrics.read(name, partial(_by_ring, store, column))
    metrics.read("palomar_ring_evicted_total", lambda: _evicted(store))
    for name in ("minutes", "bytes"):
        metrics.read(f"palomar_rollup_{name}", partial(_of_rollups, store, name))
    for name in ("late", "folded"):
        metrics.read(f"palomar_rollup_{name}_total", partial(_of_rollups, store, name))
    metrics.read("palomar_nodes", lambda: _by_state(nodes))
    metrics.read("palomar_flows_rate", lambda: {(): rate.value()})
    metrics.read("palomar_waiting_batches", lambda: {(): store.waiting[0]})


def _by_ring(store: Store, column: Callable[[RingState], float]) -> Values:
    return {(state.name,): column(state) for state in store.ring_states()}


def _of_rollups(store: Store, name: str) -> Values:
    return {(): getattr(store.rollups, name)}


def _evicted(store: Store) -> Values:
    return {
        (state.name, cause): count
        for state in store.ring_states()
        for cause, count in state.evicted.items()
    }


def _by_state(nodes: Nodes) -> Values:
    counts = Counter(node.state for node in nodes.messages())
    return {(NodeState.Name(state),): count for state, count in counts.items()}
