"""Protocols, ports, TCP flags, event types, interfaces."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.flow_pb2 import EventTypeFilter, NetworkInterface, TCPFlags
from proto.matching import kinds
from tests.pools import TCP_FLAGS


@pytest.mark.parametrize(
    ("value", "spoken", "matches"),
    [
        ("tcp", ("tcp",), True),
        ("TCP", ("tcp", "http"), True),
        ("http", ("tcp", "http"), True),
        ("icmp", ("icmpv4",), True),
        ("icmp", ("icmpv6",), True),
        ("icmpv4", ("icmpv6",), False),
        ("udp", ("tcp", "dns"), False),
        ("udp", (), False),
    ],
)
def test_protocols(value: str, spoken: tuple[str, ...], matches: bool) -> None:
    assert kinds.protocols([value])(spoken) is matches


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match="'nope' is not one of icmp, tcp"):
        kinds.protocols(["tcp", "nope"])


def test_ports() -> None:
    assert kinds.ports(["53", "080"])(80)
    assert not kinds.ports(["53"])(80)
    assert not kinds.ports(["0"])(None)


@pytest.mark.parametrize("value", ["", "http", "70000", "-1", "+1", "1_0", "٣", "1.0"])
def test_what_is_no_port(value: str) -> None:
    with pytest.raises(ValueError, match="is not a port") as refusal:
        kinds.ports(["1", value])
    assert repr(value) in str(refusal.value)


@given(st.lists(TCP_FLAGS, min_size=1, max_size=3), TCP_FLAGS)
def test_a_flow_has_at_least_the_flags_of_one_value(
    values: list[TCPFlags], flags: TCPFlags
) -> None:
    def are_set(each: TCPFlags) -> set[str]:
        return {descriptor.name for descriptor, _ in each.ListFields()}

    expected = any(are_set(value) <= are_set(flags) for value in values)
    assert kinds.tcp_flags(values)(flags) is expected


def test_no_flags_at_all_match_nothing() -> None:
    assert kinds.tcp_flags([TCPFlags()])(TCPFlags())
    assert not kinds.tcp_flags([TCPFlags()])(None)


def test_the_names_of_flags_and_protocols_are_the_contract_s() -> None:
    from proto.flow_pb2 import Layer4, Layer7

    assert set(kinds.FLAGS) == set(TCPFlags.DESCRIPTOR.fields_by_name)
    layer4 = Layer4.DESCRIPTOR.oneofs_by_name["protocol"].fields
    assert set(kinds.L4_PROTOCOLS) == {field.name.lower() for field in layer4}
    layer7 = Layer7.DESCRIPTOR.oneofs_by_name["record"].fields
    assert set(kinds.L7_PROTOCOLS) == {field.name for field in layer7}


@pytest.mark.parametrize(
    ("value", "event", "matches"),
    [
        ({"type": 4}, (4, 5), True),
        ({"type": 4}, (1, 5), False),
        ({"type": 4, "sub_type": 3}, (4, 5), True),
        ({"type": 4, "sub_type": 5, "match_sub_type": True}, (4, 5), True),
        ({"type": 4, "match_sub_type": True}, (4, 5), False),
        ({"type": 4, "match_sub_type": True}, (4, 0), True),
        ({}, (7, 7), True),
        ({"sub_type": 5, "match_sub_type": True}, (7, 5), True),
        ({}, None, False),
    ],
)
def test_event_types(value: dict[str, Any], event: tuple[int, int] | None, matches: bool) -> None:
    assert kinds.event_types([EventTypeFilter(**value)])(event) is matches


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ({"name": "eth0"}, True),
        ({"index": 2}, True),
        ({"index": 2, "name": "eth0"}, True),
        ({}, True),
        ({"index": 3, "name": "eth0"}, False),
        ({"index": 2, "name": "lo"}, False),
    ],
)
def test_interfaces(value: dict[str, Any], matches: bool) -> None:
    wanted = NetworkInterface(**value)
    assert kinds.interfaces([wanted])(NetworkInterface(index=2, name="eth0")) is matches
    assert not kinds.interfaces([wanted])(None)
