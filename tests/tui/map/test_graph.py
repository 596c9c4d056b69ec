"""What of a map is drawn."""

from observe.map.model import Edge, Map
from proto.aggregate_pb2 import AggregateCoverage, Counts, Latency
from tui.map.graph import MOST_CALLS, MOST_NAMES, Graph, Planner, caption


def edge(client: str, server: str, flows: int = 60, **counts: int) -> Edge:
    latency = Latency(count=1, p95_ns=4_100_000)
    return Edge(client, server, Counts(flows=flows, **counts), latency, 60.0)


def found(*edges: Edge) -> Map:
    ranked = tuple(sorted(edges, key=lambda each: -each.counts.flows))
    return Map("service", ranked, (), (), 0, Counts(), AggregateCoverage(), 60.0)


def test_the_busiest_names_are_drawn_and_the_others_counted() -> None:
    many = [edge(f"ns/client-{at:03}", "ns/server", 1000 - at) for at in range(50)]
    graph = Graph.of(found(*many))

    assert len(graph.names) == MOST_NAMES
    assert {"ns/server", "ns/client-000"} <= set(graph.names)
    assert "ns/client-049" not in graph.names
    assert graph.left_out == "21 names and 21 calls are left out"


def test_a_name_that_is_shown_stays_until_another_is_clearly_busier() -> None:
    clients = [edge(f"ns/client-{at:03}", "ns/server", 100) for at in range(MOST_NAMES)]
    before = Graph.of(found(*clients))
    new = [edge("ns/new", "ns/server", 120), *clients]

    assert "ns/new" not in Graph.of(found(*new), before.names).names
    assert "ns/new" in Graph.of(found(*new)).names
    busy = [edge("ns/new", "ns/server", 200), *clients]
    assert "ns/new" in Graph.of(found(*busy), before.names).names


def test_so_many_calls_are_drawn_and_no_more() -> None:
    names = [f"n{at}" for at in range(20)]
    graph = Graph.of(found(*(edge(one, two) for one in names for two in names if one != two)))

    assert len(graph.edges) == MOST_CALLS
    assert graph.calls_left_out == 20 * 19 - MOST_CALLS


def test_a_graph_of_the_same_names_and_calls_keeps_its_plan() -> None:
    planner = Planner()
    first = planner.plan(Graph.of(found(edge("a", "b", 60), edge("b", "c", 30))))

    assert planner.plan(Graph.of(found(edge("a", "b", 10), edge("b", "c", 90)))) is first
    assert planner.plan(Graph.of(found(edge("a", "b", 10)))) is not first


def test_a_namespace_that_all_share_is_left_out() -> None:
    graph = Graph.of(found(edge("shop/a", "shop/b"), edge("shop/a", "reserved:world")))

    assert [graph.shown(name) for name in graph.names] == ["reserved:world", "a", "b"]
    assert Graph.of(found(edge("", "one/a"), edge("two/b", "one/a"))).shown("") == "(no name)"


def test_a_caption_has_all_figures_or_the_rate_and_marks() -> None:
    plain, trouble = edge("a", "b"), edge("a", "b", 120, errors=3, dropped=2)

    assert [caption(each, True) for each in (plain, trouble)] == ["1/s 4.10ms", "2/s 4.10ms !3 ✗2"]
    assert [caption(each, False) for each in (plain, trouble)] == ["1/s", "2/s!✗"]
