from typing import Any

import pytest
from hypothesis import given

from proto import flow_pb2
from proto.aggregates.dimensions import DIMENSIONS, dimensions
from proto.aggregates.ends import LONGEST_VALUE, is_reply
from tests.factories import flow, flows

ENDS = ("source", "destination", "client", "server")
LABELS = ("namespace", "pod", "workload", "service", "address")


def value(name: str, **fields: Any) -> str:
    return DIMENSIONS[name].value(flow(**fields))


def end(**fields: Any) -> dict[str, Any]:
    return {"source": fields}


@given(flows())
def test_every_flow_has_a_text_for_every_dimension(made: flow_pb2.Flow) -> None:
    for dimension in DIMENSIONS.values():
        assert isinstance(dimension.value(made), str)


@given(flows())
def test_client_and_server_are_the_ends_by_who_asked(made: flow_pb2.Flow) -> None:
    asked = ("destination", "source") if is_reply(made) else ("source", "destination")
    for label in LABELS:
        for role, name in zip(("client", "server"), asked, strict=True):
            same = DIMENSIONS[f"{name}.{label}"].value(made)
            assert DIMENSIONS[f"{role}.{label}"].value(made) == same


@pytest.mark.parametrize(
    ("ports", "said", "reply"),
    [
        ((40_000, 80), None, False),
        ((80, 40_000), None, True),
        ((80, 40_000), {"value": False}, False),
        ((40_000, 80), {"value": True}, True),
        ((80, 80), None, False),
        ((0, 80), None, False),
        ((80, 0), None, False),
    ],
)
def test_where_a_flow_does_not_say_who_asked_its_ports_do(
    ports: tuple[int, int], said: dict[str, bool] | None, reply: bool
) -> None:
    l4 = {"UDP": {"source_port": ports[0], "destination_port": ports[1]}}
    assert is_reply(flow(l4=l4, is_reply=said)) is reply
    assert is_reply(flow(l4={"ICMPv4": {}}, is_reply=None)) is False


def test_every_end_has_every_label() -> None:
    assert {f"{each}.{label}" for each in ENDS for label in LABELS} < set(DIMENSIONS)


def test_an_empty_flow_has_no_values() -> None:
    said = {d.name: d.value(flow_pb2.Flow()) for d in dimensions(list(DIMENSIONS)[:8])}
    assert said.pop("kind") == "l3_l4"
    assert set(said.values()) == {""}


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("verdict", {"verdict": flow_pb2.DROPPED}, "DROPPED"),
        ("verdict", {"verdict": flow_pb2.VERDICT_UNKNOWN}, ""),
        ("drop_reason", {"verdict": flow_pb2.DROPPED, "drop_reason_desc": 133}, "POLICY_DENIED"),
        ("drop_reason", {"verdict": flow_pb2.DROPPED}, "DROP_REASON_UNKNOWN"),
        ("drop_reason", {"drop_reason_desc": 133}, ""),
        ("direction", {}, "egress"),
        ("protocol", {"l4": {"ICMPv6": {"type": 1}}}, "icmpv6"),
        ("protocol", {"l4": {}}, ""),
        ("kind", {"l7": {"http": {}}}, "http"),
        ("kind", {"l7": {"latency_ns": 1}}, "l7"),
        ("port", {}, "8080"),
        ("port", {"is_reply": {"value": True}}, "45004"),
        ("port", {"l4": {"ICMPv4": {}}}, ""),
        ("http_code", {"l7": {"http": {"code": 503}}}, "503"),
        ("http_code", {"l7": {"http": {}}}, ""),
        ("http_host", {"l7": {"http": {"url": "http://me@shop:80/a?b=://c"}}}, "shop:80"),
        ("http_host", {"l7": {"http": {"url": "http://shop?q"}}}, "shop"),
        ("http_host", {"l7": {"http": {"url": "/only/a/path"}}}, ""),
        ("dns_rcode", {"l7": {"type": flow_pb2.REQUEST, "dns": {"rcode": 3}}}, ""),
        ("dns_rcode", {"l7": {"type": flow_pb2.RESPONSE, "dns": {"rcode": 3}}}, "NXDOMAIN"),
        ("dns_rcode", {"l7": {"type": flow_pb2.RESPONSE, "dns": {}}}, "NOERROR"),
        ("dns_rcode", {"l7": {"type": flow_pb2.RESPONSE, "dns": {"rcode": 99}}}, "99"),
        ("dns_rcode", {"l7": {"type": flow_pb2.RESPONSE, "http": {}}}, ""),
    ],
)
def test_values(name: str, fields: dict[str, Any], said: str) -> None:
    assert value(name, **fields) == said


def test_policies_that_denied_a_flow_are_named_once() -> None:
    denied = {
        "verdict": flow_pb2.DROPPED,
        "egress_denied_by": [{"name": "deny-all", "namespace": "shop"}, {"name": "wide"}],
        "ingress_denied_by": [{"name": "deny-all", "namespace": "shop"}, {}],
        "egress_allowed_by": [{"name": "not-this"}],
    }
    assert value("policy", **denied) == "shop/deny-all,wide"
    assert value("policy", **denied | {"verdict": flow_pb2.FORWARDED}) == ""


@pytest.mark.parametrize(
    ("label", "fields", "said"),
    [
        (
            "workload",
            end(namespace="shop", pod_name="web-1", workloads=[{}, {"name": "web"}]),
            "shop/web",
        ),
        ("workload", end(namespace="shop", pod_name="web-1"), "shop/web-1"),
        ("workload", end(pod_name="web-1"), "web-1"),
        ("workload", end(labels=["k8s:app=x", "reserved:world"], identity=2), "reserved:world"),
        ("workload", end(identity=1), "reserved:host"),
        ("workload", {"source": None}, "10.0.0.1"),
        ("workload", end(identity=2) | {"source_names": ["b.org", "a.org"]}, "a.org"),
        ("workload", {"source": None, "source_service": {"name": "web"}}, "web"),
        ("service", end(identity=2) | {"source_names": ["a.org"]}, "a.org"),
        ("service", {"source_service": {"name": "web", "namespace": "shop"}}, "shop/web"),
        ("namespace", end() | {"source_service": {"name": "web", "namespace": "shop"}}, "shop"),
        ("pod", end(namespace="shop"), ""),
        ("address", {}, "10.0.0.1"),
        ("address", {"IP": None}, ""),
    ],
)
def test_what_ends_are_called(label: str, fields: dict[str, Any], said: str) -> None:
    assert value(f"source.{label}", **fields) == said


def test_a_value_is_cut_where_it_is_too_long() -> None:
    long = "x" * 10_000
    assert value("http_host", l7={"http": {"url": f"http://{long}/"}}) == "x" * LONGEST_VALUE
    assert value("source.pod", source={"pod_name": long}) == "x" * LONGEST_VALUE
    assert value("node", node_name=long) == "x" * LONGEST_VALUE
