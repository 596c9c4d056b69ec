"""The lines of a way."""

from proto.escape import UNSAFE
from proto.flow_pb2 import Flow
from proto.hops import Hop, in_order
from proto.observer_pb2 import GetFlowsResponse
from proto.related import MOST, Related
from proto.timestamps import from_ns
from tests.factories import NOON_NS, flow
from tests.hard_events import FLOWS
from tui.flow.way import COLUMNS, LONGEST, heading, lines


def hops(*made: Flow) -> list[Hop]:
    responses = [GetFlowsResponse(flow=each) for each in made]
    return in_order(responses, responses[0], ())


def at(later_ns: int, **fields: object) -> Flow:
    return flow(time=from_ns(NOON_NS + later_ns), **fields)


def test_a_line_says_when_where_and_what() -> None:
    [first, second] = lines(
        hops(at(0, Summary="TCP Flags: SYN"), at(63_200, node_name="n2", verdict="DROPPED"))
    )
    assert dict(zip(COLUMNS[1:4], first[1:4], strict=True)) == {
        "since": "0ns",
        "after": "",
        "where": "client",
    }
    assert first[0] == "▶"
    assert first[4:] == (
        "→",
        "from-endpoint",
        "✓ FORWARDED",
        "TCP Flags: SYN",
        "cilium-test/client2-6dd75b74c6:45004 → cilium-test/echo-same-node:8080",
        "default/node-1",
    )
    assert second[:3] == ("", "63.2µs", "~63.2µs")
    assert second[6] == "✗ DROPPED"


def test_what_has_no_time_has_no_span() -> None:
    [only] = lines(hops(flow(time=None)))
    assert only[1:3] == ("?", "")


def test_cells_are_short_and_safe() -> None:
    for line in lines(hops(*(each.flow for each in FLOWS), at(0, Summary="x" * 100_000))):
        assert max(map(len, line)) <= LONGEST
        assert not any(map(UNSAFE.search, line))


def test_the_heading_sums_it_up() -> None:
    assert heading(Related(hops(at(0)), more=False)) == "1 flow alone"
    assert heading(Related(hops(at(0), at(2_000_000)), more=False)) == "2 flows in 2.00ms"
    found = Related(hops(at(0), at(2_000_000, node_name="n2")), more=True)
    assert heading(found) == (
        "2 flows in 2.00ms; 2 nodes, ~ between two clocks; "
        f"the {MOST} nearest on each side, there are more"
    )
