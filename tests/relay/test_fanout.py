"""The fan-out: matching in a thread of its own, bounded queues, loss that is counted."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np

from relay.counts.metrics import Metrics
from relay.live.fanout import Fanout
from relay.live.follower import Follower
from relay.rings.classes import FLOW
from relay.rings.columns import COLUMNS, INDEX
from relay.rings.stored import Committed, Stored

PLENTY = 10_000


def events(*seqs: int, size: int = 10) -> Committed:
    table = np.zeros((len(COLUMNS), len(seqs)), np.int64)
    table[INDEX["seq"]] = table[INDEX["order_ns"]] = seqs
    return Committed(np.full(len(seqs), FLOW), table, [b"x" * size] * len(seqs))


def everything(given: Committed) -> Sequence[Stored]:
    return given


@asynccontextmanager
async def fanning(max_events: int = PLENTY) -> AsyncIterator[tuple[Fanout, Metrics]]:
    metrics = Metrics()
    fanout = Fanout(max_events, metrics)
    yield fanout, metrics
    await fanout.close()


def take_all(follower: Follower) -> tuple[list[int], int]:
    taken, lost, _ = follower.take(PLENTY, PLENTY)
    return [stored.seq for stored in taken], lost


async def test_each_follower_gets_what_it_wants_in_order() -> None:
    async with fanning() as (fanout, _):
        every = Follower(everything, PLENTY, PLENTY)
        even = Follower(lambda given: [e for e in given if e.seq % 2 == 0], PLENTY, PLENTY)
        fanout.join(every)
        fanout.publish(events(1, 2))
        fanout.join(even)
        fanout.publish(events(3, 4))
    assert take_all(every) == ([1, 2, 3, 4], 0)
    assert take_all(even)[0][-1] == 4


async def test_what_is_published_before_anyone_joins_or_after_it_left_goes_to_nobody() -> None:
    async with fanning() as (fanout, metrics):
        fanout.publish(events(1))
        follower = Follower(everything, PLENTY, PLENTY)
        fanout.join(follower)
        assert metrics.value("palomar_followers") == 1
        fanout.leave(follower)
        fanout.publish(events(2))
    assert take_all(follower) == ([], 0)


async def test_waiting_ends_when_something_comes() -> None:
    async with fanning() as (fanout, _):
        follower = Follower(everything, PLENTY, PLENTY)
        fanout.join(follower)
        for seq in range(1, 50):
            waiting = asyncio.create_task(follower.wait(None))
            fanout.publish(events(seq))
            await waiting
            assert take_all(follower) == ([seq], 0)


async def test_waiting_ends_after_its_time() -> None:
    follower = Follower(everything, PLENTY, PLENTY)
    await follower.wait(0.001)
    assert take_all(follower) == ([], 0)


def test_a_full_queue_drops_the_oldest_by_count() -> None:
    follower = Follower(everything, 3, PLENTY)
    assert follower.offer(events(1, 2), 2) == (0, True)
    assert follower.offer(events(3, 4, 5), 5) == (2, False)
    assert take_all(follower) == ([3, 4, 5], 2)
    assert take_all(follower) == ([], 0)


def test_a_full_queue_drops_the_oldest_by_bytes() -> None:
    follower = Follower(everything, PLENTY, 35)
    follower.offer(events(1, 2, 3, 4, 5), 5)
    assert take_all(follower) == ([3, 4, 5], 2)
    follower.offer(events(6, size=99), 6)
    assert take_all(follower) == ([], 1)


def test_what_is_taken_at_once_is_bounded_and_says_how_far_it_goes() -> None:
    follower = Follower(everything, PLENTY, PLENTY)
    follower.offer(events(1, 2, 3, 4), 9)
    taken, _, reached = follower.take(1, PLENTY)
    assert ([e.seq for e in taken], reached) == ([1], 1)
    taken, _, reached = follower.take(PLENTY, 15)
    assert ([e.seq for e in taken], reached) == ([2, 3], 3)
    taken, _, reached = follower.take(PLENTY, PLENTY)
    assert ([e.seq for e in taken], reached) == ([4], 9)


async def test_when_matching_is_too_slow_the_oldest_are_lost_to_all_and_counted() -> None:
    async with fanning(max_events=10) as (fanout, metrics):
        begun, go_on = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def slow(given: Sequence[Stored]) -> Sequence[Stored]:
            loop.call_soon_threadsafe(begun.set)
            go_on.wait()
            return given

        follower = Follower(slow, PLENTY, PLENTY)
        fanout.join(follower)
        fanout.publish(events(1))
        await begun.wait()
        for first in range(2, 42, 5):
            fanout.publish(events(*range(first, first + 5)))
        assert metrics.value("palomar_fanout_events") == 10
        assert metrics.value("palomar_fanout_lost_total") == 30
        go_on.set()
    assert take_all(follower) == ([1, *range(32, 42)], 30)
