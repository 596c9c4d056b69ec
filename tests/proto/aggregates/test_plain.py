import math
from collections import Counter
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from proto import aggregate_pb2, flow_pb2
from proto.aggregate_pb2 import AggregateRequest, Answer, Counts, Order, Question
from proto.aggregates import tally
from proto.aggregates.dimensions import DIMENSIONS, UnknownDimension
from proto.aggregates.measures import measures
from proto.aggregates.plain import Aggregator
from proto.aggregates.steps import MOST_STEPS
from proto.filters import InvalidFilter, predicate
from proto.timestamps import SECOND, from_ns, to_ns
from tests.factories import NOON_NS, filter_lists, flow, flows

Timed = tuple[int | None, flow_pb2.Flow]

BY = st.lists(st.sampled_from(sorted(DIMENSIONS)), max_size=3, unique=True)


def aggregate(flows: list[flow_pb2.Flow], **fields: Any) -> aggregate_pb2.AggregateResponse:
    aggregator = Aggregator(AggregateRequest(**fields))
    for each in flows:
        aggregator.add(time_of(each), each)
    return aggregator.response()


def answer(flows: list[flow_pb2.Flow], **fields: Any) -> Answer:
    return aggregate(flows, questions=[Question(**fields)]).answers[0]


def time_of(each: flow_pb2.Flow) -> int | None:
    return to_ns(each.time) if each.HasField("time") else None


def l7(kind: int, latency_ns: int = 0, **record: Any) -> flow_pb2.Flow:
    return flow(l7={"type": kind, "latency_ns": latency_ns, **record}, Type=flow_pb2.L7)


def response(latency_ns: int, code: int = 200) -> flow_pb2.Flow:
    return l7(flow_pb2.RESPONSE, latency_ns, http={"code": code})


@given(st.lists(flows(), max_size=12), BY, filter_lists(), filter_lists())
def test_groups_are_those_of_a_naive_count(
    found: list[flow_pb2.Flow],
    by: list[str],
    allow: list[flow_pb2.FlowFilter],
    deny: list[flow_pb2.FlowFilter],
) -> None:
    said = aggregate(found, whitelist=allow, blacklist=deny, questions=[Question(by=by)])
    keep = predicate(allow, deny)
    kept = [each for each in found if keep is None or keep(each)]
    counted = Counter(tuple(DIMENSIONS[name].value(each) for name in by) for each in kept)
    groups = {tuple(group.values): group.counts.flows for group in said.answers[0].groups}
    assert groups == counted
    assert said.coverage.flows == len(kept)


@given(st.lists(flows(), max_size=12), BY, st.integers(1, 3), st.sampled_from(Order.values()))
def test_groups_and_the_rest_come_to_all_there_is(
    found: list[flow_pb2.Flow], by: list[str], limit: int, order: Order.ValueType
) -> None:
    said = answer(found, by=by, limit=limit, order=order)
    assert len(said.groups) <= limit
    total = Counter(dict.fromkeys(Counts.DESCRIPTOR.fields_by_name, 0))
    for counts in (*(group.counts for group in said.groups), said.rest):
        total.update({field.name: number for field, number in counts.ListFields()})
    measured = [measures(each) for each in found]
    assert total == {name: sum(getattr(m, name) for m in measured) for name in total}
    told_apart = {tuple(DIMENSIONS[name].value(each) for name in by) for each in found}
    assert len(said.groups) + said.omitted == len(told_apart)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_percentiles_are_the_least_latency_that_covers_them(latencies: list[int]) -> None:
    [group] = answer([response(each) for each in latencies], latency=True).groups
    ranked = sorted(latencies)
    for percent, said in ((50, group.latency.p50_ns), (99, group.latency.p99_ns)):
        assert said == ranked[math.ceil(percent / 100 * len(ranked)) - 1]
    assert (group.latency.count, group.latency.max_ns) == (len(ranked), ranked[-1])


@pytest.mark.parametrize(
    ("made", "counted"),
    [
        (flow(), {}),
        (flow(verdict=flow_pb2.DROPPED), {"dropped": 1}),
        (flow(verdict=flow_pb2.ERROR), {"errors": 1}),
        (l7(flow_pb2.REQUEST, http={"code": 500}), {"requests": 1}),
        (response(1, 499), {"responses": 1}),
        (response(1, 500), {"responses": 1, "errors": 1}),
        (l7(flow_pb2.REQUEST, dns={"rcode": 3}), {"requests": 1}),
        (l7(flow_pb2.RESPONSE, dns={"rcode": 0}), {"responses": 1}),
        (l7(flow_pb2.RESPONSE, dns={"rcode": 3}), {"responses": 1, "errors": 1}),
        (l7(flow_pb2.SAMPLE, http={"code": 500}), {}),
    ],
)
def test_what_counts_as_what(made: flow_pb2.Flow, counted: dict[str, int]) -> None:
    [group] = answer([made]).groups
    assert group.counts == aggregate_pb2.Counts(flows=1, **counted)


def test_only_responses_have_latencies() -> None:
    made = [l7(flow_pb2.REQUEST, 7, http={}), response(0), flow()]
    [group] = answer(made, latency=True).groups
    assert not group.HasField("latency")


def test_latency_is_given_only_where_it_is_asked_for() -> None:
    [group] = answer([response(5)], order=aggregate_pb2.LATENCY).groups
    assert not group.HasField("latency")


def test_the_order_is_by_the_measure_then_by_the_values() -> None:
    made = [flow(node_name=name) for name in ("b", "a", "c", "c")]
    made += [flow(node_name=name, verdict=flow_pb2.DROPPED) for name in ("b", "d")]
    made.append(flow(node_name="a", l7={"type": flow_pb2.RESPONSE, "latency_ns": 3}))

    def order(name: str) -> str:
        asked = answer(made, by=["node"], order=aggregate_pb2.Order.Value(name))
        return "".join(group.values[0] for group in asked.groups)

    assert order("FLOWS") == "abcd"
    assert order("DROPS") == "bdac"
    assert order("LATENCY") == "abcd"
    assert order("VALUES") == "abcd"


def test_what_is_left_out_is_added_up() -> None:
    made = [flow(node_name=name) for name in "aabbcc"] + [flow(node_name="z")]
    said = answer(made, by=["node"], limit=2)
    assert [group.values[0] for group in said.groups] == ["a", "b"]
    assert (said.omitted, said.rest.flows) == (2, 3)


def test_no_flows_are_no_group() -> None:
    said = aggregate([], questions=[Question(), Question(by=["node"])])
    assert [len(each.groups) for each in said.answers] == [0, 0]
    assert not said.coverage.HasField("since")


def test_flows_without_a_time_are_outside_every_given_range() -> None:
    made = flow(time=None)
    assert aggregate([made], questions=[Question()]).coverage.flows == 1
    bounded = aggregate([made], since=from_ns(0), questions=[Question()])
    assert bounded.coverage.flows == 0


def test_the_range_includes_both_its_ends() -> None:
    made = [flow(time=from_ns(NOON_NS + n)) for n in range(5)]
    said = aggregate(made, since=from_ns(NOON_NS + 1), until=from_ns(NOON_NS + 3))
    assert said.coverage.flows == 3
    assert to_ns(said.coverage.since) == NOON_NS + 1
    assert to_ns(said.coverage.until) == NOON_NS + 3
    assert to_ns(said.coverage.oldest_flow) == NOON_NS


def test_steps_begin_at_multiples_of_their_length_and_cover_the_range() -> None:
    minute = 60 * SECOND
    start = NOON_NS // minute * minute
    made = [flow(time=from_ns(start + s * SECOND)) for s in (10, 59, 60, 200)]
    said = aggregate(
        made,
        since=from_ns(start - 30 * SECOND),
        until=from_ns(start + 300 * SECOND),
        questions=[Question(step=Duration(seconds=60))],
    ).answers[0]
    assert to_ns(said.first_step) == start - minute
    assert said.step.seconds == 60
    assert list(said.groups[0].steps) == [0, 2, 1, 0, 1, 0, 0]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.booleans())
def test_steps_are_never_too_many_and_lose_no_flow(seconds: list[int], bounded: bool) -> None:
    made = [flow(time=from_ns(NOON_NS + s * SECOND)) for s in seconds]
    span = {"since": from_ns(NOON_NS), "until": from_ns(NOON_NS + 10**6 * SECOND)}
    said = aggregate(
        made, questions=[Question(step=Duration(seconds=1))], **(span if bounded else {})
    ).answers[0]
    steps = list(said.groups[0].steps)
    assert len(steps) <= MOST_STEPS
    assert sum(steps) == len(made)
    assert said.step.seconds & (said.step.seconds - 1) == 0
    first = to_ns(said.first_step)
    for each in seconds:
        assert steps[(NOON_NS + each * SECOND - first) // (said.step.seconds * SECOND)] > 0


def test_steps_over_all_time_are_given() -> None:
    made = [flow(time=from_ns(-62_135_596_800 * SECOND)), flow()]
    said = answer(made, step={"seconds": 1})
    assert sum(said.groups[0].steps) == 2


def test_groups_beyond_the_bound_are_folded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_KEPT", 3)
    said = aggregate([flow(node_name=n) for n in "abcdeab"], questions=[Question(by=["node"])])
    groups = {group.values[0]: group.counts.flows for group in said.answers[0].groups}
    assert groups == {"a": 2, "b": 2, "c": 1, "": 2}
    assert said.coverage.folded == 2
    assert "not told apart" in said.coverage.missing


def test_steps_become_longer_when_there_are_too_many_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tally, "MOST_CELLS", 4)
    made = [flow(time=from_ns(NOON_NS + n * SECOND), node_name=f"n{n % 2}") for n in range(64)]
    said = answer(made, by=["node"], step={"seconds": 1})
    assert said.step.seconds > 1
    assert [sum(group.steps) for group in said.groups] == [32, 32]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"by": ["nonsense"]}, "no dimension is called 'nonsense'; there are verdict, drop_reason"),
        ({"by": ["node"] * 9}, "9 dimensions are more than 8"),
        ({"order": 77}, "77 is not an order"),
        ({"step": {"seconds": 0}}, "a step of 0s 0ns is none"),
        ({"step": {"seconds": -1}}, "a step of -1s 0ns is none"),
    ],
)
def test_what_makes_no_sense_is_named(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        answer([], **fields)


def test_an_unknown_dimension_and_a_bad_filter_have_errors_of_their_own() -> None:
    with pytest.raises(UnknownDimension):
        answer([], by=["verdict", "Verdict"])
    with pytest.raises(InvalidFilter, match="source_ip"):
        aggregate([], whitelist=[flow_pb2.FlowFilter(source_ip=["nowhere"])])
    with pytest.raises(ValueError, match="33 questions are more than 32"):
        aggregate([], questions=[Question()] * 33)
