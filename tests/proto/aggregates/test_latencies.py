from proto.aggregates.latencies import LEAST, MOST, ROOM, Latencies, Room
from proto.aggregates.measures import rank


def test_percentiles_of_more_than_are_kept_are_within_two_percent_of_rank() -> None:
    latencies, number = Latencies(Room()), 5 * MOST
    for each in range(number):
        latencies.add(each * 7919 % number)  # every rank once, in no order
    said = latencies.latency()
    for percent, found in ((50, said.p50_ns), (95, said.p95_ns), (99, said.p99_ns)):
        assert abs(found - rank(percent, number)) < 0.02 * number
    assert (said.count, said.max_ns) == (number, number - 1)


def test_the_same_latencies_give_the_same_answer() -> None:
    both = [Latencies(Room()), Latencies(Room())]
    for each in both:
        for ns in range(2 * MOST):
            each.add(ns)
    assert both[0].latency() == both[1].latency()


def test_many_groups_share_the_room() -> None:
    room = Room()
    assert room.each() == MOST
    room.groups = 1_000
    assert room.each() == ROOM // 1_000 < MOST
    room.groups = ROOM
    assert room.each() == LEAST


def test_a_group_that_keeps_less_than_all_stays_fair() -> None:
    room = Room()
    room.groups = ROOM
    latencies = Latencies(room)
    for ns in range(100 * LEAST):
        latencies.add(ns)
    assert 20 * LEAST < latencies.latency().p50_ns < 80 * LEAST
