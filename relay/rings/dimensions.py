"""Dictionaries of what repeats in flows (endpoints, addresses, names …): a value has one id, never
given out again.

The writer thread adds and removes; other threads take snapshots. All values live in memory and in
the file.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable

from relay.rings.columns import DIMENSIONS

COLLECT_AFTER = 4096
"""Values that a dictionary may always hold before unused ones are looked for."""


class Dimension(dict[bytes, int]):
    """Ids by value: looking up an unknown value gives it the next id. The empty value has 0."""

    def __init__(self, name: str, lock: threading.Lock) -> None:
        super().__init__({b"": 0})
        self.name = name
        self.next_id = 1
        self.collections = 0
        self.fresh: list[tuple[int, bytes]] = []
        self._lock = lock
        self._kept = 0

    def __missing__(self, value: bytes) -> int:
        with self._lock:
            number = self[value] = self.next_id
            self.next_id += 1
        self.fresh.append((number, value))
        return number

    def load(self, entries: Iterable[tuple[int, bytes]], next_id: int) -> None:
        """Take over what the file holds: ids ascending with their values, and the next one.

        Ids that were given out in between, and never written, are not given out again.
        """
        with self._lock:
            self.clear()
            self[b""] = 0
            self.update((value, number) for number, value in entries)
            self.next_id = max(self.next_id, next_id)
        self.fresh.clear()
        self._kept = len(self)
        self.collections += 1

    def take_fresh(self) -> list[tuple[int, bytes]]:
        """Give the values that are new since the last call: those that the file lacks."""
        fresh, self.fresh = self.fresh, []
        return fresh

    def since(self, first: int) -> list[tuple[int, bytes]]:
        """Give a snapshot of every value whose id is at least `first` (above 0), newest first."""
        with self._lock:
            newest = itertools.takewhile(lambda entry: entry[1] >= first, reversed(self.items()))
            return [(number, value) for value, number in newest]

    def overgrown(self) -> bool:
        """Say whether it is time to look for unused values."""
        return len(self) > 2 * self._kept + COLLECT_AFTER

    def collect(self, used: set[int]) -> list[int]:
        """Forget the values whose ids are not in `used`; give the ids forgotten."""
        with self._lock:
            unused = [value for value, number in self.items() if number and number not in used]
            forgotten = [self.pop(value) for value in unused]
        self._kept = len(self)
        self.collections += 1
        return forgotten


class Dimensions(dict[str, Dimension]):
    """Every dictionary by its name."""

    def __init__(self) -> None:
        lock = threading.Lock()
        super().__init__({name: Dimension(name, lock) for name in DIMENSIONS})
