"""The values of filter flags."""

from collections.abc import Callable
from typing import Any

import pytest

from observe import flag_values as values


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.anywhere, "true", ""),
        (values.anywhere, "false", None),
        (values.no, "true", False),
        (values.ipv4, "true", "IPv4"),
        (values.ipv4, "=v4", "IPv4"),
        (values.ipv4, "false", None),
        (values.ipv6, "v6", "IPv6"),
        (values.ipv6, "no", None),
        (values.verdict, "DROPPED", 2),
        (values.drop_reason, "POLICY_DENIED", 133),
        (values.direction, "Ingress", "INGRESS"),
        (values.ip_version, "4", "IPv4"),
        (values.ip_version, "IPv6", "IPv6"),
        (values.ip_version, "ip6", "IPv6"),
        (values.ip_version, "v4", "IPv4"),
        (values.ip_version, "none", "IP_NOT_USED"),
        (values.ip_version, "IP_NOT_USED", "IP_NOT_USED"),
        (values.identity, "remote-node", 6),
        (values.identity, "0", 0),
        (values.identity, "0xffffffff", 2**32 - 1),
        (values.event_type, "trace-sock", {"type": 7}),
        (values.event_type, "130:3", {"type": 130, "match_sub_type": True, "sub_type": 3}),
        (
            values.event_type,
            "agent:policy-updated",
            {"type": 130, "match_sub_type": True, "sub_type": 3},
        ),
        (values.tcp_flags, "syn, ACK", {"SYN": True, "ACK": True}),
        (values.ip_trace_id, "18446744073709551615", 2**64 - 1),
        (values.http_header, "a:", {"key": "a", "value": ""}),
        (values.workload, "", {"name": ""}),
        (values.workload, "Pod/a", {"kind": "Pod", "name": "a"}),
        (values.interface, "eth0", {"name": "eth0"}),
    ],
)
def test_a_text_is_read(read: Callable[[str], Any], text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.anywhere, "perhaps"),
        (values.ipv4, "v6"),
        (values.ip_version, "v5"),
        (values.ip_version, ""),
        (values.verdict, "dropped"),
        (values.verdict, ""),
        (values.drop_reason, "133"),
        (values.direction, "sideways"),
        (values.identity, "-1"),
        (values.identity, "4294967296"),
        (values.identity, "0x"),
        (values.identity, "World"),
        (values.event_type, ""),
        (values.event_type, "-4"),
        (values.event_type, "2147483648"),
        (values.ip_trace_id, "0"),
        (values.ip_trace_id, "18446744073709551616"),
        (values.ip_trace_id, "1.5"),
        (values.http_header, "a"),
    ],
)
def test_what_cannot_be_meant_is_quoted(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match="is n") as refusal:
        read(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("text", ["drop:", "drop:to-proxy", "trace:from-nowhere", "trace:-1"])
def test_an_unknown_subtype_is_quoted_with_its_type(text: str) -> None:
    name, _, subtype = text.partition(":")
    with pytest.raises(ValueError, match=f"'{subtype}' is not a subtype of {name}"):
        values.event_type(text)


def test_event_types_are_offered_with_their_subtypes_but_not_those_of_other_commands() -> None:
    offered = values.event_type_names()
    assert {"drop", "l7", "trace", "trace:to-proxy", "policy-verdict"} <= set(offered)
    assert not {"agent", "debug", "recorder"} & set(offered)
