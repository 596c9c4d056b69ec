"""What was read last from a server that cannot resume, so that reading on repeats nothing."""

from collections import Counter, deque
from typing import Generic, TypeVar

from proto.observer_pb2 import (
    GetAgentEventsResponse,
    GetDebugEventsResponse,
    GetFlowsResponse,
)

Answer = TypeVar("Answer", GetFlowsResponse, GetAgentEventsResponse, GetDebugEventsResponse)

REMEMBERED = 4096
"""How many answers are remembered."""


class Overlap(Generic[Answer]):
    """The last answers by arrival, each with its time.

    Reading goes on from a time that nearly all of them lie behind, and drops those that come a
    second time. Nearly all: one node with a clock far off must not move that time.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._last: deque[tuple[int, bytes]] = deque(maxlen=size)
        self._expected: Counter[bytes] = Counter()

    def renew(self) -> int | None:
        """Give the time, in nanoseconds since 1970, to read on from; None when nothing came yet."""
        self._expected = Counter(key for _, key in self._last)
        times = sorted(time_ns for time_ns, _ in self._last)
        return times[len(times) // 20] if times else None

    def is_new(self, answer: Answer, time_ns: int | None) -> bool:
        """Tell whether this answer has not come before; each is a repeat as often as it came."""
        if time_ns is None:
            return True
        key = answer.SerializeToString(deterministic=True)
        if self._expected[key] > 0:
            self._expected[key] -= 1
            return False
        self._last.append((time_ns, key))
        return True
