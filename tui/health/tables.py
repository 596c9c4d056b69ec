"""The tables of the health of a source: nodes, rings, and the relay in a few lines."""

from collections.abc import Sequence
from datetime import tzinfo

from rich.text import Text

from observe.figures import seconds_of
from observe.status import age
from proto.aggregate_pb2 import Group
from proto.escape import escape
from proto.observer_pb2 import Node, ServerStatusResponse
from proto.relay_pb2 import NodeState
from proto.rings_pb2 import Ring
from proto.timestamps import to_ns
from tui.behind import of_node
from tui.blocks import area, stretched
from tui.health.asking import SPAN_NS, Health, plain
from tui.quantities import clock, count, rate, share, size
from tui.widgets.ranking import Row, Table

STATES: dict[int, tuple[str, str, str]] = {
    NodeState.NODE_CONNECTED: ("●", "connected", "good"),
    NodeState.NODE_UNAVAILABLE: ("✗", "unavailable", "drop"),
    NodeState.NODE_GONE: ("○", "gone", "nothing"),
    NodeState.NODE_ERROR: ("!", "error", "error"),
}
"""The sign, the word and the tone of a state of a node."""

SEEN = ("·", "in flows", "nothing")
"""The same of a node that nobody is connected for, but that flows name."""

TREND = 15
"""Columns in which the flows of the last minutes are drawn."""

WORST_FIRST = (NodeState.NODE_ERROR, NodeState.NODE_UNAVAILABLE, NodeState.NODE_CONNECTED)


def nodes(health: Health) -> Table:
    """Each node: its state, how much comes of it, how old the last of it is, what was lost."""
    counted = {plain(group.values[0]): group for group in health.groups}
    known = {plain(node.name): node for node in health.nodes}
    names = sorted(
        known.keys() | counted.keys() | health.lost.keys() - {""},
        key=lambda name: _rank(known.get(name), name),
    )
    rows = [_node(name, known.get(name), counted.get(name), health) for name in names]
    headings = (
        "state",
        "last flow",
        "flows/s",
        "15 minutes",
        "lost",
        "up",
        "events",
        "dropped",
        "version",
        "from",
    )
    return Table(headings, tuple(rows), "no node is known")


def _rank(node: Node | None, name: str) -> tuple[int, str]:
    """Put nodes in trouble first."""
    state = node.state if node else NodeState.UNKNOWN_NODE_STATE
    at = WORST_FIRST.index(state) if state in WORST_FIRST else len(WORST_FIRST)
    return at, name


def _node(name: str, node: Node | None, group: Group | None, health: Health) -> Row:
    sign, word, tone = STATES.get(node.state, SEEN) if node else SEEN
    raw = group.values[0] if group else name
    return Row(
        f"{sign} {name or '(no name)'}",
        (
            word,
            _last(group, health),
            rate(group.counts.flows / seconds_of(health.coverage)) if group else "·",
            _trend(group),
            count(health.lost[name]) if health.lost[name] else "·",
            age(node.uptime_ns) if node and node.uptime_ns else "·",
            count(node.seen_flows) if node and node.seen_flows else "·",
            count(group.counts.dropped) if group and group.counts.dropped else "·",
            escape(node.version) if node else "",
            escape(node.address) if node else "",
        ),
        0,
        "error" if health.lost[name] and tone == "good" else tone,
        of_node(raw) if raw else (),
    )


def _trend(group: Group | None) -> str:
    """Draw the flows of a node over the time that was counted."""
    steps = stretched([float(flows) for flows in group.steps], TREND) if group else []
    return area(steps, max(steps, default=0), 1)[0] if any(steps) else " " * TREND


def _last(group: Group | None, health: Health) -> str:
    """Say how long ago the last flow of a node was, as finely as it was counted."""
    steps = group.steps if group else ()
    last = max((at for at, flows in enumerate(steps) if flows), default=None)
    if last is None:
        return f">{age(SPAN_NS)}" if health.nodes else "·"
    end_ns = health.first_step_ns + (last + 1) * health.step_ns
    gone = to_ns(health.coverage.until) - end_ns
    return f"<{age(health.step_ns)}" if gone <= 0 else f"{age(gone)} ago"


def rings(health: Health, follows: bool) -> Table:
    """How full each ring is, how far it reaches back, and how much it has had to give up.

    Of a server that does not tell of its rings it is known how many flows it has. A file has none.
    """
    if not follows:
        return Table(nothing="a file has none")
    rows = [_ring(ring, health) for ring in health.rings] or [_all_flows(health.status)]
    return Table(("full", "events", "reaches back", "evicted", "capacity", "size"), tuple(rows))


def _ring(ring: Ring, health: Health) -> Row:
    reach = health.now_ns - to_ns(ring.oldest)
    full = ring.events / max(ring.capacity, 1)
    return Row(
        ring.name,
        (
            share(ring.events, ring.capacity),
            count(ring.events),
            age(max(reach, 0)) if ring.HasField("oldest") else "·",
            count(sum(each.events for each in ring.evicted)) if ring.evicted else "·",
            count(ring.capacity),
            size(ring.bytes),
        ),
        full,
    )


def _all_flows(status: ServerStatusResponse) -> Row:
    full = share(status.num_flows, status.max_flows)
    evicted = count(max(status.seen_flows - status.num_flows, 0))
    figures = (full, count(status.num_flows), "·", evicted, count(status.max_flows), "·")
    return Row("all flows", figures, status.num_flows / max(status.max_flows, 1))


def relay(health: Health, name: str, follows: bool, zone: tzinfo | None) -> Text:
    """Say what the source is, and how it does."""
    status = health.status
    facts = {"source": escape(name)}
    if follows:
        facts["version"] = escape(status.version) or "not told"
        facts["up"] = age(status.uptime_ns)
        facts["rate"] = rate(status.flows_rate)
        facts["nodes"] = _counted(health)
    oldest = health.coverage.oldest_flow
    facts["oldest flow"] = (
        clock(to_ns(oldest), zone) if health.coverage.HasField("oldest_flow") else "none"
    )
    lost = sum(health.lost.values())
    facts["lost"] = f"{'more than ' * health.losses_left_out}{lost:,} events in {age(SPAN_NS)}"
    said = Text(no_wrap=True, overflow="ellipsis")
    for fact, text in facts.items():
        said.append("\n" if said else "").append(f"{fact:<12}", "dim").append(text)
    return said


def _counted(health: Health) -> str:
    states: Sequence[int] = [node.state for node in health.nodes]
    said = (
        f"{states.count(state)} {word}" for state, (_, word, _) in STATES.items() if state in states
    )
    return ", ".join(said) or "none"
