"""Which flows belong together: of real clusters, of the demo, of Envoys."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sources.demo.walkthrough import PHASES
from proto import describe, related
from proto.filters import predicate
from proto.flow_pb2 import Flow
from proto.jsonlines import parse
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.related import MOST, WINDOW_NS, Related, find
from proto.selection import Selection, select
from proto.timestamps import from_ns
from tests.agent.accesslogs import FAR, OTHER_PROXY, http, teller, told
from tests.factories import NOON_NS, flow, flows

BOOKINFO = Path(__file__).parents[1] / "data" / "bookinfo.jsonl"
"""Some flows of a sample of the hubble-otel project: a page that asks two services, one of which
asks a third.
"""


class Answers:
    """Answers requests from a list of flows, and remembers them."""

    def __init__(self, held: Iterable[Flow]) -> None:
        self.held = [GetFlowsResponse(flow=each) for each in held]
        self.asked: list[GetFlowsRequest] = []

    def __call__(self, request: GetFlowsRequest) -> Iterable[Sequence[GetFlowsResponse]]:
        self.asked.append(request)
        keep = predicate(request.whitelist, request.blacklist)
        yield list(select(self.held, Selection.of(request), keep))

    def find(self, number: int) -> Related:
        return find(self.held[number], self)


def said(found: Related) -> list[str]:
    """Give place and kind of each hop, and whether it is a reply."""
    marks = {True: "< ", False: "> ", None: "? "}
    hops = found.hops
    return [f"{marks[h.reply]}{h.place} {describe.kind(h.response.flow)}" for h in hops]


def at(later_ns: int, **fields: object) -> Flow:
    """Make a flow so many nanoseconds after noon."""
    return flow(time=from_ns(NOON_NS + later_ns), uuid=f"at {later_ns}", **fields)


def bookinfo() -> list[Flow]:
    return [parse(line).flow for line in BOOKINFO.read_bytes().splitlines()]


def test_a_request_is_followed_through_all_services_that_it_reached() -> None:
    held = bookinfo()
    found = Answers(held).find(len(held) - 1)
    urls = [hop.response.flow.l7.http.url for hop in found.hops]
    assert [url.split("/")[2] for url in urls if url] == [
        "productpage:9080",
        "details:9080",
        "details:9080",
        "reviews:9080",
        "ratings:9080",
        "ratings:9080",
    ]
    assert said(found)[:4] == [
        "> client policy-verdict:L4-Only EGRESS",
        "> proxy to-proxy",
        "< client to-endpoint",
        "> proxy http-request",
    ]
    assert [hop.chosen for hop in found.hops] == [False] * 17 + [True]
    assert [hop.gap_ns for hop in found.hops][:3] == [None, 63_200, 21_100]


def test_whichever_of_its_requests_is_chosen_the_answer_is_the_same() -> None:
    held = bookinfo()
    whole = [hop.response for hop in Answers(held).find(len(held) - 1).hops]
    requests = [response for response in whole if response.flow.l7.http.url]
    assert len(requests) == 6
    for chosen in requests:
        assert [hop.response for hop in find(chosen, Answers(held)).hops] == whole


def balanced(seed: int) -> list[Flow]:
    """Play the demo's last phase: a request that a proxy balances over two servers."""
    [scene] = (phase.scene for phase in PHASES if phase.name == "load balancing")
    made = []
    for number, step in enumerate(scene(random.Random(seed))):
        step.event.flow.time.CopyFrom(from_ns(NOON_NS + step.at))
        step.event.flow.node_name = f"node-{step.node}"
        step.event.flow.uuid = f"{seed}-{number}"
        made.append(step.event.flow)
    return made


@pytest.mark.parametrize("seed", range(8))
def test_the_walkthrough_is_in_order_from_the_client_to_the_reply(seed: int) -> None:
    act = balanced(seed)
    held = act + [each for other in range(100, 110) for each in balanced(other)]
    held.sort(key=lambda each: (each.time.seconds, each.time.nanos))
    number = held.index(act[len(act) // 2])
    found = Answers(held).find(number)
    assert [hop.response.flow for hop in found.hops] == act
    assert said(found)[:3] == [
        "> client from-endpoint",
        "> client policy-verdict:L3-L4 EGRESS",
        "> proxy to-proxy",
    ]
    assert said(found)[-2:] == ["< proxy http-response", "< client to-endpoint"]
    if "> backend to-endpoint" in said(found):
        assert said(found).index("> proxy from-proxy") < said(found).index("> backend to-endpoint")


def test_a_request_through_two_envoys_is_one_way(tmp_path: Path) -> None:
    by = teller(tmp_path)
    near = told(by, http(backend=FAR))
    far = told(by, http(backend=FAR, direct=OTHER_PROXY), proxy=b"node-2")
    others = told(by, http(client=("10.0.1.2", 40001)))
    found = Answers([*others, *far, *near]).find(len(others))
    assert sorted(said(found)) == sorted(said(Answers([*near, *far]).find(0)))
    assert said(found)[0] == "> client from-endpoint"
    assert {hop.response.flow.node_name for hop in found.hops} == {"node-1", "node-2"}
    assert len(found.hops) == len(near) + len(far)


def test_what_was_seen_at_the_same_time_is_in_order_of_the_way(tmp_path: Path) -> None:
    flows = told(teller(tmp_path), http(code=403, details=b"", time_to_last_downstream_tx_byte={}))
    for each in flows:
        each.time.CopyFrom(from_ns(NOON_NS))
    found = Answers(reversed(flows)).find(0)
    assert [hop.response.flow.uuid for hop in found.hops] == [each.uuid for each in flows]


def test_what_a_node_cannot_tell_is_told_from_the_rest() -> None:
    overlay = {"is_reply": None, "event_type": {"type": 4, "sub_type": 4}}
    found = Answers([at(0, **overlay), at(1), at(2, **overlay)]).find(0)
    assert said(found) == ["> network to-overlay", "> client from-endpoint", "> network to-overlay"]
    assert said(Answers([at(0, **overlay)]).find(0)) == ["? network to-overlay"]


def test_other_connections_and_times_are_left_out() -> None:
    other = {"TCP": {"source_port": 45005, "destination_port": 8080}}
    held = [at(0), at(1, l4=other), at(WINDOW_NS), at(-WINDOW_NS), at(WINDOW_NS + 1)]
    found = Answers(held).find(0)
    assert [hop.response.flow for hop in found.hops] == [held[3], held[0], held[2]]
    assert [hop.gap_ns for hop in found.hops] == [None, WINDOW_NS, WINDOW_NS]


def test_other_requests_of_a_shared_connection_are_left_out() -> None:
    def request(later_ns: int, name: str, port: int = 45004) -> Flow:
        l7 = {"http": {"headers": [{"key": "X-Request-Id", "value": name}]}}
        ports = {"TCP": {"source_port": port, "destination_port": 8080}}
        return at(later_ns, l7=l7, l4=ports)

    held = [request(0, "a"), request(1, "b"), at(2), request(3, "a", 7), request(4, "b", 7)]
    assert [hop.response.flow.uuid for hop in Answers(held).find(0).hops] == [
        "at 0",
        "at 2",
        "at 3",
    ]
    assert len(Answers(held).find(2).hops) == 5  # a packet: all requests of its connection


def test_a_node_with_another_clock_is_pointed_out() -> None:
    found = Answers([at(0), at(1), at(2, node_name="node-2")]).find(0)
    assert [hop.crosses for hop in found.hops] == [False, False, True]


@pytest.mark.parametrize("time", [None, {"seconds": 10**15}])
def test_a_flow_without_a_time_is_looked_for_among_the_last(time: dict[str, int] | None) -> None:
    held = [flow(time=time), flow(time=None, uuid="x")]
    answers = Answers(held)
    assert [hop.gap_ns for hop in answers.find(0).hops] == [None, None]
    assert {request.number for request in answers.asked} == {MOST}
    assert not any(request.HasField("since") for request in answers.asked)


def test_a_flow_that_names_nothing_is_alone_and_nothing_is_asked() -> None:
    answers = Answers([flow(IP={}, l4={}), flow(IP={}, l4={}, uuid="x")])
    assert len(answers.find(0).hops) == 1
    assert answers.asked == []


def test_a_long_answer_is_cut_around_the_flow_and_says_so() -> None:
    held = [at(number) for number in range(MOST * 3)]
    found = Answers(held).find(MOST)
    assert found.more
    assert len(found.hops) == MOST * 2 - 1
    assert not Answers(held[:50]).find(5).more


def test_only_so_many_requests_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related, "MOST_TRAITS", 4)
    held = [at(n, trace_context={"parent": {"trace_id": f"t{n}"}}) for n in range(20)]
    answers = Answers([at(100), *held])
    assert len(answers.find(0).hops) == 21
    filters = {each.SerializeToString() for request in answers.asked for each in request.whitelist}
    assert len(filters) <= 4 * 3


@given(st.lists(flows(), min_size=1, max_size=8))
def test_any_flow_finds_itself_and_gaps_add_up(held: list[Flow]) -> None:
    found = Answers(held).find(0)
    assert sum(hop.chosen for hop in found.hops) == 1
    gaps = [hop.gap_ns for hop in found.hops if hop.gap_ns is not None]
    assert all(gap >= 0 for gap in gaps)
