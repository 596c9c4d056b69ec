"""One follower's bounded queue of live events."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence

from relay.rings.stored import Committed, Stored

Keep = Callable[[Committed], Sequence[Stored]]
"""Gives those of some committed events that a follower wants."""


class Follower:
    """One stream's queue of live events.

    `take` and `wait` belong to the event loop, `offer` to the fan-out's thread.
    """

    def __init__(self, keep: Keep, max_events: int, max_bytes: int) -> None:
        self.keep = keep
        self.failure: Exception | None = None
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._queue: deque[Stored] = deque()
        self._bytes = 0
        self._lost = 0
        self._reached = 0
        self._signalled = False
        self._lock = threading.Lock()
        self._wake = asyncio.Event()

    def offer(self, events: Sequence[Stored], reached: int, missed: int = 0) -> tuple[int, bool]:
        """Queue events, all there are up to the seq `reached` but for `missed`.

        Tell how many were lost, and whether to wake.
        """
        with self._lock:
            self._queue.extend(events)
            self._bytes += sum(len(event.event) for event in events)
            self._reached = reached
            lost = missed + self._cut()
            self._lost += lost
            wake = not self._signalled and bool(self._queue or self._lost)
            self._signalled |= wake
        return lost, wake

    def fail(self, failure: Exception) -> None:
        """End the stream, because its filter failed."""
        self.failure = failure

    def wake(self) -> None:
        """Let `wait` return; in the event loop."""
        self._wake.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait until there may be something to take, about `seconds` at most; None: for ever."""
        if self._wake.is_set():
            return
        # A timer that wakes costs half of one that cancels: a busy relay sets thousands a second.
        loop = asyncio.get_running_loop()
        timer = None if seconds is None else loop.call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            if timer:
                timer.cancel()

    def take(self, count: int, size: int) -> tuple[list[Stored], int, int]:
        """Take up to `count` events of about `size` bytes.

        With them: how many were lost, and the seq that is reached.
        """
        with self._lock:
            taken: list[Stored] = []
            room = size
            while self._queue and len(taken) < count and room > 0:
                event = self._queue.popleft()
                room -= len(event.event)
                taken.append(event)
            self._bytes -= size - room
            lost, self._lost = self._lost, 0
            if not self._queue:
                self._signalled = False
                self._wake.clear()
            return taken, lost, taken[-1].seq if self._queue else self._reached

    def _cut(self) -> int:
        """Drop the oldest events over the limits, and tell how many."""
        cut = 0
        while len(self._queue) > self._max_events or self._bytes > self._max_bytes:
            self._bytes -= len(self._queue.popleft().event)
            cut += 1
        return cut
