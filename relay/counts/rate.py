"""Flows a second over the last minute."""

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW = 60
"""Seconds looked back on."""


class Rate:
    """Counts by second, of the last minute. Safe to use from every thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._seconds: deque[tuple[int, int]] = deque()
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Count flows that arrived just then."""
        second = int(self._clock())
        with self._lock:
            if self._seconds and self._seconds[-1][0] == second:
                count += self._seconds.pop()[1]
            self._seconds.append((second, count))
            self._forget(second)

    def value(self) -> float:
        """Give the mean over the last minute, or over the time since the start where that is
        shorter."""
        now = self._clock()
        with self._lock:
            self._forget(int(now))
            total = sum(count for _, count in self._seconds)
        return total / min(max(now - self._start, 1), WINDOW)

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - WINDOW:
            self._seconds.popleft()
