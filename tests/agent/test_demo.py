"""The demo: one content for a seed, two nodes of one cluster, something for every filter."""

import threading
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import pytest

from agent.sources.demo.cast import CLIENT2
from agent.sources.demo.hops import Step
from agent.sources.demo.script import CYCLE, timeline
from agent.sources.demo.source import NODES, RENDERED, DemoSource, index_of
from agent.sources.demo.walkthrough import PHASES, phase_at
from proto import event_types, flow_pb2
from proto.filters import predicate
from proto.flow_pb2 import Flow, FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.timestamps import SECOND, to_ns
from tests.agent.agents import Run, stored
from tests.relays import running_relay


@cache
def steps() -> list[Step]:
    """Four cycles of the cluster, a hundred events a second."""
    return list(takewhile(lambda step: step.at < 4 * CYCLE * SECOND, timeline(1, 100)))


@cache
def flows() -> list[Flow]:
    return [step.event.flow for step in steps() if step.event.HasField("flow")]


class Clock(threading.Event):
    """A time of its own, in which waiting takes no time, for `DemoSource.clock` and `.stopping`."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000 * SECOND

    def __call__(self) -> int:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        self.now += int((timeout or 0) * SECOND)
        return self.is_set()


def demo(node: str, index: int, **options: Any) -> DemoSource:
    """Make a demo that plays in a time of its own."""
    clock = Clock()
    source = DemoSource(node, index, clock=clock, **options)
    source.stopping = clock
    return source


def played(source: DemoSource, number: int) -> list[ExportEvent]:
    """Give the first events."""
    events = (event for chunk in source.chunks(b"", 1 << 20) for event in chunk.events)
    return [ExportEvent.FromString(event) for event in islice(events, number)]


def content(events: Iterable[ExportEvent]) -> list[bytes]:
    """Leave out times and uuids."""
    made = []
    for event in events:
        event.ClearField("time")
        event.flow.ClearField("time")
        event.flow.ClearField("uuid")
        made.append(event.SerializeToString())
    return made


def some(**fields: object) -> list[Flow]:
    """Give the flows that match a filter."""
    match = predicate([FlowFilter(**fields)], [])  # type: ignore[arg-type]
    assert match
    return [flow for flow in flows() if match(flow)]


@pytest.mark.parametrize("rate", [200.0, RENDERED])
def test_a_seed_decides_what_happens(rate: float) -> None:
    def play(seed: int) -> list[bytes]:
        source = demo("node-1", 0, rate=rate, seed=seed)
        return content(played(source, 300))

    assert play(5) == play(5)
    assert play(5) != play(6)


@pytest.mark.parametrize("rate", [200.0, RENDERED])
def test_each_node_tells_what_it_sees(rate: float) -> None:
    for index, node in enumerate(NODES):
        source = demo(node, index, rate=rate)
        for event in played(source, 300):
            assert event.node_name == f"demo/{node}"
            if event.HasField("flow"):
                assert event.flow.node_name == event.node_name
                assert event.time == event.flow.time
                assert event.flow.emitter.name == "Palomar"


def test_uuids_are_unique() -> None:
    found = [
        event.flow.uuid
        for index in (0, 1)
        for event in played(demo("n", index, rate=RENDERED), 20_000)
        if event.HasField("flow")
    ]
    assert len(set(found)) == len(found)


def test_times_go_on_at_the_rate() -> None:
    source = demo("node-1", 0, rate=2_000.0, duration=9)
    times = [to_ns(event.time) for event in played(source, 2_000)]
    assert times == sorted(times)
    assert (times[-1] - times[0]) / SECOND == pytest.approx(1, rel=0.1)


def test_the_two_nodes_share_the_traffic() -> None:
    seen = Counter(step.node for step in steps())
    assert seen[0] / len(steps()) == pytest.approx(0.5, abs=0.05)
    assert len(steps()) / (4 * CYCLE) == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize(("name", "index"), [("node-1", 0), ("node-2", 1), ("a", 0), ("b", 1)])
def test_the_end_of_a_name_chooses_the_node(name: str, index: int) -> None:
    assert index_of(name) == index


def test_a_connection_looks_the_same_from_both_nodes() -> None:
    crossing: dict[tuple[int, int], set[int]] = {}
    for step in steps():
        tcp = step.event.flow.l4.TCP
        key = (tcp.source_port, tcp.destination_port)
        crossing.setdefault(key, set()).add(step.node)
    assert sum(nodes == {0, 1} for key, nodes in crossing.items() if key[1] == 8080) > 20


class TestWalkthrough:
    """What the observer must show, step by step."""

    def seen_in(self, phase: str) -> list[Flow]:
        """Give what a client of the walk does and gets during a phase."""
        return [
            step.event.flow
            for step in steps()
            if phase_at(step.at / SECOND).name == phase
            and "cilium-test"
            in (step.event.flow.source.namespace, step.event.flow.destination.namespace)
            and "client2" in step.event.flow.source.pod_name + step.event.flow.destination.pod_name
        ]

    def test_the_pod_of_the_notes_is_there(self) -> None:
        assert CLIENT2.name == "client2-6dd75b74c6-68h7d"
        assert some(source_pod=["cilium-test/client2-6dd75b74c6-68h7d"])

    def test_without_policy_no_flow_meets_a_proxy(self) -> None:
        found = [f for f in self.seen_in("no policy") if f.event_type.type == event_types.TRACE]
        points = {event_types.TRACE_POINT_NAMES[f.event_type.sub_type] for f in found}
        assert points <= {
            "from-endpoint",
            "to-endpoint",
            "to-overlay",
            "from-overlay",
            "to-proxy",
        } - {"to-proxy"}
        assert len(found) > 50

    def test_with_a_policy_the_request_is_seen_in_the_proxy(self) -> None:
        found = self.seen_in("layer-7 policy")
        assert any(f.trace_observation_point == flow_pb2.TO_PROXY for f in found)
        assert any(f.Summary == "HTTP/1.1 GET http://echo-same-node:8080/" for f in found)
        assert any(
            f.l7.dns.query == "echo-other-node.cilium-test.svc.cluster.local." for f in found
        )

    def test_a_denied_path_is_dropped_and_answered_by_403(self) -> None:
        found = [f for f in self.seen_in("denied path") if f.l7.http.url.endswith("/foo")]
        asked = [f for f in found if f.l7.type == flow_pb2.REQUEST]
        assert asked
        assert {f.verdict for f in asked} == {flow_pb2.DROPPED}
        assert {f.l7.http.code for f in found if f.l7.type == flow_pb2.RESPONSE} == {403}

    def test_the_balance_is_seen(self) -> None:
        walk = self.seen_in("load balancing")
        found = [flow for flow in walk if flow.source.pod_name == CLIENT2.name]
        to_service = [f for f in found if f.trace_observation_point == flow_pb2.FROM_ENDPOINT]
        chosen = Counter(
            f.destination.pod_name
            for f in found
            if f.trace_observation_point == flow_pb2.FROM_PROXY
        )
        assert {f.destination_service.name for f in to_service} >= {
            "echo-same-node",
            "echo-other-node",
        }
        assert not any(f.destination.pod_name for f in to_service)
        first, second = chosen.values()
        assert first / (first + second) == pytest.approx(0.5, abs=0.2)

    def test_after_the_rewrite_foo_is_allowed_and_bar_is_not(self) -> None:
        found = [f.l7.http for f in self.seen_in("load balancing") if f.l7.http.code]
        codes = {(http.url.rpartition("/")[2], http.code) for http in found}
        assert codes == {("", 200), ("foo", 200), ("bar", 403)}

    def test_phases_come_around(self) -> None:
        assert [phase_at(sum(p.seconds for p in PHASES[:n])) for n in range(5)] == list(PHASES)
        assert phase_at(CYCLE) is PHASES[0]


FILTERS: dict[str, object] = {
    "source_ip": ["10.244.1.0/24"],
    "source_pod": ["shop/frontend"],
    "source_fqdn": ["api.bank.example"],
    "source_label": ["app=cart"],
    "source_service": ["shop/cart"],
    "source_workload": [{"name": "db", "kind": "StatefulSet"}],
    "source_cluster_name": ["demo"],
    "destination_ip": ["fd00:10:244::/48"],
    "destination_fqdn": ["*.example.org"],
    "destination_service": ["cilium-test/echo-same-node"],
    "traffic_direction": [flow_pb2.INGRESS],
    "drop_reason_desc": [flow_pb2.POLICY_DENIED],
    "interface": [{"name": "lxc3f0c1b9a"}],
    "event_type": [{"type": event_types.TRACE_SOCK}],
    "http_status_code": ["5+"],
    "protocol": ["sctp"],
    "source_port": ["443"],
    "reply": [True],
    "dns_query": ["mirror"],
    "source_identity": [2],
    "http_method": ["DELETE"],
    "http_path": ["/products/.*"],
    "http_url": ["checkout"],
    "http_header": [{"key": "User-Agent", "value": "curl/8.5.0"}],
    "tcp_flags": [{"SYN": True, "ACK": True}],
    "ip_version": [flow_pb2.IPv6],
    "encrypted": [True],
}


@pytest.mark.parametrize(("field", "values"), FILTERS.items(), ids=FILTERS)
def test_every_filter_finds_some_and_not_all(field: str, values: object) -> None:
    assert 0 < len(some(**{field: values})) < len(flows())


def test_every_verdict_and_kind_of_event_occurs() -> None:
    assert {flow.verdict for flow in flows()} == set(flow_pb2.Verdict.values()) - {0}
    kinds = {step.event.WhichOneof("response_types") for step in steps()}
    assert kinds == {"flow", "lost_events", "agent_event", "debug_event"}
    protocols = {flow.l4.WhichOneof("protocol") for flow in flows()}
    assert protocols >= {"TCP", "UDP", "SCTP", "ICMPv4", "ICMPv6"}
    records = {flow.l7.WhichOneof("record") for flow in flows()}
    assert records == {"http", "dns", "kafka", None}


def test_reply_is_filled_for_old_and_new_readers() -> None:
    for flow in flows():
        assert flow.reply == (flow.HasField("is_reply") and flow.is_reply.value)


async def test_a_demo_of_limited_duration_arrives_whole(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        sources = [DemoSource(node, n, rate=5e4, duration=0.1) for n, node in enumerate(NODES)]
        done = await Run(relay.address, *sources)()
        assert done.status == 0
        found = await stored(relay.address)
        assert 9_000 < found.total() < 10_100
        assert [node.name for node in relay.nodes.messages()] == [
            "demo/node-1",
            "demo/node-2",
        ]


def test_a_demo_that_fell_far_behind_skips_what_it_missed() -> None:
    clock = Clock()
    source = DemoSource("node-1", 0, rate=500.0, clock=clock)
    source.stopping = clock
    chunks = source.chunks(b"", 1 << 20)
    before = ExportEvent.FromString(next(chunks).events[-1])
    clock.now += 3_600 * SECOND
    times = [to_ns(ExportEvent.FromString(chunk.events[-1]).time) for chunk in islice(chunks, 5)]
    assert times[-1] - to_ns(before.time) > 3_590 * SECOND


def test_it_ends_when_it_is_told_to() -> None:
    source = DemoSource("node-1", 0)
    source.stop()
    assert len(list(islice(source.chunks(b"", 1 << 20), 50))) < 50
