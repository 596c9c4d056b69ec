"""Losses of a live stream, folded."""

from proto.flow_pb2 import HUBBLE_RING_BUFFER
from proto.observer_pb2 import ExportEvent, GetFlowsResponse
from proto.timestamps import SECOND, from_ns
from relay.live.losses import MAX_KINDS, Losses, fold
from relay.rings.classes import FLOW, LOST
from relay.rings.stored import Stored
from tests.factories import event, lost


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def losses() -> tuple[Losses, Clock]:
    clock = Clock()
    return Losses("relay-1", 1.0, clock), clock


def read(messages: list[bytes]) -> list[tuple[str, int]]:
    read = [GetFlowsResponse.FromString(message) for message in messages]
    return [(each.node_name, each.lost_events.num_events_lost) for each in read]


def test_a_single_loss_leaves_at_once_and_as_it_came() -> None:
    folded, _ = losses()
    event = lost(3, node_name="n", time=from_ns(5)).SerializeToString()
    folded.add(event)
    assert folded.wait() == 0
    assert folded.due() == [event]
    assert folded.wait() is None


def test_one_message_a_second_tells_of_all() -> None:
    folded, clock = losses()
    told = []
    for step in range(25):
        folded.add(lost(2, node_name="n", time=from_ns(step)).SerializeToString())
        told += folded.due()
        clock.now += 0.125
    assert read(told) == [("n", 2), ("n", 16), ("n", 16), ("n", 16)]


def test_nodes_take_turns() -> None:
    folded, clock = losses()
    for name in ("a", "b", "a"):
        folded.add(lost(1, node_name=name).SerializeToString())
    assert read(folded.due()) == [("a", 2)]
    assert folded.due() == []
    assert folded.wait() == 1
    clock.now += 1
    assert read(folded.due()) == [("b", 1)]


def test_what_the_stream_was_too_slow_for_is_told_by_the_relay() -> None:
    folded, _ = losses()
    folded.overtaken(4, 7)
    folded.overtaken(5, 9)
    [message] = folded.due()
    told = GetFlowsResponse.FromString(message)
    assert (told.node_name, told.lost_events.source) == ("relay-1", HUBBLE_RING_BUFFER)
    assert told.lost_events.num_events_lost == 9
    assert (told.lost_events.first, told.lost_events.last) == (from_ns(7), from_ns(9))
    assert told.time == from_ns(9)


def test_too_many_nodes_are_folded_into_one_without_a_name() -> None:
    folded, _ = losses()
    for number in range(MAX_KINDS + 10):
        folded.add(lost(1, node_name=str(number)).SerializeToString())
    told = read(folded.rest())
    assert len(told) == MAX_KINDS + 1
    assert told[-1] == ("", 10)
    assert folded.rest() == []


def stored(ring: int, order_ns: int, event: ExportEvent) -> Stored:
    return Stored(order_ns, order_ns, ring, event.SerializeToString())


def test_in_history_the_losses_of_a_second_become_one() -> None:
    part = [
        stored(LOST, 1, lost(1, node_name="a")),
        stored(FLOW, 2, event(uuid="2")),
        stored(LOST, 3, lost(2, node_name="b")),
        stored(LOST, 4, lost(3, node_name="a", time=from_ns(4))),
        stored(FLOW, 5, event(uuid="5")),
        stored(LOST, SECOND, lost(4, node_name="a")),
    ]
    told = fold(part)
    assert [told[0], told[3]] == [part[1].event, part[4].event]
    assert read([told[1], told[2], told[4]]) == [("b", 2), ("a", 4), ("a", 4)]
    assert told[1] == part[2].event
    assert GetFlowsResponse.FromString(told[2]).time == from_ns(4)


def test_a_count_beyond_the_largest_stays_there() -> None:
    folded, _ = losses()
    for _ in range(2):
        folded.add(lost(2**63, node_name="n").SerializeToString())
    assert read(folded.rest()) == [("n", 2**64 - 1)]
