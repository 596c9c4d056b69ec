"""What the store does with batches: once each, in order, all of a commit or nothing."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from proto.flow_pb2 import AgentEvent, DebugEvent, FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.relay_pb2 import NodeStatusEvent
from proto.selection import Selection
from relay.errors import Busy, InvalidBatch, OutOfOrder, StoreError
from relay.ingest import jobs, writer
from relay.ingest.accept import MAX_EVENT_BYTES, as_request
from relay.ingest.streams import Progress, StreamKey
from relay.live.candidates import LiveFlows
from relay.rings.classes import RINGS
from relay.rings.stored import NOTHING, Committed, Stored
from relay.store import Store
from tests.factories import NOON_NS, event, lost
from tests.stores import KEY, SECONDS, history, opened, put, request, uuids

OTHER = StreamKey("node-2", "test", "7")


def numbered(first: int, end: int) -> list[ExportEvent]:
    return [event(uuid=str(number)) for number in range(first, end)]


def test_a_batch_cut_differently_is_stored_once(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as store:
        for first, end, position in ((0, 3, b"3"), (0, 3, b"3"), (1, 5, b"5"), (0, 2, b"2")):
            batch = request(numbered(first, end), first, position)
            progress = store.append(KEY, batch).result(SECONDS)
        assert progress == Progress(5, b"5", 0)
        assert store.progress(KEY).result(SECONDS) == progress
        assert uuids(history(store)) == ["0", "1", "2", "3", "4"]


def test_a_gap_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as store:
        put(store, *numbered(0, 2))
        gap = store.append(KEY, request(numbered(3, 4), 3))
        fine = store.append(OTHER, request(numbered(7, 8)))
        with pytest.raises(OutOfOrder, match="begins at 3, 2 is next"):
            gap.result(SECONDS)
        assert fine.result(SECONDS).ordinal == 1
        assert uuids(history(store)) == ["0", "1", "7"]


def test_streams_go_on_where_they_were_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with opened(path) as store:
        relay_id = store.relay_id
        store.append(KEY, request(numbered(0, 300), 0, b"half")).result(SECONDS)
    with opened(path) as store:
        assert store.relay_id == relay_id
        assert store.progress(KEY).result(SECONDS) == Progress(300, b"half", 0)
        assert store.progress(OTHER).result(SECONDS) == Progress(0, b"", 0)
        put(store, *numbered(300, 600))
        assert store.last_seq() == 600
        assert uuids(history(store)) == [str(number) for number in range(600)]


def test_events_that_nobody_could_read_become_a_loss(tmp_path: Path) -> None:
    good = event(uuid="good").SerializeToString()
    bad = [
        b"",
        b"\xff",
        b"\x0a\x02\x12\xff",
        ExportEvent(node_status=NodeStatusEvent()).SerializeToString(),
    ]
    bad.append(event(Summary="x" * MAX_EVENT_BYTES).SerializeToString())
    with opened(tmp_path / "a.db") as store:
        progress = store.append(KEY, as_request([*bad, good])).result(SECONDS)
        assert progress == Progress(6, b"", 5)
        kept, told = history(store)
        assert kept.event == good
        loss = ExportEvent.FromString(told.event)
        assert (loss.lost_events.num_events_lost, loss.node_name) == (5, "node-1")
        assert loss.time.ToNanoseconds() == NOON_NS


@pytest.mark.parametrize("garbage", [b"\xff", b"\x0a\x00", request([])[:-1]])
def test_what_is_no_batch_is_refused(tmp_path: Path, garbage: bytes) -> None:
    with opened(tmp_path / "a.db") as store:
        with pytest.raises(InvalidBatch):
            store.append(KEY, garbage).result(SECONDS)
        assert put(store, event()).ordinal == 1


def test_events_go_to_the_ring_of_their_class(tmp_path: Path) -> None:
    drop, audit = event(verdict=2, l7={"dns": {}}), event(verdict=4)
    l7 = event(l7={"http": {}})
    agent = ExportEvent(agent_event=AgentEvent())
    debug = ExportEvent(debug_event=DebugEvent())
    seen: list[Stored] = []
    with opened(tmp_path / "a.db") as store:
        store.on_commit = seen.extend
        put(store, drop, audit, l7, event(), agent, debug, lost())
        assert [RINGS[each.ring] for each in seen] == [
            *("drop", "drop", "l7", "flow", "event", "event", "lost")
        ]
        assert [each.seq for each in seen] == list(range(1, 8))
        assert {state.name: state.flows for state in store.ring_states()} == {
            "drop": 2,
            "l7": 1,
            "flow": 1,
            "event": 2,
            "lost": 1,
        }
        reading = store.history().events("debug", Selection(), upto=store.last_seq())
        assert [each.event for chunk in reading for each in chunk] == [debug.SerializeToString()]


def test_followers_are_told_before_the_agent(tmp_path: Path) -> None:
    told: list[Stored] = []
    with opened(tmp_path / "a.db") as store:
        store.on_commit = told.extend
        put(store, *numbered(0, 3))
        assert uuids(told) == ["0", "1", "2"]
        assert [each.seq for each in told] == [1, 2, 3]


def test_a_listener_that_fails_does_not_stop_the_store(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(stored: Committed) -> None:
        raise RuntimeError("deaf")

    with opened(tmp_path / "a.db") as store:
        store.on_commit = fail
        assert put(store, event()).ordinal == 1
        assert put(store, event()).ordinal == 2
        assert store.failed is None
    assert "a listener failed" in caplog.text


def test_who_no_longer_waits_does_not_stop_the_store(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as store:
        given_up = [store.append(KEY, request(numbered(n, n + 1), n)) for n in range(50)]
        for future in given_up:
            future.cancel()
        assert put(store, *numbered(50, 51)).ordinal == 51


def test_a_full_queue_says_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = request(numbered(0, 1))
    monkeypatch.setattr(jobs, "MAX_WAITING_BYTES", 3 * len(batch))
    with opened(tmp_path / "a.db") as store:
        held, go_on = Event(), Event()

        def hold(stored: Committed) -> None:
            held.set()
            go_on.wait(SECONDS)

        store.on_commit = hold
        first = store.append(KEY, batch)
        assert held.wait(SECONDS)
        again = [store.append(KEY, batch) for _ in range(3)]
        assert store.waiting == (3, 3 * len(batch))
        with pytest.raises(Busy, match="3 batches wait"):
            store.append(KEY, batch)
        go_on.set()
        assert {each.result(SECONDS).ordinal for each in [first, *again]} == {1}
        assert store.waiting == (0, 0)


def fill(store: Store, told: list[int]) -> None:
    """Append until it fails; note what is acknowledged."""
    while True:
        told.append(put(store, *numbered(0, 300)).ordinal)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_loses_nothing_that_was_acknowledged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.db"
    with opened(path) as store:
        told = [put(store, *numbered(0, 300)).ordinal]
        with full_disk(path.stat().st_size), pytest.raises(StoreError) as failure:
            fill(store, told)
        assert str(path) in str(failure.value)
        assert store.failed is failure.value
        acknowledged = told[-1]
        assert store.last_seq() == acknowledged
        assert put(store, *numbered(0, 7)).ordinal == acknowledged + 7
        assert store.failed is None
        assert len(history(store)) == acknowledged + 7
    with opened(path) as store:
        assert len(history(store)) == acknowledged + 7
    assert "nothing is stored" in caplog.text
    assert "events are stored again" in caplog.text


def test_the_store_finds_out_that_the_disk_has_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "TICK_SECONDS", 0.01)
    with opened(tmp_path / "a.db") as store:
        with full_disk(0):
            for _ in range(3):
                with pytest.raises(StoreError):
                    put(store, event())
                assert store.failed
        deadline = time.monotonic() + SECONDS
        while store.failed and time.monotonic() < deadline:
            Event().wait(0.005)
        assert store.failed is None
        assert put(store, event()).ordinal == 1


def test_followers_go_on_after_a_full_disk(tmp_path: Path) -> None:
    """Ids that a failed commit gave out are not given to other values."""
    wanted, other = ({"pod_name": name, "namespace": "shop"} for name in ("cart", "web"))
    cart = FlowFilter(source_pod=["shop/cart"])
    with opened(tmp_path / "a.db") as store:
        live = LiveFlows(Selection(), [cart], [], store.dimensions)
        without = LiveFlows(Selection(), [], [cart], store.dimensions)
        put(store, event())
        with full_disk(0), pytest.raises(StoreError):
            put(store, event(source=wanted), event(uuid="x" * 100_000))
        assert live(NOTHING) == []
        seen: list[Committed] = []
        store.on_commit = seen.append
        put(store, event(uuid="no", source=other), event(uuid="yes", source=wanted))
        assert uuids(live(*seen)) == ["yes"]
        assert uuids(without(*seen)) == ["no"]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    with opened(tmp_path / "a.db") as store:
        waiting = [store.append(KEY, request(numbered(n, n + 1), n)) for n in range(20)]
        store.close()
        assert [each.result(0).ordinal for each in waiting] == list(range(1, 21))
        with pytest.raises(StoreError, match="closed"):
            store.append(KEY, request([event()]))
        store.close()
