"""Latencies of groups, in bounded memory: all of them, or a fair sample where there are too many.

Up to MOST of a group are kept, so its percentiles are exact; of more, each is as likely to be kept
as any other. Where many groups share the room, each keeps fewer, but always LEAST.
"""

import random
from array import array

from proto.aggregate_pb2 import Latency
from proto.aggregates.measures import PERCENTILES, rank

MOST = 8_192
"""Latencies that one group keeps, where there is room: percentiles are within 2 % of rank."""

LEAST = 64
"""Latencies that one group always keeps."""

ROOM = 4_000_000
"""Latencies that all groups keep, before they are down to LEAST each; they take 8 bytes each."""


class Room:
    """What the groups of a question share: how many they are, and chance, the same every time."""

    def __init__(self) -> None:
        self.groups = 0
        self.chance = random.Random(0)

    def each(self) -> int:
        """Say how many latencies each group may keep."""
        return max(LEAST, min(MOST, ROOM // max(1, self.groups)))


class Latencies:
    """The latencies of one group, in nanoseconds."""

    __slots__ = ("_kept", "_room", "count", "longest_ns")

    def __init__(self, room: Room) -> None:
        room.groups += 1
        self.count = 0
        self.longest_ns = 0
        self._room = room
        self._kept = array("Q")

    def add(self, latency_ns: int) -> None:
        """Take in a latency."""
        complete = len(self._kept) == self.count
        self.count += 1
        self.longest_ns = max(self.longest_ns, latency_ns)
        if complete and len(self._kept) < self._room.each():
            self._kept.append(latency_ns)
            return
        place = self._room.chance.randrange(self.count)
        if place < len(self._kept):
            self._kept[place] = latency_ns

    def latency(self) -> Latency:
        """Say what they come to; nothing of none."""
        kept = sorted(self._kept)
        found = {name: kept[rank(p, len(kept))] for name, p in PERCENTILES.items()} if kept else {}
        return Latency(count=self.count, max_ns=self.longest_ns, **found)
