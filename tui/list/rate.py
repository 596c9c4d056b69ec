"""How many flows come a second."""

import time
from collections import deque
from collections.abc import Callable

SECONDS = 3.0
"""Over how long the rate is taken."""


class Rate:
    """Counts what comes, and tells the rate over the last seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: deque[tuple[float, int]] = deque()

    def add(self, count: int) -> None:
        """Count what has just come."""
        self._forget()
        if count:
            self._counts.append((self._clock(), count))

    def per_second(self) -> float:
        """Give the rate."""
        self._forget()
        return sum(count for _, count in self._counts) / SECONDS

    def _forget(self) -> None:
        while self._counts and self._counts[0][0] < self._clock() - SECONDS:
            self._counts.popleft()
