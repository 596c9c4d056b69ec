"""Counting by columns gives what counting flows one by one gives."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from proto.aggregate_pb2 import AggregateRequest, Answer, Order, Question
from proto.aggregates.asked import Asked
from proto.aggregates.dimensions import DIMENSIONS
from proto.aggregates.plain import Aggregator
from proto.observer_pb2 import ExportEvent
from proto.timestamps import to_ns
from relay.aggregates.counting import Counting
from relay.ingest.single import clamp
from relay.rings.dimensions import Dimensions
from tests.columns import columns_of, some
from tests.factories import events

QUESTIONS = st.builds(
    Question,
    by=st.lists(st.sampled_from(list(DIMENSIONS)), max_size=3, unique=True),
    order=st.sampled_from(Order.values()),
    limit=st.integers(0, 3),
    step=st.none() | st.sampled_from([1, 60, 7200]).map(lambda seconds: {"seconds": seconds}),
    latency=st.booleans(),
)


def own_time(event: ExportEvent) -> int | None:
    """Give the time that selections compare, as a column holds it."""
    for holder in (event.flow, event):
        if holder.HasField("time"):
            return clamp(to_ns(holder.time))
    return None


def plainly(request: AggregateRequest, found: Sequence[ExportEvent]) -> list[Answer]:
    """Answer by counting one flow after the other."""
    plain = Aggregator(request)
    for each in found:
        plain.add(own_time(each), each.flow)
    return list(plain.response().answers)


@given(
    st.lists(events().filter(lambda event: event.HasField("flow")), max_size=12),
    st.lists(QUESTIONS, min_size=1, max_size=3),
    st.integers(0, 12),
)
def test_counting_columns_equals_counting_flows(
    found: list[ExportEvent], questions: list[Question], cut: int
) -> None:
    request = AggregateRequest(questions=questions)
    dimensions = Dimensions()
    counting = Counting(Asked.of(request).questions, dimensions)
    columns = columns_of(found, dimensions)
    for part in (some(columns, 0, cut), some(columns, cut, len(found))):
        counting.add(part)
    assert counting.answers() == plainly(request, found)
    assert counting.flows == len(found)
