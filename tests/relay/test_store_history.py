"""What history answers equals the plain definition: `select` with the plain predicate, in order of
time."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto.filters import predicate
from proto.flow_pb2 import FORWARDED, Flow, FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.selection import Selection, event_ns, select
from proto.timestamps import from_ns
from relay.history import query, sweep
from relay.ingest.single import clamp
from relay.rings.classes import LOST
from relay.rings.limits import Limit
from relay.store import CLOCK_TOLERANCE_NS, Store
from tests.factories import FILTER_VALUES, NOON_NS, event, events, flow_filters, lost
from tests.stores import Clock, flat, history, opened, put, uuids

HOUR_NS = 3600 * 10**9
BOUNDS = st.none() | st.sampled_from([NOON_NS, NOON_NS + 1, NOON_NS + 500, NOON_NS + HOUR_NS, 0])
SELECTIONS = st.builds(
    Selection,
    number=st.none() | st.sampled_from([1, 2, 7, 300, 10_000]),
    first=st.booleans(),
    since_ns=BOUNDS,
    until_ns=BOUNDS,
)
SIMPLE = st.sampled_from(sorted(FILTER_VALUES)).flatmap(lambda name: flow_filters((name,)))
FILTERS = st.lists(SIMPLE | flow_filters(), max_size=2)


def spread(drawn: Sequence[ExportEvent], times: int) -> list[ExportEvent]:
    """Repeat events, so that rings get sealed blocks and a tail, some a little later each time."""
    made = []
    for number in range(times):
        for each in drawn:
            copy = ExportEvent.FromString(each.SerializeToString())
            if copy.flow.HasField("time") and number % 3:
                ns = event_ns(copy) or 0
                copy.flow.time.CopyFrom(from_ns(min(ns, NOON_NS) + number * 1000))
            made.append(copy)
    return made


def expected(
    stored: Sequence[ExportEvent],
    selection: Selection,
    allow: Sequence[FlowFilter],
    deny: Sequence[FlowFilter],
) -> list[bytes]:
    """Answer by the definition: sort by order time and arrival, then select."""

    def order(each: ExportEvent) -> int:
        ns = event_ns(each)
        return NOON_NS if ns is None or ns > NOON_NS + CLOCK_TOLERANCE_NS else clamp(ns)

    chosen = select(sorted(stored, key=order), selection, predicate(allow, deny))
    return [each.SerializeToString() for each in chosen]


def answered(
    store: Store,
    selection: Selection,
    allow: Sequence[FlowFilter] = (),
    deny: Sequence[FlowFilter] = (),
) -> list[bytes]:
    return [stored.event for stored in history(store, selection, allow, deny)]


@settings(max_examples=25)
@given(
    st.lists(events(), min_size=1, max_size=12),
    st.sampled_from([1, 30, 90]),
    st.lists(st.tuples(SELECTIONS, FILTERS, FILTERS), min_size=1, max_size=6),
)
def test_history_equals_the_plain_definition(
    drawn: list[ExportEvent],
    times: int,
    asked: list[tuple[Selection, list[FlowFilter], list[FlowFilter]]],
) -> None:
    stored = spread(drawn, times)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        with opened(path) as store:
            half = len(stored) // 2
            put(store, *stored[:half])
            put(store, *stored[half:])
            before = [answered(store, *each) for each in asked]
        with opened(path) as store:
            after = [answered(store, *each) for each in asked]
    assert before == [expected(stored, *each) for each in asked]
    assert after == before


def test_clocks_that_are_wrong_in_one_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks overlap, and more is held back than may be: the answer takes several passes."""
    monkeypatch.setattr(sweep, "MAX_HELD", 300)
    monkeypatch.setattr(query, "HELD", 50)
    offsets = (0, -HOUR_NS, 1000, HOUR_NS, -7 * 10**9)
    stored = [
        event(uuid=str(n), time=from_ns(NOON_NS + n * 10**6 + offsets[n % 5])) for n in range(3000)
    ]
    asked = [
        Selection(number, first)
        for number in (None, 40, 60, 700, 2999, 3000, 3001)
        for first in (False, True)
    ]
    with opened(tmp_path / "a.db", clock=Clock(NOON_NS + 3 * 10**9)) as store:
        put(store, *stored)
        for selection in asked:
            assert answered(store, selection) == expected(stored, selection, [], [])


def test_a_flow_from_the_far_future_sorts_by_its_arrival(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "a.db", clock=clock) as store:
        put(store, event(uuid="far", time=from_ns(NOON_NS + 3 * HOUR_NS)))
        clock.ns += 10**9
        put(store, event(uuid="near", time=from_ns(clock.ns)))
        assert uuids(history(store, Selection(number=1))) == ["near"]
        assert uuids(history(store, Selection(since_ns=NOON_NS + 2 * HOUR_NS))) == ["far"]


def test_an_answer_goes_on_after_any_of_its_events(tmp_path: Path) -> None:
    stored = [
        event(uuid=str(n), time=from_ns(NOON_NS - n % 7)) if n % 10 else lost() for n in range(600)
    ]
    with opened(tmp_path / "a.db") as store:
        put(store, *stored)
        for selection in (Selection(), Selection(50), Selection(50, first=True), Selection(5000)):
            whole = history(store, selection)
            for cut in (0, 1, 255, len(whole) - 1):
                if cut < len(whole):
                    after = whole[cut].order_ns, whole[cut].seq
                    assert history(store, selection, after=after) == whole[cut + 1 :]


def test_losses_come_along_and_do_not_count(tmp_path: Path) -> None:
    stored = [lost(), event(uuid="1"), lost(), event(uuid="2"), lost()]
    for number, each in enumerate(stored):
        each.time.CopyFrom(from_ns(NOON_NS + number))
        if each.HasField("flow"):
            each.flow.time.CopyFrom(each.time)
    nothing = [FlowFilter(uuid=["none"])]
    with opened(tmp_path / "a.db") as store:
        put(store, *stored)
        assert [s.event for s in history(store, Selection(1))] == [
            each.SerializeToString() for each in stored[3:]
        ]
        assert len(history(store, Selection(), nothing)) == 3


def test_what_is_evicted_while_an_answer_is_read_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db", {"flow": Limit(count=600)}) as store:
        put(store, *(event(uuid=str(n)) for n in range(600)))
        reading = store.history().flows(Selection(), [], [], upto=store.last_seq())
        first = next(reading)
        put(store, *(event(uuid=str(n)) for n in range(600, 900)))
        rest = [stored for chunk in reading for stored in chunk]
    got = [int(uuid) for uuid in uuids(first + rest)]
    assert got[: len(first)] == list(range(len(first)))
    assert got == sorted(set(got))
    assert got[-1] == 599


def test_looked_at_counts_the_range_before_the_filters(tmp_path: Path) -> None:
    stored = [event(time=from_ns(NOON_NS + n)) for n in range(700)]
    stored += [ExportEvent(flow=Flow(uuid="timeless"))]
    with opened(tmp_path / "a.db") as store:
        put(store, *stored)
        for selection, count in (
            (Selection(), 701),
            (Selection(since_ns=NOON_NS + 100), 600),
            (Selection(since_ns=NOON_NS + 100, until_ns=NOON_NS + 109), 10),
        ):
            reading = store.history()
            list(reading.flows(selection, [FlowFilter(uuid=["?"])], [], upto=store.last_seq()))
            assert reading.looked_at == count


def test_arrivals_come_in_the_order_of_their_seq(tmp_path: Path) -> None:
    stored = [
        event(uuid=str(n), verdict=n % 3, time=from_ns(NOON_NS - n)) if n % 50 else lost()
        for n in range(2500)
    ]
    since = Selection(since_ns=NOON_NS - 1200)
    odd = [FlowFilter(verdict=[FORWARDED])]
    with opened(tmp_path / "a.db", {"flow": Limit(count=700)}) as store:
        put(store, *stored)
        for above, upto in ((0, 2500), (0, 1), (900, 2000), (2499, 2500), (2500, 2500)):
            whole = flat(store.history().arrivals(Selection(), [], [], above=above, upto=upto))
            assert [each.seq for each in whole] == [
                each.seq
                for each in sorted(history(store), key=lambda each: each.seq)
                if above < each.seq <= upto
            ]
            some = flat(store.history().arrivals(since, odd, [], above=above, upto=upto))
            assert [each.event for each in some] == [
                each.event
                for each in whole
                if since.in_range(event_ns(ExportEvent.FromString(each.event)))
                and (each.ring == LOST or ExportEvent.FromString(each.event).flow.verdict == 1)
            ]


def test_an_answer_is_given_up(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as store:
        put(store, *(event(uuid=str(n)) for n in range(3000)))
        reading = store.history()
        answer = reading.flows(Selection(), [], [], upto=store.last_seq())
        assert len(next(answer)) == 256
        reading.cancel()
        assert len(flat(answer)) < 2744
        assert flat(reading.flows(Selection(5), [], [], upto=store.last_seq())) == []


def test_history_is_whole_while_the_store_is_written(tmp_path: Path) -> None:
    """Whatever is sealed in between: each answer holds every event up to its seq, once."""
    batch = [event(verdict=n % 3) for n in range(37)]
    answers = 0
    with opened(tmp_path / "a.db") as store, ThreadPoolExecutor(1) as agent:
        fed = agent.submit(lambda: [put(store, *batch) for _ in range(100)])
        while not fed.done():
            upto = store.last_seq()
            for number in (None, 50):
                reading = store.history().flows(Selection(number), [], [], upto=upto)
                seqs = sorted(each.seq for each in flat(reading))
                assert seqs == list(range(max(0, upto - (number or upto)), upto + 1))[1:]
                answers += 1
        assert len(history(store)) == len(fed.result()) * len(batch)
    assert answers > 2
