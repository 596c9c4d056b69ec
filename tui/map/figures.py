"""The figures of a call in full, and how requests were shared between backends."""

from collections.abc import Iterable

from rich.text import Text

from observe.figures import span
from observe.map.model import Balance, Edge, Map
from proto.escape import escape
from tui.behind import of_server
from tui.map.graph import NOBODY, Graph
from tui.quantities import count, rate, share
from tui.widgets.ranking import ARROW, Row, Table


def figures(edge: Edge) -> Text:
    """Write all that is known of a call."""
    counts = edge.counts
    said = Text(no_wrap=True, overflow="ellipsis")
    said.append(ARROW.join(escape(name) or NOBODY for name in (edge.client, edge.server)), "bold")
    for name, text in (
        ("flows", f"{counts.flows:,}   {rate(edge.rate)}"),
        ("layer 7", f"{counts.requests:,} requests   {counts.responses:,} responses"),
        ("latency", _latency(edge)),
        ("errors", f"{counts.errors:,}   {share(edge.error_share, 1)}" if counts.errors else "0"),
        ("dropped", f"{counts.dropped:,}   {share(counts.dropped, counts.flows)}".rstrip()),
    ):
        said.append(f"\n{name:<9}", "dim").append(text)
    return said


def _latency(edge: Edge) -> str:
    if edge.latency is None:
        return "not told"
    latency = edge.latency
    known = (("p50", latency.p50_ns), ("p95", latency.p95_ns), ("p99", latency.p99_ns))
    return "   ".join(f"{name} {span(ns)}" for name, ns in known)


def summary(found: Map, graph: Graph) -> Text:
    """Write what the map comes to, and what is left out of it."""
    said = Text(no_wrap=True, overflow="ellipsis")
    said.append(f"{len(graph.names)} names, {len(graph.edges)} calls", "bold")
    said.append(f"\nflows    {found.coverage.flows:,}")
    said.append("\n↑ ↓ ← → select a call   ⏎ its flows", "dim")
    return said


def shared(found: Map, edge: Edge | None) -> tuple[str, Table]:
    """Tell how requests for a called name were shared, or else those shared the most."""
    near = [each for each in found.balances if edge and _is_about(each, edge.server)]
    if edge and not near:
        return "Backends", Table(nothing="no requests were seen for a name of this service")
    best = max(near or found.balances, key=_interest, default=None)
    if best is None:
        return "Backends", Table(nothing="no requests of layer 7 were seen")
    rows = tuple(
        Row(
            backend.pod or NOBODY,
            (count(backend.requests), share(backend.requests, best.requests)),
            backend.share,
            "",
            of_server("pod", backend.pod) if backend.pod else (),
        )
        for backend in best.backends
    )
    return f"Backends of {escape(best.name)}", Table(("requests", "share"), rows)


def _interest(balance: Balance) -> tuple[bool, int]:
    """Prefer what was shared at all, then what was asked most."""
    return len(balance.backends) > 1, balance.requests


def _is_about(balance: Balance, server: str) -> bool:
    """Tell whether requests were for a server, or went to its pods, by their names."""
    namespace, _, name = server.rpartition("/")
    if balance.name == server:
        return True
    host = balance.name.partition(":")[0]
    return host in _hosts(namespace, name) or all(
        backend.pod.startswith(f"{server}-") for backend in balance.backends
    )


def _hosts(namespace: str, name: str) -> Iterable[str]:
    """Give the names under which a service is looked up."""
    yield name
    for tail in ("", ".svc", ".svc.cluster.local"):
        yield f"{name}.{namespace}{tail}"
