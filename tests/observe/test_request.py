from typing import Any

import pytest

from observe.request import Contradiction, Wanted, flows_request
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetAgentEventsRequest, GetDebugEventsRequest, GetFlowsRequest
from proto.selection import EVERYTHING
from proto.timestamps import from_ns

SINCE, UNTIL = 1_791_909_301_500_000_000, 1_791_909_303_000_000_000


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), {"number": 20}),
        (Wanted(follow=True), {"follow": True}),
        (Wanted(everything=True), {"number": EVERYTHING}),
        (Wanted(everything=True, follow=True), {"number": EVERYTHING, "follow": True}),
        (Wanted(last=5), {"number": 5}),
        (Wanted(first=5), {"number": 5, "first": True}),
        (Wanted(first=5, follow=True), {"follow": True}),
        (Wanted(last=10, follow=True), {"number": 10, "follow": True}),
        (Wanted(since_ns=SINCE), {"since": from_ns(SINCE)}),
        (Wanted(until_ns=UNTIL), {"until": from_ns(UNTIL)}),
        (
            Wanted(since_ns=SINCE, until_ns=UNTIL),
            {"since": from_ns(SINCE), "until": from_ns(UNTIL)},
        ),
        (Wanted(since_ns=SINCE, follow=True), {"since": from_ns(SINCE), "follow": True}),
        (Wanted(since_ns=SINCE, last=7), {"since": from_ns(SINCE), "number": 7}),
        (Wanted(since_ns=SINCE, first=7), {"since": from_ns(SINCE), "number": 7, "first": True}),
        (Wanted(until_ns=UNTIL, follow=True), {"until": from_ns(UNTIL), "follow": True}),
    ],
)
def test_what_is_asked(wanted: Wanted, expected: dict[str, Any]) -> None:
    assert flows_request(wanted, default=20) == GetFlowsRequest(**expected)
    assert wanted.ask(GetAgentEventsRequest(), 20) == GetAgentEventsRequest(**expected)
    assert wanted.ask(GetDebugEventsRequest(), 20) == GetDebugEventsRequest(**expected)


def test_filters_and_a_mask_come_along() -> None:
    allow, deny = FlowFilter(source_pod=["a"]), FlowFilter(source_port=["53"])
    request = flows_request(Wanted(), [allow], [deny], ["IP", "source.pod_name"], default=0)
    assert list(request.whitelist) == [allow]
    assert list(request.blacklist) == [deny]
    assert list(request.field_mask.paths) == ["IP", "source.pod_name"]
    assert not flows_request(Wanted(), default=0).HasField("field_mask")


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        ({"first": 1, "last": 1}, "--first and --last"),
        ({"first": 1, "everything": True}, "--all and --first"),
        ({"last": 1, "everything": True}, "--all and --last"),
    ],
)
def test_what_cannot_be_had_together_is_named(choices: dict[str, Any], named: str) -> None:
    with pytest.raises(Contradiction, match=named):
        Wanted(**choices)


def test_a_follow_of_the_first_so_many_is_counted_by_the_command() -> None:
    assert Wanted(first=3, follow=True).stops_after == 3
    assert Wanted(first=3).stops_after is None
    assert Wanted(follow=True).stops_after is None
