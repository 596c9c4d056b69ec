from hypothesis import given
from hypothesis import strategies as st

from proto.observer_pb2 import GetFlowsResponse
from proto.overlap import Overlap
from tests.observer_server import response

SECOND = 1_000_000_000


def test_reading_goes_on_from_the_first_time_of_a_few() -> None:
    overlap = Overlap[GetFlowsResponse]()
    assert overlap.renew() is None
    for second in (5, 3, 4):
        assert overlap.is_new(response(second), second * SECOND)
    assert overlap.renew() == 3 * SECOND


def test_what_came_is_dropped_as_often_as_it_came() -> None:
    overlap = Overlap[GetFlowsResponse]()
    assert [overlap.is_new(response(1), SECOND) for _ in range(2)] == [True, True]
    overlap.renew()
    assert [overlap.is_new(response(1), SECOND) for _ in range(3)] == [False, False, True]


def test_an_answer_without_a_time_is_always_new() -> None:
    overlap = Overlap[GetFlowsResponse]()
    assert overlap.is_new(GetFlowsResponse(), None)
    assert overlap.renew() is None
    assert overlap.is_new(GetFlowsResponse(), None)


def test_a_clock_far_off_does_not_move_the_time_to_go_on_from() -> None:
    overlap = Overlap[GetFlowsResponse]()
    for second in range(1000, 1100):
        overlap.is_new(response(second), second * SECOND)
    overlap.is_new(response(1), 1 * SECOND)
    overlap.is_new(response(9999), 9999 * SECOND)
    resumed = overlap.renew()
    assert resumed is not None
    assert 1000 * SECOND <= resumed <= 1010 * SECOND


def test_only_the_last_answers_are_remembered() -> None:
    overlap = Overlap[GetFlowsResponse](size=3)
    for second in range(5):
        overlap.is_new(response(second), second * SECOND)
    assert overlap.renew() == 2 * SECOND
    assert [overlap.is_new(response(second), second * SECOND) for second in (1, 2, 3, 4)] == [
        *(True, False, False, False)
    ]


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 30))
def test_an_interruption_anywhere_loses_and_doubles_nothing(times: list[int], cut: int) -> None:
    """The server answers again, in its order, from the asked time on."""
    overlap = Overlap[GetFlowsResponse]()
    stored = [response(second, uuid=str(i)) for i, second in enumerate(sorted(times))]
    got = [r for r in stored[:cut] if overlap.is_new(r, r.time.ToNanoseconds())]
    since = overlap.renew() or 0
    again = [r for r in stored if r.time.ToNanoseconds() >= since]
    got += [r for r in again if overlap.is_new(r, r.time.ToNanoseconds())]
    assert got == stored
