"""What a flow is recognised by."""

import pytest
from hypothesis import given

from proto.filters import predicate
from proto.flow_pb2 import Flow
from proto.traits import Opener, Pair, Request, Socket, Trace, traits_of
from tests.factories import flow, flows

CLIENT, SERVER = ("10.0.0.1", 45004), ("10.0.0.2", 8080)


def reply(**fields: object) -> Flow:
    made = flow(is_reply={"value": True}, **fields)
    made.IP.source, made.IP.destination = made.IP.destination, made.IP.source
    layer = made.l4.TCP
    layer.source_port, layer.destination_port = layer.destination_port, layer.source_port
    return made


def test_both_ways_of_a_connection_have_the_same_traits() -> None:
    asked, answered = traits_of(flow()), traits_of(reply())
    assert asked == answered
    assert asked.connection == {Opener("tcp", CLIENT), Pair("tcp", (CLIENT, SERVER))}
    assert not asked.guesses


def test_where_nobody_knows_who_began_either_end_may_have() -> None:
    found = traits_of(flow(is_reply=None))
    assert found.connection == {Pair("tcp", (CLIENT, SERVER))}
    assert found.guesses == {Opener("tcp", CLIENT), Opener("tcp", SERVER)}


def test_old_flows_say_that_they_are_replies_elsewhere() -> None:
    answered = reply()
    answered.ClearField("is_reply")
    answered.reply = True
    assert traits_of(answered) == traits_of(flow())


def test_a_translated_source_is_the_client_as_well() -> None:
    ip = {"source": "10.0.0.1", "source_xlated": "172.18.0.2", "destination": "1.1.1.1"}
    assert Opener("tcp", ("172.18.0.2", 45004)) in traits_of(flow(IP=ip)).connection


def test_what_has_no_ports_is_known_by_both_addresses() -> None:
    ping = traits_of(flow(l4={"ICMPv4": {"type": 8}}))
    assert ping.connection == {Pair("icmpv4", (("10.0.0.1", 0), ("10.0.0.2", 0)))}
    assert ping.guesses == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"IP": {}},
        {"IP": {"source": "no address", "destination": "10.0.0.2"}, "is_reply": {"value": True}},
        {"l4": {"TCP": {}}},
        {"IP": {}, "l4": {}},
    ],
)
def test_what_names_no_ends_is_known_by_nothing(fields: dict[str, object]) -> None:
    found = traits_of(flow(**({"l4": {"TCP": {"source_port": 1}}} | fields)))
    assert not found.connection | found.guesses | found.request


def test_a_request_is_known_by_its_trace_and_its_id() -> None:
    headers = [{"key": "x-request-id", "value": "r-1"}, {"key": "X-Request-Id", "value": ""}]
    http = {"http": {"headers": headers}}
    found = traits_of(flow(l7=http, trace_context={"parent": {"trace_id": "t-1"}}))
    assert found.request == {Request("r-1"), Trace("t-1")}


def test_a_socket_is_known_by_its_cookie() -> None:
    found = traits_of(flow(socket_cookie=2**64 - 1, l4={"TCP": {"destination_port": 53}}))
    assert Socket("default/node-1", 2**64 - 1) in found.connection


@given(flows())
def test_each_trait_has_filters_that_select_its_flow(made: Flow) -> None:
    found = traits_of(made)
    for trait in found.connection | found.guesses | found.request:
        if isinstance(trait, Socket) and made.event_type.type != 7:
            continue
        keeps = predicate(trait.filters(), [])
        assert keeps is not None
        assert keeps(made), trait
