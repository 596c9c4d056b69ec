"""Reading the parts of a flow, and of one that lacks them."""

from typing import Any

import pytest
from hypothesis import given

from proto import flow_pb2
from proto.flow_pb2 import Endpoint, Flow, Service
from proto.parts import READERS
from tests.factories import flow, flows

FULL = flow(
    uuid="u",
    verdict=flow_pb2.DROPPED,
    drop_reason_desc=flow_pb2.POLICY_DENIED,
    l7={"http": {"url": "/"}},
    node_labels=["a=b"],
    interface={"name": "lo"},
    trace_context={"parent": {"trace_id": "t"}},
    ip_trace_id={"trace_id": 7},
    source_names=["a.b"],
    source_service={"name": "cart"},
)
FULL.IP.encrypted = True
FULL.IP.source_xlated = "10.9.9.9"

READ: dict[str, tuple[Any, Any]] = {
    "flow": (FULL, Flow()),
    "uuid": ("u", ""),
    "verdict": (flow_pb2.DROPPED, 0),
    "drop_reason": (flow_pb2.POLICY_DENIED, None),
    "reply": (False, None),
    "event_type": ((4, 5), None),
    "traffic_direction": (flow_pb2.EGRESS, 0),
    "node_name": ("default/node-1", ""),
    "node_labels": (["a=b"], []),
    "interface": (flow_pb2.NetworkInterface(name="lo"), None),
    "trace_id": ("t", ""),
    "ip_trace_id": (7, 0),
    "ip_version": (flow_pb2.IPv4, 0),
    "encrypted": (True, False),
    "source_ip": ("10.0.0.1", ""),
    "source_ip_xlated": ("10.9.9.9", ""),
    "destination_ip": ("10.0.0.2", ""),
    "source": (FULL.source, None),
    "destination": (FULL.destination, None),
    "source_service": (Service(name="cart"), None),
    "destination_service": (None, None),
    "source_names": (["a.b"], []),
    "destination_names": ([], []),
    "source_port": (45004, None),
    "destination_port": (8080, None),
    "protocols": (("tcp", "http"), ()),
    "tcp_flags": (flow_pb2.TCPFlags(SYN=True), None),
    "http": (flow_pb2.HTTP(url="/"), None),
    "dns_query": (None, None),
}


def made(**fields: Any) -> Flow:
    return Flow(**fields)


@pytest.mark.parametrize("name", READERS)
def test_a_part_is_read_from_a_full_flow_and_from_an_empty_one(name: str) -> None:
    full, empty = READ[name]
    assert READERS[name](FULL) == full
    assert READERS[name](Flow()) == empty


@given(flows())
def test_reading_changes_nothing(each: Flow) -> None:
    before = each.SerializeToString()
    for read in READERS.values():
        read(each)
    assert each.SerializeToString() == before


@pytest.mark.parametrize("name", ["UDP", "SCTP"])
def test_ports_belong_to_tcp_udp_and_sctp(name: str) -> None:
    each = made(l4={name: {"source_port": 53, "destination_port": 65_536 + 80}})
    assert READERS["source_port"](each) == 53
    assert READERS["destination_port"](each) == 80
    assert READERS["source_port"](made(l4={"ICMPv4": {"type": 8}})) is None


def test_a_dns_record_without_a_name_asks_for_the_empty_one() -> None:
    assert READERS["dns_query"](made(l7={"dns": {}})) == ""


def test_empty_parts_are_there() -> None:
    assert READERS["source"](made(source={})) == Endpoint()
    assert READERS["event_type"](made(event_type={})) == (0, 0)
    assert READERS["tcp_flags"](made(l4={"TCP": {}})) is None
    assert READERS["tcp_flags"](made(l4={"TCP": {"flags": {}}})) == flow_pb2.TCPFlags()


@pytest.mark.parametrize(
    ("fields", "reply"),
    [
        ({"is_reply": {"value": True}}, True),
        ({"is_reply": {"value": False}}, False),
        ({"is_reply": {"value": True}, "verdict": flow_pb2.DROPPED}, True),
        ({"verdict": flow_pb2.DROPPED}, False),
        ({"verdict": flow_pb2.FORWARDED}, None),
        ({"reply": True}, None),
    ],
)
def test_reply_has_three_states(fields: dict[str, Any], reply: bool | None) -> None:
    assert READERS["reply"](Flow(**fields)) is reply
