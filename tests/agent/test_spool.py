import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sources.source import Chunk
from agent.spool import Spool
from proto.observer_pb2 import ExportEvent
from tests.agent.agents import events


def chunk(count: int, position: bytes = b"") -> Chunk:
    return Chunk([b"%d" % n for n in range(count)], position)


def filled(*counts: int, **limits: int) -> Spool:
    spool = Spool(limits.get("most_events", 100), limits.get("most_bytes", 1000))
    for count in counts:
        assert spool.put(chunk(count), wait=False)
    return spool


def test_ordinals_count_events() -> None:
    spool = filled(3, 2)
    entries = [spool.next(9), spool.next(9)]
    assert [entry and (entry.ordinal, entry.end) for entry in entries] == [(0, 3), (3, 5)]
    assert spool.next(9) is None


def test_no_more_than_the_window_is_on_its_way() -> None:
    spool = filled(1, 1, 1)
    assert spool.next(2)
    assert spool.next(2)
    assert spool.next(2) is None
    spool.ack(1)
    assert spool.next(2)


def test_a_chunk_is_kept_until_all_of_it_is_committed() -> None:
    spool = filled(4, 4)
    spool.ack(6)
    assert len(spool) == 4
    assert spool.resume(6)
    entry = spool.next(9)
    assert entry
    assert entry.ordinal == 4


@pytest.mark.parametrize("ordinal", [3, 11])
def test_it_cannot_resume_from_what_it_does_not_hold(ordinal: int) -> None:
    spool = filled(4, 4, 2)
    spool.ack(4)
    assert not spool.resume(ordinal)


def test_what_does_not_fit_is_lost_and_told_where_it_was_lost() -> None:
    spool = Spool(5, 1000, node="node-7", clock=iter((100, 250)).__next__)
    assert spool.put(chunk(4, b"4"), wait=False)
    assert spool.put(chunk(2), wait=False)
    assert spool.put(chunk(3), wait=False)
    assert spool.lost == 5
    spool.ack(4)
    assert spool.put(chunk(1, b"10"), wait=False)
    entry = spool.next(9)
    assert entry
    told, after = entry.chunk.events
    assert after == b"0"
    assert entry.chunk.position == b"10"
    event = ExportEvent.FromString(told)
    assert event.node_name == "node-7"
    assert event.lost_events.num_events_lost == 5
    assert event.lost_events.source == 2
    assert (event.lost_events.first.nanos, event.lost_events.last.nanos) == (100, 250)


def test_a_loss_at_the_very_end_is_told_too() -> None:
    spool = filled(3, most_events=3)
    assert spool.put(chunk(2), wait=False)
    spool.end()
    spool.ack(3)
    assert not spool.finished
    entry = spool.next(9)
    assert entry
    assert ExportEvent.FromString(entry.chunk.events[0]).lost_events.num_events_lost == 2
    spool.ack(4)
    assert spool.finished


def test_bytes_are_bounded_as_well() -> None:
    spool = Spool(1000, 10)
    assert spool.put(Chunk([b"12345678"], b""), wait=False)
    assert spool.put(Chunk([b"123"], b""), wait=False)
    assert spool.lost == 1


def test_one_chunk_may_always_pass() -> None:
    spool = Spool(1, 1)
    assert spool.put(chunk(50), wait=False)
    assert len(spool) == 50
    assert spool.lost == 0


def test_a_source_that_may_be_held_back_waits_for_room() -> None:
    spool = filled(5, most_events=5)
    waiting = threading.Thread(target=lambda: spool.put(chunk(1), wait=True))
    waiting.start()
    spool.ack(5)
    waiting.join(10)
    assert not waiting.is_alive()
    assert len(spool) == 1
    assert spool.lost == 0


def test_closing_lets_go_of_who_waits() -> None:
    spool = filled(5, most_events=5)
    taken: list[bool] = []
    waiting = threading.Thread(target=lambda: taken.append(spool.put(chunk(1), wait=True)))
    waiting.start()
    spool.close()
    waiting.join(10)
    assert taken == [False]


def test_renumbering_keeps_what_is_held() -> None:
    spool = filled(3, 2)
    assert spool.next(9)
    spool.renumber(40)
    first, second = spool.next(9), spool.next(9)
    assert first
    assert second
    assert (first.ordinal, second.ordinal, second.end) == (40, 43, 45)


@given(st.lists(st.integers(1, 9), max_size=20), st.data())
def test_whatever_is_acknowledged_the_rest_is_sent_again(
    sizes: list[int], data: st.DataObject
) -> None:
    spool = Spool(1000, 1 << 20)
    total = sum(sizes)
    given_events = events(total)
    at = 0
    for size in sizes:
        spool.put(Chunk(given_events[at : at + size], b""), wait=False)
        at += size
    acked = data.draw(st.integers(0, total))
    while spool.next(5):
        pass
    spool.ack(data.draw(st.integers(0, acked)))
    assert spool.resume(acked)
    again: dict[int, bytes] = {}
    while entry := spool.next(1000):
        again |= dict(enumerate(entry.chunk.events, entry.ordinal))
    assert [again[n] for n in range(acked, total)] == given_events[acked:]
