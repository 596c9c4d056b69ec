"""What of a map is drawn: the busiest names, the calls between them, and their figures."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from observe.figures import span
from observe.map.model import Edge, Map
from proto.escape import escape
from tui.map.drawing import Drawing, Plan, drawn, planned
from tui.map.layers import Call
from tui.quantities import count, rate
from tui.widgets.ranking import shortened

MOST_NAMES = 30
"""Names that are drawn; more make no drawing that a person can read."""

STAYS = 1.5
"""How much busier a name must be to take the place of one that is shown."""

MOST_CALLS = 90
"""Calls that are drawn."""

NAME_WIDTH = 26
"""Columns of a name at most."""

SHORT_NAME_WIDTH = 17
"""Columns of a name where little is shown."""

CALLER_WIDTH, SHORT_CALLER_WIDTH = 14, 10
"""Columns of a caller's name that stands in place of a line."""

NOBODY = "(no name)"


@dataclass(frozen=True, slots=True)
class Graph:
    """Names and calls that are drawn; how many are left out; what all names have before them."""

    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    names_left_out: int
    calls_left_out: int
    namespace: str

    @classmethod
    def of(cls, found: Map, shown: Collection[str] = ()) -> "Graph":
        """Choose what is drawn of a map: what has most flows. Names that are shown already stay
        until others are clearly busier, so that the drawing does not jump.
        """
        busy: Counter[str] = Counter()
        for edge in found.edges:
            busy[edge.client] += edge.counts.flows
            busy[edge.server] += edge.counts.flows
        for name in busy.keys() & set(shown):
            busy[name] = round(busy[name] * STAYS)
        kept = {name for name, _ in busy.most_common(MOST_NAMES)}
        inside = [edge for edge in found.edges if {edge.client, edge.server} <= kept]
        edges = sorted(inside[:MOST_CALLS], key=lambda edge: (edge.client, edge.server))
        names = sorted({name for edge in edges for name in (edge.client, edge.server)})
        return cls(
            tuple(names),
            tuple(edges),
            len(busy) - len(names),
            len(found.edges) + found.omitted - len(edges),
            _namespace(names),
        )

    @property
    def calls(self) -> list[Call]:
        """Give the calls by the places of their names."""
        place = {name: at for at, name in enumerate(self.names)}
        return [
            Call(place[edge.client], place[edge.server], edge.counts.flows) for edge in self.edges
        ]

    @property
    def left_out(self) -> str:
        """Say what is left out."""
        if not (self.names_left_out or self.calls_left_out):
            return ""
        return f"{self.names_left_out} names and {self.calls_left_out} calls are left out"

    def draw(self, plan: Plan, detailed: bool) -> Drawing:
        """Draw it by a plan of its names and calls; with all figures, or with rates and marks."""
        width = NAME_WIDTH if detailed else SHORT_NAME_WIDTH
        caller = CALLER_WIDTH if detailed else SHORT_CALLER_WIDTH
        shown = [self.shown(name) for name in self.names]
        return drawn(
            plan,
            [shortened(name, width) for name in shown],
            [shortened(name.rpartition("/")[2], caller) for name in shown],
            [caption(edge, detailed) for edge in self.edges],
        )

    def shown(self, name: str) -> str:
        """Write a name, without the namespace that all share."""
        return escape(name.removeprefix(self.namespace)) or NOBODY


class Planner:
    """Plans graphs; a graph of the same names and calls keeps its plan, so that nothing jumps."""

    def __init__(self) -> None:
        self._known: tuple[object, Plan] | None = None

    def plan(self, graph: Graph) -> Plan:
        """Give the plan of a graph."""
        key = graph.names, tuple((edge.client, edge.server) for edge in graph.edges)
        if self._known is None or self._known[0] != key:
            self._known = key, planned(len(graph.names), graph.calls)
        return self._known[1]


def caption(edge: Edge, detailed: bool) -> str:
    """Write the figures of a call: flows a second, 95th percentile of latency, errors, drops."""
    counts = edge.counts
    if not detailed:
        return rate(edge.rate) + "!" * bool(counts.errors) + "✗" * bool(counts.dropped)
    latency = span(edge.latency.p95_ns) if edge.latency else ""
    errors = f"!{count(counts.errors)}" if counts.errors else ""
    drops = f"✗{count(counts.dropped)}" if counts.dropped else ""
    return " ".join(filter(None, (rate(edge.rate), latency, errors, drops)))


def tone(edge: Edge) -> str:
    """Say how a call is doing: drop, error, or nothing to say."""
    return "drop" if edge.counts.dropped else "error" if edge.counts.errors else ""


def _namespace(names: list[str]) -> str:
    """Give the namespace that all names with one share, with its slash; empty if they differ."""
    found = {name.partition("/")[0] for name in names if "/" in name}
    return f"{found.pop()}/" if len(found) == 1 else ""
