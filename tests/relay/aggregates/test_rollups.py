"""What minutes come to equals counting their flows, in bounded room, through restarts and kills."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import grpc
import grpc.aio
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from proto import flow_pb2
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse, Answer, Question
from proto.aggregate_pb2_grpc import AggregatorStub
from proto.aggregates.asked import Asked
from proto.aggregates.dimensions import DIMENSIONS
from proto.aggregates.plain import Aggregator
from proto.observer_pb2 import ExportEvent
from proto.timestamps import from_ns, to_ns
from relay.aggregates.counting import Counting
from relay.aggregates.minutes import MINUTE_NS
from relay.aggregates.rolled import Kept, count_minutes, in_minutes
from relay.aggregates.rollups import MOST_PARTS, RollupLimits, Rollups
from relay.answers.aggregated import Aggregation, Effort
from relay.file.schema import tables
from relay.rings.dimensions import Dimensions
from relay.rings.limits import Limit
from relay.store import Store
from tests.columns import columns_of
from tests.factories import NOON_NS, event, flows
from tests.relays import RelayProcess, store
from tests.stores import opened, put

MINUTES = NOON_NS // MINUTE_NS
TINY = {name: Limit(count=1) for name in ("drop", "l7", "flow")}
"""Rings in which nothing stays: what is counted is counted from minutes."""


class Rolled:
    """Rollups in memory, and what they answer."""

    def __init__(self, limits: RollupLimits | None = None) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        for sql in tables():
            self.connection.execute(sql)
        self.dimensions = Dimensions()
        self.rollups = Rollups(limits or RollupLimits())

    def commit(self, events: Sequence[ExportEvent]) -> None:
        """Store events."""
        if events:
            self.rollups.add(columns_of(events, self.dimensions))
            self.rollups.write(self.connection)

    def answers(self, request: AggregateRequest, span: tuple[int, int] = (0, 0)) -> list[Answer]:
        """Answer from all minutes."""
        counting = Counting(in_minutes(Asked.of(request).questions), self.dimensions)
        if kept := Kept.of(self.connection):
            count_minutes(self.connection, counting, kept.first, kept.last)
        return counting.answers(*span)

    def groups(self, *by: str) -> dict[tuple[str, ...], int]:
        """Count flows by dimensions."""
        [answer] = self.answers(AggregateRequest(questions=[Question(by=by)]))
        return {tuple(group.values): group.counts.flows for group in answer.groups}


QUESTIONS = st.builds(
    Question,
    by=st.lists(st.sampled_from(list(DIMENSIONS)), max_size=3, unique=True),
    step=st.none() | st.sampled_from([60, 300]).map(lambda seconds: Duration(seconds=seconds)),
    latency=st.booleans(),
)
MOMENTS = st.integers(0, 10).map(lambda number: NOON_NS - number * 45 * 10**9)


def _at(made: flow_pb2.Flow, ns: int) -> ExportEvent:
    made.time.CopyFrom(from_ns(ns))
    return ExportEvent(flow=made)


EVENTS = st.builds(_at, flows(), MOMENTS)


@given(
    st.lists(st.lists(EVENTS, max_size=5), max_size=4), st.lists(QUESTIONS, min_size=1, max_size=3)
)
def test_minutes_equal_their_flows(
    commits: list[list[ExportEvent]], questions: list[Question]
) -> None:
    request = AggregateRequest(questions=questions)
    rolled, plain = Rolled(), Aggregator(request)
    for events in commits:
        rolled.commit(events)
        for each in events:
            plain.add(to_ns(each.flow.time), each.flow)
    expected = plain.response()
    span = to_ns(expected.coverage.since), to_ns(expected.coverage.until)
    if any(commits):
        assert rolled.answers(request, span) == list(expected.answers)


def numbered(number: int, minute: int = MINUTES) -> ExportEvent:
    """Make a drop between pods of which none is like another."""
    return event(
        time=from_ns(minute * MINUTE_NS),
        verdict=flow_pb2.DROPPED,
        source={"namespace": "shop", "pod_name": f"pod-{number}"},
    )


def parts(rolled: Rolled) -> list[int]:
    """Count the parts of each minute."""
    found = rolled.connection.execute("SELECT count(*) FROM minute GROUP BY id >> 12")
    return [count for (count,) in found]


def test_the_parts_of_a_minute_are_few() -> None:
    rolled = Rolled()
    for number in range(2 * MOST_PARTS):
        rolled.commit([numbered(number % 7)])
        assert parts(rolled)[0] <= MOST_PARTS
    assert rolled.groups() == {(): 2 * MOST_PARTS}
    assert len(rolled.groups("source.pod")) == 7


def test_minutes_that_are_not_written_any_more_are_put_together() -> None:
    rolled = Rolled()
    for minute in range(10):
        for number in range(6):
            rolled.commit([numbered(number, MINUTES + minute)])
    assert parts(rolled) == [1] * 6 + [6] * 4
    assert rolled.rollups.bytes == sum(
        size for (size,) in rolled.connection.execute("SELECT length(content) FROM minute")
    )


def test_a_minute_with_too_many_kinds_counts_the_rarest_together() -> None:
    rolled = Rolled(RollupLimits(rows=40))
    often = [numbered(0)] * 50
    for start in range(1, 2001, 100):
        rolled.commit([*often, *(numbered(start + number) for number in range(100))])
    found = rolled.groups("source.pod")
    assert sum(found.values()) == 20 * 150
    assert found[("shop/pod-0",)] == 20 * 50
    assert found[("",)] > 1000
    assert found[("",)] <= rolled.rollups.folded <= 2000
    [answer] = rolled.answers(AggregateRequest(questions=[Question()]))
    assert answer.groups[0].counts.dropped == 20 * 150


def test_minutes_over_a_limit_go_oldest_first() -> None:
    rolled = Rolled(RollupLimits(minutes=3))
    for minute in (0, 1, 2, 3, 4):
        rolled.commit([numbered(0, MINUTES + minute)])
    assert Kept.of(rolled.connection) == (MINUTES + 2, MINUTES + 4, 3)
    rolled.commit([numbered(0, MINUTES + 1)] * 2)
    assert rolled.rollups.late == 2
    small = Rolled(RollupLimits(bytes=400))
    for minute in range(20):
        small.commit([numbered(0, MINUTES + minute)])
    assert 0 < small.rollups.bytes <= 400
    assert 1 <= small.rollups.minutes < 20


def asked(store: Store, *by: str) -> dict[tuple[str, ...], int]:
    """Ask an open store for groups."""
    request = AggregateRequest(questions=[Question(by=by)])
    answer = Aggregation(store, Effort()).answer(request)
    assert answer.coverage.rolled_up
    return {tuple(group.values): group.counts.flows for group in answer.answers[0].groups}


def test_a_restart_goes_on_with_the_minute(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for number in range(3):
        with opened(path, TINY) as reopened:
            put(reopened, *(numbered(number) for _ in range(4)), numbered(9))
            found = asked(reopened, "source.pod")
            assert found[(f"shop/pod-{number}",)] == 4
            assert found[("shop/pod-9",)] == number + 1
            assert sum(found.values()) == 5 * (number + 1)


def test_what_minutes_name_stays_known(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db", TINY) as kept:
        for start in range(0, 6000, 1000):
            put(kept, *(numbered(start + number) for number in range(1000)))
        found = asked(kept, "source.pod")
    assert found == {(f"shop/pod-{number}",): 1 for number in range(6000)}


def test_a_failed_commit_is_not_counted() -> None:
    rolled = Rolled()
    rolled.commit([numbered(1), numbered(2)])
    rolled.connection.execute("BEGIN")
    rolled.commit([numbered(1), numbered(3)])
    rolled.connection.execute("ROLLBACK")
    rolled.rollups.load(rolled.connection)
    rolled.commit([numbered(1)])
    assert rolled.groups("source.pod") == {("shop/pod-1",): 2, ("shop/pod-2",): 1}


async def test_a_kill_leaves_every_flow_counted_once(tmp_path: Path) -> None:
    limits = [text for name in TINY for text in ("--limit", f"{name}=1")]
    with RelayProcess(tmp_path, *limits) as relay:
        for life in range(3):
            await store(relay.address, [numbered(n, MINUTES) for n in range(300)], run=str(life))
            relay.kill()
            relay.start()
        async with grpc.aio.insecure_channel(relay.address) as channel:
            request = AggregateRequest(questions=[Question(by=["source.pod"])])
            answer = await AggregatorStub(channel).Aggregate(request)
    assert isinstance(answer, AggregateResponse)
    assert answer.coverage.rolled_up
    assert [group.counts.flows for group in answer.answers[0].groups] == [3] * 300
