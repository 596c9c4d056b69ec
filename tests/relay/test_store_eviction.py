"""Rings stay within their limits, oldest first out, and everything else goes on."""

import time
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto.selection import Selection
from relay.ingest import writer
from relay.rings.classes import RingState
from relay.rings.limits import Limit, parse_limit
from relay.store import Store
from tests.factories import NOON_NS, event
from tests.stores import SECONDS, Clock, history, opened, put, uuids

SECOND_NS = 10**9


def flows(store: Store) -> RingState:
    return next(state for state in store.ring_states() if state.name == "flow")


@settings(max_examples=12)
@given(limit=st.integers(1, 700), batches=st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_count_is_kept_exactly(
    tmp_path_factory: pytest.TempPathFactory, limit: int, batches: list[int]
) -> None:
    path = tmp_path_factory.mktemp("ring") / "a.db"
    stored = 0
    with opened(path, {"flow": Limit(count=limit)}) as store:
        for size in batches:
            put(store, *(event(uuid=str(stored + n)) for n in range(size)))
            stored += size
            kept = [str(n) for n in range(max(0, stored - limit), stored)]
            assert uuids(history(store)) == kept
            assert uuids(history(store, Selection(5))) == kept[-5:]
        state = flows(store)
        assert (state.flows, state.seen) == (len(kept), stored)
        assert sum(state.evicted.values()) == stored - len(kept)
    with opened(path, {"flow": Limit(count=limit)}) as store:
        assert uuids(history(store)) == kept


def test_a_smaller_limit_holds_from_the_next_start(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as store:
        put(store, *(event(uuid=str(n)) for n in range(1000)))
    with opened(tmp_path / "a.db", {"flow": Limit(count=300)}) as store:
        put(store, event(uuid="1000"))
        assert uuids(history(store)) == [str(n) for n in range(701, 1001)]


def test_bytes_are_bounded_by_whole_blocks_and_within_the_tail(tmp_path: Path) -> None:
    limit = 60_000
    with opened(tmp_path / "a.db", {"flow": Limit(bytes=limit)}) as store:
        for first in range(0, 3000, 100):
            put(store, *(event(uuid=f"{first + n:060}") for n in range(100)))
            assert flows(store).bytes <= limit
        kept = uuids(history(store))
        assert kept == [f"{n:060}" for n in range(3000 - len(kept), 3000)]
        assert 150 < len(kept) < 600
        assert set(flows(store).evicted) == {"bytes"}
        put(store, event(Summary="x" * 100_000))
        assert flows(store).flows == 0


def test_age_counts_from_arrival_also_when_nothing_arrives(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "a.db", {"flow": Limit(age_ns=60 * SECOND_NS)}, clock) as store:
        for first in range(0, 400, 50):
            put(store, *(event(uuid=str(first + n)) for n in range(50)))
            clock.ns += 10 * SECOND_NS
        put(store)
        assert uuids(history(store)) == [str(n) for n in range(100, 400)]
        clock.ns = NOON_NS + 3600 * SECOND_NS
        put(store)
        assert history(store) == []
        assert flows(store).evicted == {"age": 400}
        put(store, event(uuid="new"))
        assert store.last_seq() == 401
    with opened(tmp_path / "a.db", clock=clock) as store:
        assert [each.seq for each in history(store)] == [401]
        assert flows(store).seen == 401


def test_age_is_looked_at_when_nobody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "TICK_SECONDS", 0.01)
    clock = Clock()
    with opened(tmp_path / "a.db", {"flow": Limit(age_ns=SECOND_NS)}, clock) as store:
        put(store, event())
        assert flows(store).flows == 1
        clock.ns += 2 * SECOND_NS
        deadline = time.monotonic() + SECONDS
        while flows(store).flows and time.monotonic() < deadline:
            Event().wait(0.005)
        assert flows(store).evicted == {"age": 1}


def test_seq_goes_on_when_all_was_evicted(tmp_path: Path) -> None:
    clock = Clock()
    limits = {"flow": Limit(age_ns=1)}
    with opened(tmp_path / "a.db", limits, clock) as store:
        put(store, event())
        clock.ns += SECOND_NS
        put(store)
        assert history(store) == []
    with opened(tmp_path / "a.db", limits, clock) as store:
        assert store.last_seq() == 1
        put(store, event())
        assert store.last_seq() == 2


def test_what_matters_outlives_chatter(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db", {"flow": Limit(count=10)}) as store:
        put(store, event(uuid="drop", verdict=2))
        for _ in range(3):
            put(store, *(event() for _ in range(400)))
        assert uuids(history(store, Selection(1, first=True))) == ["drop"]
        assert len(history(store)) == 11


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("drop=100000,64MiB,7d", Limit(100_000, 64 << 20, 7 * 86_400 * SECOND_NS)),
        ("drop=,,1h", Limit(age_ns=3600 * SECOND_NS)),
        ("drop=5", Limit(count=5)),
        ("drop=,1GB", Limit(bytes=10**9)),
        ("drop=", Limit()),
    ],
)
def test_limits_are_read(text: str, limit: Limit) -> None:
    assert parse_limit(text) == ("drop", limit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("drop", "CLASS=COUNT,BYTES,AGE"),
        ("=5", "CLASS=COUNT,BYTES,AGE"),
        ("drop=1,2,3,4", "CLASS=COUNT,BYTES,AGE"),
        ("drop=0", "count '0'"),
        ("drop=-1", "count '-1'"),
        ("drop=1k", "count '1k'"),
        ("drop=,64XB", "bytes '64XB'"),
        ("drop=,,5", "age '5'"),
        ("drop=,,5y", "age '5y'"),
    ],
)
def test_a_limit_that_makes_no_sense_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_limit(text)
