from typing import Any

import pytest
from hypothesis import given

from proto import flow_pb2
from proto.describe import arrow, auth, ends, ends_apart, identity, kind, summary, verdict
from proto.escape import UNSAFE
from proto.event_types import DROP, POLICY_VERDICT, TRACE
from proto.flow_pb2 import Flow
from tests.factories import flow
from tests.messages import bare, messages

IP = {"source": "10.0.0.1", "destination": "fd00::1"}
TCP = {"TCP": {"source_port": 45004, "destination_port": 80}}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, ("", "")),
        ({"IP": IP}, ("10.0.0.1", "fd00::1")),
        ({"IP": IP, "l4": TCP}, ("10.0.0.1:45004", "[fd00::1]:80")),
        ({"IP": IP, "l4": {"UDP": {"source_port": 53}}}, ("10.0.0.1:53", "fd00::1")),
        ({"IP": IP, "l4": {"ICMPv4": {"type": 8}}}, ("10.0.0.1", "fd00::1")),
        ({"ethernet": {"source": "aa:bb"}}, ("aa:bb", "")),
        ({"IP": IP, "source": {"namespace": "shop", "pod_name": "web"}}, ("shop/web", "fd00::1")),
        ({"IP": IP, "source": {"pod_name": "web"}}, ("web", "fd00::1")),
        ({"IP": IP, "source": {"namespace": "shop"}}, ("10.0.0.1", "fd00::1")),
        ({"IP": IP, "destination_names": ["a.", "b."]}, ("10.0.0.1", "a.,b.")),
        (
            {
                "IP": IP,
                "destination_service": {"name": "web", "namespace": "shop"},
                "destination_names": ["a."],
            },
            ("10.0.0.1", "shop/web"),
        ),
        (
            {
                "IP": IP,
                "source": {"namespace": "pods", "pod_name": "web-1"},
                "source_service": {"name": "web", "namespace": "services"},
            },
            ("services/web-1", "fd00::1"),
        ),
    ],
)
def test_ends(fields: dict[str, Any], named: tuple[str, str]) -> None:
    assert ends(bare(**fields)) == named


def test_ends_are_addresses_where_names_are_not_wanted() -> None:
    assert ends(flow(), translate=False) == ("10.0.0.1:45004", "10.0.0.2:8080")


def test_ends_come_apart() -> None:
    apart = ends_apart(flow())
    assert (apart.source_port, apart.destination) == ("45004", "cilium-test/echo-same-node")


@pytest.mark.parametrize(
    ("number", "named"), [(0, "(unknown)"), (2, "(world)"), (10, "(world-ipv6)"), (11, "(ID:11)")]
)
def test_identities(number: int, named: str) -> None:
    assert identity(number) == named


@pytest.mark.parametrize(
    ("is_reply", "shown"),
    [(None, "<>"), ({}, "->"), ({"value": False}, "->"), ({"value": 1}, "<-")],
)
def test_arrows(is_reply: dict[str, Any] | None, shown: str) -> None:
    assert arrow(bare(is_reply=is_reply)) == shown


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "UNKNOWN"),
        ({"event_type": {"type": TRACE, "sub_type": 11}}, "to-network"),
        ({"event_type": {"type": TRACE, "sub_type": -1}}, "255"),
        ({"event_type": {"type": DROP, "sub_type": 133}}, "Policy denied"),
        ({"event_type": {"type": DROP, "sub_type": 129}}, "129, 0"),
        ({"l7": {"type": 1, "http": {}}, "event_type": {"type": TRACE}}, "http-request"),
        ({"l7": {"type": 2, "dns": {"observation_source": "proxy"}}}, "dns-response proxy"),
    ],
)
def test_kinds(fields: dict[str, Any], named: str) -> None:
    assert kind(bare(**fields)) == named


def test_verdicts_of_policies_name_them_if_wanted() -> None:
    made = bare(
        verdict=flow_pb2.AUDIT,
        event_type={"type": POLICY_VERDICT},
        traffic_direction=flow_pb2.EGRESS,
        egress_denied_by=[{"name": "a", "kind": "K"}, {"name": "b"}, {"name": "c", "kind": "L"}],
    )
    assert verdict(made) == "AUDITED"
    assert verdict(made, policy_names=True) == "AUDITED BY a (K), c (L)"
    made.event_type.type = TRACE
    assert verdict(made, policy_names=True) == "AUDIT"


def test_summaries_tell_the_trace_first() -> None:
    assert summary(bare(Summary="UDP", ip_trace_id={"trace_id": 7})) == "IP Trace ID: 7; UDP"
    assert summary(bare()) == ""


def test_authentication_is_named_where_it_was_asked_for() -> None:
    assert auth(bare(auth_type=flow_pb2.SPIRE)) == "SPIRE"
    assert auth(bare()) == ""


@given(messages(Flow))
def test_every_flow_can_be_said_and_nothing_unsafe_comes_out(made: Flow) -> None:
    said = [*ends(made), arrow(made), kind(made), verdict(made, True), summary(made), auth(made)]
    assert not UNSAFE.search("".join(said))
