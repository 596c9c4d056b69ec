"""The map as a table and as JSON."""

from typing import Any

from observe.figures import counts_json, coverage_json, json, latency_json, name, percent
from observe.grid import grid
from observe.map.model import Backend, Balance, Edge, Map, Node
from observe.measures import columns_of


def table(made: Map) -> str:
    """Write the edges as a table; below it, how requests were shared between several backends."""
    columns = columns_of(made.edges)
    head = ["CLIENT", "SERVER", *(column.head for column in columns)]
    rows = (
        [name(edge.client), name(edge.server), *(column.say(edge) for column in columns)]
        for edge in made.edges
    )
    tables = [grid(head, rows, numbers=2)]
    if shared := [(balance, each) for balance in made.shared for each in balance.backends]:
        head = ["REQUESTS FOR", "SERVED BY", "REQUESTS", "SHARE"]
        tables.append(grid(head, [_share(*each) for each in shared], numbers=2))
    return "\n\n".join(tables)


def _share(balance: Balance, backend: Backend) -> list[str]:
    share = percent(backend.share)
    return [name(balance.name), name(backend.pod), f"{backend.requests:,}", share]


def as_json(made: Map) -> str:
    """Write an object with nodes, edges, how requests were shared, and the coverage."""
    return json(
        {
            "level": made.level,
            "nodes": [_node(each) for each in made.nodes],
            "edges": [_edge(each) for each in made.edges],
            "balances": [_balance(each) for each in made.balances],
            "omitted": made.omitted,
            "rest": counts_json(made.rest),
            "seconds": made.seconds,
            "coverage": coverage_json(made.coverage),
        }
    )


def _node(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "received": counts_json(node.received),
        "sent": counts_json(node.sent),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "client": edge.client,
        "server": edge.server,
        **counts_json(edge.counts),
        "flows_per_second": edge.rate,
        "requests_per_second": edge.request_rate,
        "error_share": edge.error_share,
        "latency": latency_json(edge.latency),
    }


def _balance(balance: Balance) -> dict[str, Any]:
    return {
        "asked_by": balance.asked_by,
        "name": balance.name,
        "requests": balance.requests,
        "backends": [
            {"pod": each.pod, "requests": each.requests, "share": each.share}
            for each in balance.backends
        ],
    }
