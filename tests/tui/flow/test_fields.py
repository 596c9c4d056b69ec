"""All fields of a flow, in words and in groups."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given

from observe.printers.clock import clock
from proto.escape import UNSAFE, escape
from proto.flow_pb2 import Flow
from proto.observer_pb2 import GetFlowsResponse
from proto.timestamps import from_ns
from tests.factories import NOON_NS, flow, flows
from tests.hard_events import FLOWS
from tui.flow.fields import ENVELOPE, GROUPS, groups

TIMES = clock("RFC3339Nano")


def said(made: Flow, **envelope: Any) -> dict[str, list[tuple[str, str]]]:
    """Give label and text of each row by group."""
    found = groups(GetFlowsResponse(flow=made, **envelope), TIMES)
    return {name: [(row.label, row.text) for row in rows] for name, rows in found.items()}


def test_the_fields_of_a_flow() -> None:
    made = flow(
        uuid="u-1",
        l7={
            "type": "RESPONSE",
            "latency_ns": 7_250_000,
            "http": {"code": 200, "url": "http://web/", "headers": [{"key": "Via", "value": "x"}]},
        },
        destination_service={"name": "echo", "namespace": "shop"},
        egress_denied_by=[{"name": "no", "namespace": "shop", "kind": "CNP", "revision": 3}],
        trace_context={"parent": {"trace_id": "4bf9"}},
        source={"identity": 2, "labels": ["a=1", "b=2"], "workloads": [{"name": "w", "kind": "D"}]},
    )
    assert said(made) == {
        "What happened": [
            ("time", "2025-10-13T16:30:59.023Z"),
            ("node", "default/node-1"),
            ("verdict", "FORWARDED"),
            ("type", "L3_L4"),
            ("event type", "trace (4), from-endpoint (5)"),
            ("reply", "no"),
            ("traffic direction", "EGRESS"),
        ],
        "Source": [
            ("workloads", "D w"),
            ("address", "10.0.0.1"),
            ("TCP port", "45004"),
            ("identity", "2 (world)"),
            ("labels", "a=1\nb=2"),
        ],
        "Destination": [
            ("namespace", "cilium-test"),
            ("pod", "echo-same-node"),
            ("service", "echo"),
            ("service namespace", "shop"),
            ("address", "10.0.0.2"),
            ("TCP port", "8080"),
            ("identity", "1002"),
        ],
        "Layer 7": [
            ("type", "RESPONSE"),
            ("latency", "7.25ms (7,250,000 ns)"),
            ("code", "200"),
            ("URL", "http://web/"),
            ("Via:", "x"),
        ],
        "Transport": [("TCP flags", "SYN"), ("IP version", "IPv4")],
        "Policy": [("egress denied by", "shop/no (CNP, revision 3)")],
        "Trace": [("trace", "4bf9")],
        "Envelope": [("uuid", "u-1")],
    }


def test_the_envelope_is_shown_where_it_says_something_else() -> None:
    made = flow()
    assert ENVELOPE not in said(made, node_name=made.node_name, time=made.time)
    found = said(made, node_name="relay-1", time=from_ns(NOON_NS + 1))[ENVELOPE]
    assert found == [
        ("envelope time", "2025-10-13T16:30:59.023000001Z"),
        ("envelope node", "relay-1"),
    ]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"reply": True}, {"reply": "no"}),
        ({"reply": True, "is_reply": None}, {"reply": "yes"}),
        ({"drop_reason": 133, "drop_reason_desc": 181}, {"drop reason": "POLICY_DENY"}),
        ({"drop_reason": 133}, {"drop reason": "133"}),
    ],
)
def test_what_older_consumers_read_is_shown_once(
    fields: dict[str, Any], shown: dict[str, str]
) -> None:
    rows = dict(said(flow(**fields))["What happened"])
    assert rows.items() >= shown.items()
    assert len([label for label in rows if "reply" in label or "drop" in label]) <= 2


@pytest.mark.parametrize(
    ("fields", "group", "row"),
    [
        ({"l4": {"ICMPv4": {}}}, "Transport", ("ICMPv4", "nothing further")),
        ({"tunnel": {"vni": 7}}, "Transport", ("tunnel vni", "7")),
        ({"extensions": {"type_url": "x/Y"}}, ENVELOPE, ("extensions", "x/Y, 0 bytes")),
        ({"event_type": {"type": 129}}, "What happened", ("event type", "l7 (129)")),
        ({"event_type": {"type": 77}}, "What happened", ("event type", "unknown (77)")),
        ({"verdict": 99}, "What happened", ("verdict", "99")),
        ({"IP": {"encrypted": True}}, "Transport", ("encrypted", "yes")),
    ],
)
def test_odd_fields(fields: dict[str, Any], group: str, row: tuple[str, str]) -> None:
    assert row in said(flow(**fields))[group]


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield value


@given(flows())
def test_every_text_and_number_of_a_flow_is_shown(made: Flow) -> None:
    text = "\n".join(f"{row.label}\n{row.text}" for rows in groups_of(made) for row in rows)
    read = Flow()
    read.CopyFrom(made)
    for name in ("time", "is_reply", "reply", "drop_reason", "IP", "l4", "l7"):
        read.ClearField(name)  # written otherwise; see the other tests
    for leaf in leaves(MessageToDict(read, preserving_proto_field_name=True)):
        if not isinstance(leaf, bool):
            assert escape(str(leaf)) in text


def groups_of(made: Flow) -> list[list[Any]]:
    return list(groups(GetFlowsResponse(flow=made), TIMES).values())


@pytest.mark.parametrize("number", range(len(FLOWS)))
def test_nothing_unsafe_is_shown(number: int) -> None:
    for rows in groups_of(FLOWS[number].flow):
        for row in rows:
            assert not UNSAFE.search(row.label + row.text.replace("\n", ""))


def test_every_field_of_the_schema_has_been_given_a_group() -> None:
    starts = [start for name, each in GROUPS.items() if name != ENVELOPE for start in each]
    left = {
        field.name
        for field in Flow.DESCRIPTOR.fields
        if not field.name.startswith(tuple(start.partition(".")[0] for start in starts))
    }
    assert left == {"uuid", "emitter", "node_labels", "file", "extensions", "aggregate"}
