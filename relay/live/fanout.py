"""Live events, from the store's writer to everyone who follows.

The writer hands over what it committed and goes on. A thread of this module matches it against each
follower's filter and puts the matches into the follower's own bounded queue, which the event loop
empties. Whoever is too slow loses its oldest events, is told how many, and holds up nobody else.
"""

import asyncio
import threading
import time
from collections import deque

from relay.counts.metrics import Metrics
from relay.live.follower import Follower
from relay.rings.stored import Committed, together

PACE = 0.0001
"""Seconds for each follower after which more is matched: what is committed meanwhile is matched
together, and goes out together, since both cost as much for one event as for a hundred."""


class Fanout:
    """The followers of one relay, and the thread that serves them.

    Made, and its `close` awaited, in the event loop.
    """

    def __init__(self, max_events: int, metrics: Metrics) -> None:
        self._loop = asyncio.get_running_loop()
        self._max_events = max_events
        self._metrics = metrics
        self.followers: list[Follower] = []
        """Who is served; never changed in place."""
        self._waiting: deque[Committed] = deque()
        self._count = 0
        self._missed = 0
        self._closing = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="palomar-fanout", daemon=True)
        self._thread.start()
        metrics.read("palomar_followers", lambda: {(): len(self.followers)})
        metrics.read("palomar_fanout_events", lambda: {(): self._count})

    def join(self, follower: Follower) -> None:
        """Give a follower all that is published from here on."""
        with self._change:
            self.followers = [*self.followers, follower]

    def leave(self, follower: Follower) -> None:
        """Give it no more."""
        with self._change:
            self.followers = [other for other in self.followers if other is not follower]

    def publish(self, events: Committed) -> None:
        """Take what the writer committed; returns at once, and what there is no room for is lost to
        the followers."""
        with self._change:
            if not self.followers or not len(events):
                return
            self._waiting.append(events)
            self._count += len(events)
            while self._count > self._max_events and len(self._waiting) > 1:
                self._skip(len(self._waiting.popleft()))
            self._change.notify()

    async def close(self) -> None:
        """Match what is waiting, and end the thread."""
        with self._change:
            self._closing = True
            self._change.notify()
        await asyncio.to_thread(self._thread.join)

    def _skip(self, count: int) -> None:
        self._count -= count
        self._missed += count
        self._metrics.add("palomar_fanout_lost_total", count)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            events, followers, missed = work
            woken = [each for each in followers if self._serve(each, events, missed)]
            if woken:
                self._wake(woken)
            time.sleep(len(followers) * PACE)

    def _next(self) -> tuple[Committed, list[Follower], int] | None:
        """Wait for committed events; None at the end."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            events = together(self._waiting)
            self._waiting.clear()
            self._count = 0
            missed, self._missed = self._missed, 0
            return events, self.followers, missed

    def _serve(self, follower: Follower, events: Committed, missed: int) -> bool:
        """Queue the matches of one follower, and tell whether to wake it."""
        if follower.failure:
            return False
        try:
            wanted = follower.keep(events)
        except Exception as error:  # a filter that fails ends its own stream, not everybody's
            self._metrics.add("palomar_fanout_failed_total")
            follower.fail(error)
            return True
        lost, wake = follower.offer(wanted, events.last_seq, missed)
        if lost:
            self._metrics.add("palomar_follower_lost_total", lost)
        return wake

    def _wake(self, followers: list[Follower]) -> None:
        def wake() -> None:
            for follower in followers:
                follower.wake()

        try:
            self._loop.call_soon_threadsafe(wake)
        except RuntimeError:  # the loop was closed before the relay was
            return
