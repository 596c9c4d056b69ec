import pytest

from proto.flow_pb2 import DROPPED, LostEvent
from proto.observer_pb2 import GetFlowsResponse
from proto.relay_pb2 import NodeStatusEvent
from proto.timestamps import from_ns
from tests.factories import NOON_NS, flow
from tui.list.places import at_time, next_failure
from tui.list.window import Window


def window(*answers: GetFlowsResponse) -> Window:
    made = Window()
    made.offer([answer.SerializeToString() for answer in answers])
    made.take()
    return made


def at(seconds: int, **fields: object) -> GetFlowsResponse:
    return GetFlowsResponse(flow=flow(time=from_ns(NOON_NS + seconds * 10**9), **fields))


TIMELESS = GetFlowsResponse(flow=flow(time=None))


@pytest.mark.parametrize(
    ("seconds", "number"), [(-1, None), (0, 0), (1, 1), (15, 2), (20, 2), (31, 5), (30, 4)]
)
def test_a_time_is_found(seconds: int, number: int | None) -> None:
    rows = window(at(0), at(10), TIMELESS, at(20), at(30))
    assert at_time(rows, NOON_NS + seconds * 10**9) == number


def test_when_a_node_told_its_status_is_no_place_in_time() -> None:
    status = GetFlowsResponse(node_status=NodeStatusEvent(), time=from_ns(NOON_NS + 60 * 10**9))
    rows = window(status, at(0), at(10), status, at(20))
    assert [at_time(rows, NOON_NS + seconds * 10**9) for seconds in (0, 5, 15)] == [0, 2, 3]


def test_no_time_is_found_where_there_is_none() -> None:
    assert at_time(window(), NOON_NS) is None
    assert at_time(window(TIMELESS), NOON_NS) is None


def test_the_next_failure_is_found_and_the_one_before() -> None:
    loss = GetFlowsResponse(lost_events=LostEvent(num_events_lost=1))
    rows = window(at(0), at(1, verdict=DROPPED), at(2), loss, at(3))
    assert [next_failure(rows, number, 1) for number in range(5)] == [1, 3, 3, None, None]
    assert [next_failure(rows, number, -1) for number in range(5)] == [None, None, 1, 1, 3]
