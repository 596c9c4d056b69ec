"""Which events of a sequence are chosen."""

from collections.abc import Sequence
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from proto.flow_pb2 import Flow
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
)
from proto.selection import (
    EVERYTHING,
    InvalidSelection,
    Selection,
    event_ns,
    is_counted,
    select,
)
from proto.timestamps import from_ns
from tests.factories import NOON_NS, event, events, lost, times_ns

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("fields", "selection"),
    [
        ({}, Selection()),
        ({"number": EVERYTHING}, Selection()),
        ({"number": 20}, Selection(20)),
        ({"number": 20, "first": True}, Selection(20, first=True)),
        ({"first": True}, Selection(first=True)),
        ({"follow": True}, Selection(0, follow=True)),
        ({"follow": True, "number": 5}, Selection(5, follow=True)),
        ({"follow": True, "number": EVERYTHING}, Selection(follow=True)),
        ({"follow": True, "since": {"seconds": 7}}, Selection(follow=True, since_ns=7 * SECOND)),
        ({"follow": True, "until": {"seconds": 7}}, Selection(0, follow=True, until_ns=7 * SECOND)),
        ({"since": {}}, Selection(since_ns=0)),
        ({"until": {"nanos": 1}, "number": 3}, Selection(3, until_ns=1)),
    ],
)
@pytest.mark.parametrize(
    "request_type", [GetFlowsRequest, GetAgentEventsRequest, GetDebugEventsRequest]
)
def test_a_request_is_read(request_type: Any, fields: dict[str, Any], selection: Selection) -> None:
    assert Selection.of(request_type(**fields)) == selection


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"first": True, "follow": True, "number": 1}, "first and follow"),
        ({"since": Timestamp(nanos=-1)}, "since 0s -1ns"),
        ({"until": Timestamp(seconds=2**40)}, f"until {2**40}s"),
    ],
)
def test_what_cannot_be_given_is_refused(fields: dict[str, Any], names: str) -> None:
    with pytest.raises(InvalidSelection, match=names):
        Selection.of(GetFlowsRequest(**fields))


@pytest.mark.parametrize(
    ("since", "until", "ns", "inside"),
    [
        (None, None, 5, True),
        (5, None, 5, True),
        (6, None, 5, False),
        (None, 5, 5, True),
        (None, 4, 5, False),
        (5, 5, 5, True),
        (6, 4, 5, False),
        (None, None, None, True),
        (0, None, None, False),
        (None, 0, None, False),
    ],
)
def test_a_range_includes_its_bounds(
    since: int | None, until: int | None, ns: int | None, inside: bool
) -> None:
    assert Selection(since_ns=since, until_ns=until).in_range(ns) is inside


def test_the_time_of_an_event_is_the_flow_s_before_the_envelope_s() -> None:
    enveloped = event(time=from_ns(7))
    enveloped.time.CopyFrom(from_ns(9))
    assert event_ns(enveloped) == 7
    assert event_ns(ExportEvent(flow=Flow(), time=from_ns(9))) == 9
    assert event_ns(lost(time=from_ns(9))) == 9
    assert event_ns(ExportEvent(flow=Flow())) is None


LINE = [lost(1), event(uuid="a"), lost(2), event(uuid="b"), lost(3), event(uuid="c"), lost(4)]


@pytest.mark.parametrize(
    ("number", "first", "chosen"),
    [
        (None, False, "1a2b3c4"),
        (3, False, "a2b3c4"),
        (2, False, "b3c4"),
        (1, False, "c4"),
        (0, False, ""),
        (9, False, "1a2b3c4"),
        (3, True, "1a2b3c"),
        (2, True, "1a2b"),
        (1, True, "1a"),
        (0, True, ""),
        (9, True, "1a2b3c4"),
    ],
)
def test_losses_come_along_and_do_not_count(number: int | None, first: bool, chosen: str) -> None:
    assert names(list(select(LINE, Selection(number, first)))) == chosen


def test_filters_are_for_flows_and_come_before_the_count() -> None:
    chosen = list(select(LINE, Selection(1), lambda each: each.uuid != "c"))
    assert names(chosen) == "b34"


def test_the_range_comes_before_all() -> None:
    line = [event(uuid=str(i), time=from_ns(NOON_NS + i)) for i in (3, 1, 2, 4)]
    ranged = Selection(2, since_ns=NOON_NS + 2, until_ns=NOON_NS + 3)
    assert names(list(select([*line, event(uuid="x", time=None)], ranged))) == "32"


def names(chosen: Sequence[ExportEvent]) -> str:
    return "".join(
        each.flow.uuid if is_counted(each) else str(each.lost_events.num_events_lost)
        for each in chosen
    )


@given(
    st.lists(events(), max_size=12),
    st.none() | st.integers(0, 6),
    st.booleans(),
    st.none() | times_ns(),
    st.none() | times_ns(),
)
def test_select_equals_slicing_a_list(
    line: list[ExportEvent], number: int | None, first: bool, since: int | None, until: int | None
) -> None:
    def keep(each: Flow) -> bool:
        return each.verdict != 1

    selection = Selection(number, first, since_ns=since, until_ns=until)
    kept = [
        each
        for each in line
        if selection.in_range(event_ns(each)) and (not is_counted(each) or keep(each.flow))
    ]
    places = [place for place, each in enumerate(kept) if is_counted(each)]
    if number == 0:
        kept = []
    elif number is not None and number <= len(places):
        kept = kept[: places[number - 1] + 1] if first else kept[places[-number] :]
    assert list(select(line, selection, keep)) == kept
