"""How long to wait before trying again."""

import random
from collections.abc import Callable


class Backoff:
    """Delays that grow from `first` by `factor` up to `longest` seconds.

    Each is cut at random to between half and whole, which keeps many clients of a server that
    restarts from coming back at the same moment.
    """

    def __init__(
        self,
        first: float = 0.1,
        longest: float = 5.0,
        factor: float = 2.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.first = first
        self.longest = longest
        self.factor = factor
        self._chance = chance
        self._delay = first

    def next(self) -> float:
        """Give the delay before the next attempt, in seconds, and let the one after it grow."""
        delay = self._delay
        self._delay = min(self.longest, delay * self.factor)
        return delay * (1 + self._chance()) / 2

    def reset(self) -> None:
        """Start over, after an attempt that worked."""
        self._delay = self.first
