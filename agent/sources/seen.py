"""What a server has sent last, so that reading on after a break neither repeats nor leaves out.

The API can only be asked for events since a time. What came already is known again by hashes of
each node's latest events, and by the time that all else of that node lies before.
"""

import hashlib
import heapq
from collections import Counter, OrderedDict
from typing import Any, NamedTuple

PER_NODE = 16
"""How many events of a node are remembered by hash: those with the latest times."""

NODES = 1024
"""How many nodes are remembered; those that were silent longest are forgotten first."""


class Mark(NamedTuple):
    """An event of a node: its time in nanoseconds since 1970, and a hash of its bytes."""

    ns: int
    hash: str


def mark(ns: int, event: bytes) -> Mark:
    """Make the mark of an event."""
    return Mark(ns, hashlib.blake2b(event, digest_size=8).hexdigest())


class Node:
    """What came from one node: its latest events, and where all others end.

    `floor` is the latest time of an event that is not remembered by its hash, and `at_floor` the
    number of such events at just that time. Times only tell apart what a node sends in about their
    order; an event that is late by more than `PER_NODE` others is missed when it comes after a
    break.
    """

    def __init__(self, floor: int | None = None, at_floor: int = 0, latest: Any = ()) -> None:
        self.floor = floor
        self.at_floor = at_floor
        self.latest = [Mark(*each) for each in latest]
        self._repeats: Counter[Mark] | None = None
        self._skip = 0

    @property
    def since(self) -> int | None:
        """The time from which on its events are wanted again, None while there were none."""
        return self.floor if self.floor is not None or not self.latest else self.latest[0].ns

    def resume(self) -> None:
        """Expect that from `since` on everything comes once more."""
        self._repeats = Counter(self.latest)
        self._skip = self.at_floor

    def is_new(self, each: Mark) -> bool:
        """Tell whether an event has not come before the break, and remember it."""
        if self._repeats is not None and self._came(each):
            return False
        heapq.heappush(self.latest, each)
        if len(self.latest) > PER_NODE:
            ns = heapq.heappop(self.latest).ns
            self.at_floor = self.at_floor + 1 if ns == self.floor else 1
            self.floor = ns
        return True

    def _came(self, each: Mark) -> bool:
        assert self._repeats is not None
        if self._repeats[each] > 0:
            self._repeats[each] -= 1
            return True
        if self.latest and each.ns > max(self.latest).ns:
            self._repeats = None  # from here on all of this node is new, late events too
            return False
        if each.ns == self.floor and self._skip:
            self._skip -= 1
            return True
        return self.floor is not None and each.ns < self.floor


class Seen:
    """What came from each node. It can be written down, and read again after a restart."""

    def __init__(self, written: Any = ()) -> None:
        self._nodes = OrderedDict((name, Node(*rest)) for name, *rest in written)

    def written(self) -> list[list[Any]]:
        """Give it as values for JSON."""
        return [[name, n.floor, n.at_floor, n.latest] for name, n in self._nodes.items()]

    def since(self) -> int | None:
        """The time from which on events are wanted again, None for all."""
        return min((n.since for n in self._nodes.values() if n.since is not None), default=None)

    def resume(self) -> None:
        """Expect that everything from `since` on comes once more."""
        for node in self._nodes.values():
            node.resume()

    def is_new(self, node: str, ns: int, event: bytes) -> bool:
        """Tell whether an event of a node did not come before the last `resume`; remember it."""
        known = self._nodes.get(node)
        if known is None:
            known = self._nodes[node] = Node()
            if len(self._nodes) > NODES:
                self._nodes.popitem(last=False)
        self._nodes.move_to_end(node)
        return known.is_new(mark(ns, event))
