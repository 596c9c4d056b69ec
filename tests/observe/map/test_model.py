from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observe.map.model import LEVELS, Map, questions
from proto import flow_pb2
from proto.aggregate_pb2 import AggregateRequest
from proto.aggregates.plain import Aggregator
from proto.timestamps import from_ns, to_ns
from tests.factories import NOON_NS, flow, flows


def mapped(found: list[flow_pb2.Flow], level: str = "workload", **fields: Any) -> Map:
    aggregator = Aggregator(AggregateRequest(questions=questions(level), **fields))
    for each in found:
        aggregator.add(to_ns(each.time) if each.HasField("time") else None, each)
    return Map.of(level, aggregator.response())


def end(name: str, namespace: str = "shop") -> dict[str, str]:
    return {"pod_name": name, "namespace": namespace}


def request(pod: str, url: str = "http://echo:8080/", **fields: Any) -> flow_pb2.Flow:
    l7 = {"type": flow_pb2.REQUEST, "http": {"url": url}}
    return flow(source=end("client"), destination=end(pod), l7=l7, **fields)


def test_an_edge_leads_from_client_to_server_whichever_way_a_packet_went() -> None:
    there = flow(source=end("web"), destination=end("db"))
    back = flow(source=end("db"), destination=end("web"), is_reply={"value": True})
    [edge] = mapped([there, back]).edges
    assert (edge.client, edge.server, edge.counts.flows) == ("shop/web", "shop/db", 2)


def test_rates_are_over_the_range() -> None:
    made = mapped(
        [request("a"), request("a"), flow(source=end("client"), destination=end("a"))],
        since=from_ns(NOON_NS - 5 * 10**9),
        until=from_ns(NOON_NS + 5 * 10**9),
    )
    [edge] = made.edges
    assert made.seconds == 10
    assert (edge.rate, edge.request_rate) == (0.3, 0.2)


def test_the_rate_of_a_single_moment_is_not_endless() -> None:
    assert mapped([flow()]).edges[0].rate == 1


def test_errors_are_a_share_of_the_responses() -> None:
    answers = [
        flow(l7={"type": flow_pb2.RESPONSE, "latency_ns": 10, "http": {"code": code}})
        for code in (200, 200, 200, 503)
    ]
    [edge] = mapped([*answers, flow(), flow()]).edges
    assert edge.error_share == 0.25
    assert edge.latency is not None
    assert edge.latency.p95_ns == 10


def test_an_edge_without_responses_has_no_latency() -> None:
    [edge] = mapped([flow(verdict=flow_pb2.ERROR)]).edges
    assert edge.latency is None
    assert edge.error_share == 1


def test_nodes_say_what_they_received_and_sent() -> None:
    made = mapped(
        [
            flow(source=end("a"), destination=end("b")),
            flow(source=end("b"), destination=end("c"), verdict=flow_pb2.DROPPED),
        ]
    )
    assert [node.name for node in made.nodes] == ["shop/a", "shop/b", "shop/c"]
    [a, b, c] = made.nodes
    assert (a.received.flows, a.sent.flows) == (0, 1)
    assert (b.received.flows, b.sent.dropped) == (1, 1)
    assert (c.received.dropped, c.sent.flows) == (1, 0)


def test_requests_are_shared_between_the_pods_that_served_them() -> None:
    made = mapped(
        [
            *(request(pod) for pod in ("echo-1", "echo-2") * 3),
            request("x", "/relative"),
            request("echo-1", verdict=flow_pb2.DROPPED),
        ]
    )
    [balance] = [each for each in made.balances if each.asked_by == "http_host"]
    assert (balance.name, balance.requests) == ("echo:8080", 6)
    assert [(b.pod, b.share) for b in balance.backends] == [
        ("shop/echo-1", 0.5),
        ("shop/echo-2", 0.5),
    ]


def test_requests_are_shared_between_the_pods_of_a_service() -> None:
    service = {"name": "echo", "namespace": "shop"}
    made = mapped(
        [request(pod, "/", destination_service=service) for pod in ("p1", "p1", "p1", "p2")]
    )
    [balance] = [each for each in made.balances if each.asked_by == "server.service"]
    assert balance.name == "shop/echo"
    assert [b.share for b in balance.backends] == [0.75, 0.25]


def test_ends_without_a_namespace_have_an_empty_name() -> None:
    made = mapped([flow(source={"identity": 2}), flow(source=None, destination=None)], "namespace")
    assert [(edge.client, edge.server) for edge in made.edges] == [("", "cilium-test")]


def test_edges_beyond_the_bound_are_counted() -> None:
    made = [flow(source=end(name)) for name in "aab"]
    aggregator = Aggregator(AggregateRequest(questions=questions("workload", edges=1)))
    for each in made:
        aggregator.add(NOON_NS, each)
    small = Map.of("workload", aggregator.response())
    assert [edge.client for edge in small.edges] == ["shop/a"]
    assert (small.omitted, small.rest.flows) == (1, 1)


def test_nothing_is_an_empty_map() -> None:
    made = mapped([])
    assert (made.edges, made.nodes, made.balances) == ((), (), ())


@given(st.lists(flows(), max_size=10))
@pytest.mark.parametrize("level", LEVELS)
def test_every_named_flow_is_on_an_edge(level: str, found: list[flow_pb2.Flow]) -> None:
    made = mapped(found, level)
    assert sum(edge.counts.flows for edge in made.edges) <= len(found)
    assert {node.name for node in made.nodes} == {
        name for edge in made.edges for name in (edge.client, edge.server)
    }
    for balance in made.balances:
        assert sum(backend.requests for backend in balance.backends) == balance.requests
