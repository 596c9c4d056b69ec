"""What each field of a FlowFilter means, and how fields and lists combine."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.filters import (
    FIELDS,
    MOST_FILTERS,
    MOST_VALUES,
    READERS,
    InvalidFilter,
    conditions,
    predicate,
)
from proto.flow_pb2 import Flow, FlowFilter
from tests.factories import FILTER_VALUES, filter_lists, flow, flow_filter, flow_filters, flows

BY_NAME = {field.name: field for field in FIELDS}
CEL = "experimental.cel_expression"


class Case(NamedTuple):
    """A value, a flow that has it, one that lacks it; whether an empty flow has; one refused."""

    value: Any
    has: dict[str, Any]
    lacks: dict[str, Any]
    absent: bool = False
    refused: Any = None


def ends(name: str, part: str, *case: Any) -> dict[str, Case]:
    """Make the same case for both ends; the flows' fields begin with the end, too."""
    value, has, lacks, *rest = case
    return {
        f"{end}_{name}": Case(value, {f"{end}{part}": has}, {f"{end}{part}": lacks}, *rest)
        for end in ("source", "destination")
    }


def ip(**fields: Any) -> dict[str, Any]:
    return {"IP": fields}


def http(**fields: Any) -> dict[str, Any]:
    return {"l7": {"http": fields}}


CASES: dict[str, Case] = {
    "uuid": Case("u-1", {"uuid": "u-1"}, {"uuid": "u-10"}),
    "verdict": Case(2, {"verdict": 2}, {"verdict": 1}),
    "traffic_direction": Case(1, {"traffic_direction": 1}, {"traffic_direction": 2}),
    "event_type": Case({"type": 4}, {"event_type": {"type": 4}}, {"event_type": {"type": 1}}),
    "drop_reason_desc": Case(
        133, {"verdict": 2, "drop_reason_desc": 133}, {"verdict": 1, "drop_reason_desc": 133}
    ),
    "reply": Case(True, {"is_reply": {"value": True}}, {"is_reply": {"value": False}}),
    "encrypted": Case(False, ip(encrypted=False), ip(encrypted=True), True),
    "ip_version": Case(0, ip(ipVersion=0), ip(ipVersion=1), True),
    "ip_trace_id": Case(7, {"ip_trace_id": {"trace_id": 7}}, {"ip_trace_id": {"trace_id": 8}}),
    "trace_id": Case(
        "t", {"trace_context": {"parent": {"trace_id": "t"}}}, {"trace_context": {"parent": {}}}
    ),
    **ends("identity", "", 0, {}, {"identity": 1}),
    **ends("cluster_name", "", "eu", {"cluster_name": "eu"}, {"cluster_name": "e"}, False, ""),
    **ends("pod", "", "a/b", {"namespace": "a", "pod_name": "bc"}, {"namespace": "a"}, False, ""),
    **ends("service", "_service", "a/b", {"namespace": "a", "name": "b"}, {"name": "b"}, False, ""),
    "protocol": Case("udp", {"l4": {"UDP": {}}}, {"l4": {"TCP": {}}}, False, "nope"),
    **{
        f"{end}_port": Case(
            "53", {"l4": {"UDP": {f"{end}_port": 53}}}, {"l4": {"ICMPv4": {}}}, False, "70000"
        )
        for end in ("source", "destination")
    },
    "tcp_flags": Case(
        {"SYN": True}, {"l4": {"TCP": {"flags": {"SYN": True, "ACK": True}}}}, {"l4": {"TCP": {}}}
    ),
    "interface": Case({"name": "lo"}, {"interface": {"name": "lo"}}, {"interface": {"index": 1}}),
    "source_ip": Case("::1", ip(source="0::1"), ip(source="::2"), False, "::g"),
    "destination_ip": Case("10.0.0.0/8", ip(destination="10.1.1.1"), ip(), False, "10.0.0.0/33"),
    "source_ip_xlated": Case("1.1.1.1", ip(source_xlated="1.1.1.1"), ip(source="1.1.1.1")),
    **ends("workload", "", {"name": "w"}, {"workloads": [{"name": "w"}]}, {"pod_name": "w"}),
    "node_name": Case("default/a*", {"node_name": "a1"}, {"node_name": "x/a1"}, False, "a/b/c"),
    **ends("fqdn", "_names", "*.io", ["a.io"], ["a.com"], False, ""),
    **ends("label", "", "!a", {"labels": ["b"]}, {"labels": ["k8s:a"]}, True, "a in ("),
    "node_labels": Case("a=b", {"node_labels": ["a=b"]}, {"node_labels": ["a=c"]}, False, "="),
    "http_status_code": Case("5+", http(code=503), http(code=404), False, "+"),
    "http_method": Case("get", http(method="GET"), http(method="PUT")),
    "http_header": Case(
        {"key": "a", "value": "b"}, http(headers=[{"key": "a", "value": "b"}]), http()
    ),
    "http_path": Case("^/a$", http(url="/a?b"), http(url="/ab"), False, "("),
    "http_url": Case("b$", http(url="/a?b"), http(url="/a"), False, "("),
    "dns_query": Case("io$", {"l7": {"dns": {"query": "a.io"}}}, {"l7": {"dns": {}}}, False, "("),
    CEL: Case("_flow.uuid == 'u'", {"uuid": "u"}, {"uuid": "v"}, False, "1 +"),
}


def matches(name: str, value: Any, each: Flow) -> bool:
    keep = predicate([flow_filter({name: [value]})], [])
    assert keep is not None
    return keep(each)


def test_every_field_of_the_contract_has_a_row_a_case_and_a_strategy() -> None:
    contract = set(FlowFilter.DESCRIPTOR.fields_by_name) - {"experimental"} | {CEL}
    assert len(FIELDS) == len(BY_NAME)
    assert contract == set(BY_NAME) == set(CASES) == set(FILTER_VALUES)
    assert {field.reads for field in FIELDS} == set(READERS)


@pytest.mark.parametrize("name", CASES)
def test_a_field_matches_what_has_its_value(name: str) -> None:
    value, has, lacks, absent, _ = CASES[name]
    assert matches(name, value, Flow(**has))
    assert not matches(name, value, Flow(**lacks))
    assert matches(name, value, Flow()) is absent


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.refused is not None])
def test_a_refused_value_is_named_with_its_field(name: str) -> None:
    case = CASES[name]
    refused = flow_filter({name: [case.value, case.refused]})
    with pytest.raises(InvalidFilter, match=f"invalid {name}: ") as refusal:
        predicate([], [refused])
    assert repr(case.refused) in str(refusal.value)


@pytest.mark.parametrize("name", [field.name for field in FIELDS if field.reads == "http"])
def test_a_filter_by_http_needs_events_of_layer_7(name: str) -> None:
    about_http = FlowFilter()
    about_http.MergeFrom(flow_filter({name: [CASES[name].value]}))
    about_http.event_type.add(type=4)
    with pytest.raises(InvalidFilter, match=f"invalid {name}: event_type"):
        predicate([about_http], [])
    about_http.event_type.add(type=129)
    assert predicate([about_http], []) is not None


@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("uuid", "u", MOST_VALUES),
        ("http_url", "a", 100),
        ("node_name", "a", 1_000),
        (CEL, "true", 100),
    ],
)
def test_values_are_bounded(name: str, value: str, most: int) -> None:
    assert predicate([flow_filter({name: [value] * most})], []) is not None
    with pytest.raises(InvalidFilter, match=f"invalid {name}: {most + 1} values"):
        predicate([flow_filter({name: [value] * (most + 1)})], [])


def test_filters_are_bounded() -> None:
    assert predicate([], [FlowFilter()] * MOST_FILTERS) is not None
    with pytest.raises(InvalidFilter, match=f"{MOST_FILTERS + 1} filters"):
        predicate([FlowFilter()] * (MOST_FILTERS + 1), [])


def test_no_filter_at_all_is_no_test() -> None:
    assert predicate([], []) is None


def test_an_empty_filter_matches_everything() -> None:
    everything, nothing = predicate([FlowFilter()], []), predicate([], [FlowFilter()])
    assert everything is not None
    assert nothing is not None
    assert everything(flow())
    assert not nothing(flow())
    assert conditions(FlowFilter()) == ()


@given(filter_lists(), filter_lists(), flows())
def test_any_allowed_and_no_denied_filter_matches(
    allow: list[FlowFilter], deny: list[FlowFilter], each: Flow
) -> None:
    def holds(one: FlowFilter) -> bool:
        return all(term.matches(READERS[term.field.reads](each)) for term in conditions(one))

    expected = (not allow or any(map(holds, allow))) and not any(map(holds, deny))
    keep = predicate(allow, deny)
    assert (keep is None or keep(each)) is expected


@given(flow_filters(tuple(name for name in FILTER_VALUES if name != CEL)), flows())
def test_fields_must_all_match_and_values_are_alternatives(one: FlowFilter, each: Flow) -> None:
    expected = all(
        any(matches(term.field.name, value, each) for value in term.field.values(one))
        for term in conditions(one)
        if term.field.reads != "http"
    ) and all(
        any(term.field.matcher([value])(READERS["http"](each)) for value in term.field.values(one))
        for term in conditions(one)
        if term.field.reads == "http"
    )
    keep = predicate([one], [])
    assert keep is not None
    assert keep(each) is expected


@given(st.sampled_from(FIELDS), st.data())
def test_a_matcher_sees_its_part_and_nothing_else(field: Any, data: st.DataObject) -> None:
    judge = field.matcher([data.draw(FILTER_VALUES[field.name])])
    one, other = data.draw(flows()), data.draw(flows())
    read = READERS[field.reads]
    if field.reads != "flow" and read(one) == read(other):
        assert judge(read(one)) is judge(read(other))
    assert isinstance(judge(read(one)), bool)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.text(
    "a:/=!,() *.+[]$1{}\\", max_size=9
)
TEXT_FIELDS = [name for name in BY_NAME if isinstance(CASES[name].value, str)]


@given(st.sampled_from(TEXT_FIELDS), TEXTS, flows())
def test_any_text_makes_a_filter_or_is_refused(name: str, text: str, each: Flow) -> None:
    said, kept = "", None
    try:
        keep = predicate([flow_filter({name: [text]})], [])
        kept = keep(each) if keep else None
    except InvalidFilter as refusal:
        said = str(refusal)
    if kept is None:
        assert said.startswith(f"invalid {name}: ")
        assert said.splitlines() == [said]
    else:
        assert isinstance(kept, bool)
