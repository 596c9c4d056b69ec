"""Requests, connections and lookups told as flows."""

from pathlib import Path
from typing import Any

import pytest

from agent.sources.envoy.entries import Teller
from proto.accesslog_pb2 import HTTPAccessLogEntry, Pair
from proto.flow_pb2 import DROPPED, EGRESS, ERROR, INGRESS, POLICY_DENIED, Flow
from proto.timestamps import to_ns
from tests.agent.accesslogs import (
    CLIENT,
    FAR,
    NOW,
    OTHER_PROXY,
    SERVICE,
    common,
    http,
    lines,
    tcp,
    teller,
    told,
)

FIRST = "shop/web-1:40000 -> shop/cart:80"


@pytest.fixture
def by(tmp_path: Path) -> Teller:
    return teller(tmp_path)


def kinds(flows: list[Flow]) -> list[str]:
    """Name each flow as it is printed, without its ends and words."""
    return [line.partition(" (")[0].split(" ", 3)[3] for line in lines(flows)]


def test_a_request_through_the_proxy_of_the_client(by: Teller) -> None:
    assert lines(told(by, http())) == [
        f"{FIRST} from-endpoint FORWARDED (TCP)",
        f"{FIRST} to-proxy REDIRECTED (TCP)",
        "shop/web-1:40000 -> shop/cart-1:8080 http-request FORWARDED (HTTP/1.1 GET http://cart/)",
        "shop/web-1:40000 -> shop/cart-1:8080 from-proxy FORWARDED (TCP)",
        "shop/cart-1:8080 <- shop/web-1:40000 http-response FORWARDED "
        "(HTTP/1.1 200 7ms (GET http://cart/))",
    ]


def test_what_the_endpoints_file_knows_is_in_the_flows(by: Teller) -> None:
    opened, redirected, request, sent_on, response = told(by, http())
    assert opened.source.labels == ["k8s:app=web"]
    assert (opened.source.identity, opened.source.workloads[0].kind) == (1001, "Deployment")
    assert {f.destination_service.name for f in (opened, request, sent_on)} == {"cart"}
    assert response.source_service.name == "cart"
    assert redirected.proxy_port == SERVICE[1]
    assert {f.traffic_direction for f in (opened, request, response)} == {EGRESS}
    assert len({f.uuid for f in (opened, redirected, request, sent_on, response)}) == 5


def test_times_are_those_of_the_entry(by: Teller) -> None:
    start = 1_795_436_428_000_000_500
    moments = [to_ns(flow.time) - start for flow in told(by, http())]
    assert moments == [0, 0, 0, 200_000, 7_000_000]


def test_a_connection_is_told_of_once(by: Teller) -> None:
    flows = told(by, http(), http(b"/2"), http(client=("10.0.1.2", 40001)))
    assert kinds(flows).count("from-endpoint FORWARDED") == 2
    assert kinds(flows).count("http-request FORWARDED") == 3


def test_each_entry_of_a_connection_is_another_connection(by: Teller) -> None:
    flows = told(by, tcp(), tcp())  # the port was used again
    assert kinds(flows).count("from-endpoint FORWARDED") == 2


@pytest.mark.parametrize(("policy", "named"), [(b"none", ""), (b"only-get", "only-get")])
def test_a_denied_request_is_dropped(by: Teller, policy: bytes, named: str) -> None:
    details = b"rbac_access_denied_matched_policy[" + policy + b"]"
    flows = told(by, http(b"/foo", 403, details, backend=None))
    assert kinds(flows) == [
        "from-endpoint FORWARDED",
        "to-proxy REDIRECTED",
        "http-request DROPPED",
        "http-response FORWARDED",
    ]
    request, response = flows[2:]
    assert (request.verdict, request.drop_reason_desc) == (DROPPED, POLICY_DENIED)
    assert [each.name for each in request.egress_denied_by] == [named] * bool(named)
    assert (response.l7.http.code, response.source_service.name) == (403, "cart")


def test_a_backend_that_fails_keeps_its_code_and_says_why(by: Teller) -> None:
    flow = told(
        by,
        http(
            code=503,
            details=b"upstream_reset_before_response_started{}",
            response_flags={"upstream_connection_failure": True},
            upstream_transport_failure_reason=b"Connection refused",
        ),
    )[-1]
    assert (flow.verdict, flow.l7.http.code) == (ERROR, 503)
    assert flow.Summary.endswith("; upstream connection failure: Connection refused")


def test_an_answer_of_the_proxy_itself_says_so(by: Teller) -> None:
    flows = told(by, http(code=404, details=b"route_not_found", backend=None))
    assert "from-proxy FORWARDED" not in kinds(flows)
    assert flows[-1].Summary == "HTTP/1.1 404 7ms (GET http://cart/); route_not_found"


def test_a_request_without_an_answer_has_no_response(by: Teller) -> None:
    given = http(code=0, response_flags={"downstream_connection_termination": True})
    assert kinds(told(by, given))[-1] == "from-proxy FORWARDED"


def test_a_rewritten_path_shows_both(by: Teller) -> None:
    flows = told(by, http(b"/", request={"original_path": b"/foo"}))
    request, response = flows[2], flows[4]
    assert request.l7.http.url == "http://cart/foo"
    assert request.Summary == "HTTP/1.1 GET http://cart/foo; rewritten to /"
    assert response.Summary == "HTTP/1.1 200 7ms (GET http://cart/foo); rewritten to /"
    headers = {header.key: header.value for header in request.l7.http.headers}
    assert headers["X-Envoy-Original-Path"] == "/foo"


def test_headers_and_trace_are_kept(by: Teller) -> None:
    trace = b"0af7651916cd43dd8448eb211c80319c"
    given = http(
        request={
            "user_agent": b"curl/8",
            "request_id": b"r-1",
            "request_headers": [
                {"key": b"x-tenant", "value": b"blue"},
                {"key": b"traceparent", "value": b"00-" + trace + b"-b7ad6b7169203331-01"},
            ],
        }
    )
    given.response.response_headers.append(Pair(key=b"content-type", value=b"text/plain"))
    flows = told(by, given)
    asked = [(header.key, header.value) for header in flows[2].l7.http.headers]
    assert asked[:3] == [("User-Agent", "curl/8"), ("X-Request-Id", "r-1"), ("x-tenant", "blue")]
    answered = [(header.key, header.value) for header in flows[4].l7.http.headers]
    assert answered == [("content-type", "text/plain")]
    assert {f.trace_context.parent.trace_id for f in (flows[2], flows[4])} == {trace.decode()}


@pytest.mark.parametrize(
    "value", [b"", b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01", b"00-xyz", b"\xff"]
)
def test_what_is_no_trace_is_none(by: Teller, value: bytes) -> None:
    flows = told(by, http(request={"request_headers": [{"key": b"traceparent", "value": value}]}))
    assert not any(flow.HasField("trace_context") for flow in flows)


def test_a_second_hop_delivers_and_opens_nothing(by: Teller) -> None:
    flows = told(by, http(direct=OTHER_PROXY))
    assert kinds(flows) == [
        "to-proxy REDIRECTED",
        "http-request FORWARDED",
        "to-endpoint FORWARDED",
        "http-response FORWARDED",
    ]
    assert {flow.traffic_direction for flow in flows} == {INGRESS}
    assert flows[0].proxy_port == 0


def test_a_hop_on_another_node_gets_it_over_the_overlay(by: Teller) -> None:
    flows = told(by, http(backend=FAR, direct=OTHER_PROXY), proxy=b"node-2")
    assert kinds(flows)[:2] == ["from-overlay FORWARDED", "to-proxy REDIRECTED"]
    assert {flow.node_name for flow in flows} == {"node-2"}


@pytest.mark.parametrize(
    ("given", "proxy", "expected"),
    [
        ({}, b"node-1", ["from-endpoint FORWARDED", "to-endpoint FORWARDED"]),
        ({"backend": FAR}, b"node-1", ["from-endpoint FORWARDED", "to-overlay FORWARDED"]),
        (
            {"backend": FAR, "direct": OTHER_PROXY},
            b"node-2",
            ["from-overlay FORWARDED", "to-endpoint FORWARDED"],
        ),
        (
            {"backend": None, "response_flags": {"no_healthy_upstream": True}},
            b"node-1",
            ["from-endpoint FORWARDED", "to-endpoint ERROR"],
        ),
        (
            {
                "backend": None,
                "connection_termination_details": b"rbac_access_denied_matched_policy[none]",
            },
            b"node-1",
            ["from-endpoint FORWARDED", "Policy denied DROPPED"],
        ),
    ],
)
def test_a_connection_goes_past_no_proxy(
    by: Teller, given: dict[str, Any], proxy: bytes, expected: list[str]
) -> None:
    assert kinds(told(by, tcp(**given), proxy=proxy)) == expected


def test_a_connection_says_how_much_went_over_it(by: Teller) -> None:
    flow = told(by, tcp(1_000, 20))[-1]
    assert flow.Summary == "TCP; 1,000 bytes sent, 20 received"


@pytest.mark.parametrize("moment", [1, 2, 4, 5])
def test_entries_before_the_end_are_left_out(by: Teller, moment: int) -> None:
    assert told(by, http(access_log_type=moment)) == told(by, tcp(access_log_type=moment)) == []
    assert by.tally.interim == 2


def lookup(**tags: bytes) -> HTTPAccessLogEntry:
    """Make an entry of Envoy's DNS filter."""
    given = [{"key": f"dns.{key}".encode(), "value": value} for key, value in tags.items()]
    return HTTPAccessLogEntry(common_properties=common(backend=None, custom_tags=given))


def test_a_lookup_is_told_with_its_answer(by: Teller) -> None:
    flows = told(by, lookup(query=b"cart.shop", type=b"1", rcode=b"0", answers=b"2"))
    assert lines(flows) == [
        f"{FIRST} from-endpoint FORWARDED (UDP)",
        f"{FIRST} to-proxy REDIRECTED (UDP)",
        f"{FIRST} dns-request proxy FORWARDED (DNS Query cart.shop. A)",
        "shop/cart:80 <- shop/web-1:40000 dns-response proxy FORWARDED "
        "(DNS Answer 2 found (Proxy cart.shop. A))",
    ]


def test_a_name_that_is_none_says_so(by: Teller) -> None:
    flow = told(by, lookup(query=b"nope", type=b"65", rcode=b"3"))[-1]
    assert flow.Summary == "DNS Answer RCode: Non-Existent Domain (Proxy nope. TYPE65)"
    assert (flow.l7.dns.rcode, list(flow.l7.dns.qtypes)) == (3, ["TYPE65"])


def test_an_envoy_without_a_name_has_that_of_the_agent(tmp_path: Path) -> None:
    by = teller(tmp_path, node="here", cluster="east")
    [first, *_] = told(by, http(), proxy=b"")
    assert first.node_name == "east/here"
    assert by.tally.nameless == 1


@pytest.mark.parametrize(
    "start", [None, {"seconds": 2**62}, {"seconds": -(2**62)}, {"seconds": 1, "nanos": -1}]
)
def test_what_is_no_time_is_the_time_of_arrival(by: Teller, start: dict[str, int] | None) -> None:
    flow = told(by, http(start_time=start))[0]
    assert to_ns(flow.time) == NOW


def test_a_clock_in_the_future_is_told_as_it_is(by: Teller) -> None:
    flow = told(by, http(start_time={"seconds": 4_102_444_800}))[0]
    assert flow.time.seconds == 4_102_444_800


def test_durations_without_sense_keep_times_valid(by: Teller) -> None:
    last = {"seconds": 253_402_300_799}
    forever = {"seconds": 2**62}
    flows = told(by, http(start_time=last, time_to_last_downstream_tx_byte=forever))
    assert all(flow.time.seconds == last["seconds"] for flow in flows)
    [*_, response] = told(by, http(time_to_last_downstream_tx_byte={"seconds": -5}))
    assert response.l7.latency_ns == 0


@pytest.mark.parametrize("end", [(b"\xff\xfe", 1), (b"::1%eth0", 1), (b"", 0), (b"x" * 10_000, 9)])
def test_what_is_no_address_is_no_end(by: Teller, end: tuple[bytes, int]) -> None:
    flow = told(by, http(client=end, direct=end))[0]
    assert flow.IP.source == ""
    assert flow.IP.destination == SERVICE[0]


def test_ports_beyond_the_last_are_unknown(by: Teller) -> None:
    assert told(by, http(client=(CLIENT[0], 70_000)))[0].l4.TCP.source_port == 0
