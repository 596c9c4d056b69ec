"""The flows in memory: a window on a stream, bounded, in the order in which they came.

A row is a serialized GetFlowsResponse. Each has a number that it keeps while it is in memory, so
that what is selected stays so when rows come and go at both ends. Numbers of older flows that are
loaded afterwards go down, below zero too.

What comes waits until there is room: rows that are being looked at are not pushed out by it. When
too many wait, what comes after them is only counted; it is to be read anew.
"""

from collections import Counter, deque
from collections.abc import Sequence

CAPACITY = 100_000
"""Rows in memory."""

WAITING = 10_000
"""Rows that may wait besides."""

Row = bytes


class Window:
    """At most `capacity` rows, and `limit` that wait."""

    def __init__(self, capacity: int = CAPACITY, limit: int = WAITING) -> None:
        self.capacity = capacity
        self.limit = limit
        self.first = 0
        """Number of the first row."""
        self.missing = 0
        """How many rows are known that would come after those in memory."""
        self._rows: deque[Row] = deque()
        self._waiting: deque[Row] = deque()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Row:
        """Give the row with a number; IndexError if it is not in memory."""
        if number < self.first:
            raise IndexError(number)
        return self._rows[number - self.first]

    def rows(self) -> list[Row]:
        """Give all rows in memory, in order."""
        return list(self._rows)

    @property
    def end(self) -> int:
        """The number after that of the last row."""
        return self.first + len(self._rows)

    @property
    def behind(self) -> int:
        """How many rows have come that are not in the window."""
        return self.missing + len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether no more rows can wait."""
        return len(self._waiting) >= self.limit

    def offer(self, rows: Sequence[Row]) -> None:
        """Let rows wait that came; those for which there is no room are counted."""
        room = 0 if self.missing else max(0, self.limit - len(self._waiting))
        self._waiting.extend(rows[:room])
        self.missing += max(0, len(rows) - room)

    def take(self, keep: int | None = None) -> int:
        """Take in what waits, as far as the row of number `keep` and all after it can stay; give
        how many rows that were.
        """
        room = self.capacity
        if keep is not None:
            room += max(0, min(keep, self.end) - self.first) - len(self._rows)
        count = min(room, len(self._waiting))
        for _ in range(count):
            self._rows.append(self._waiting.popleft())
        for _ in range(len(self._rows) - self.capacity):
            self._rows.popleft()
            self.first += 1
        return count

    def put_before(self, rows: Sequence[Row], keep: int) -> int:
        """Put older rows before the first; those that are in memory already are left out. Newer
        rows are dropped for them, but not up to number `keep`. Give how many were put.
        """
        known = self._known(rows)
        fresh: list[Row] = []
        for row in reversed(rows):
            if known[row]:
                known[row] -= 1
            else:
                fresh.append(row)
        self._make_room(len(fresh), keep)
        del fresh[self.capacity - len(self._rows) :]
        self._rows.extendleft(fresh)
        self.first -= len(fresh)
        return len(fresh)

    def clear(self) -> None:
        """Forget all rows; the numbers of the next ones go on."""
        self.first = self.end
        self._rows.clear()
        self._waiting.clear()
        self.missing = 0

    def _known(self, rows: Sequence[Row]) -> Counter[Row]:
        """Count how often each of these rows is in memory."""
        wanted = set(rows)
        return Counter(row for row in self._rows if row in wanted)

    def _make_room(self, count: int, keep: int) -> None:
        """Drop the newest rows after number `keep`, and what waits behind them."""
        dropped = min(len(self._rows) + count - self.capacity, self.end - 1 - keep)
        if dropped <= 0:
            return
        for _ in range(dropped):
            self._rows.pop()
        self.missing += dropped + len(self._waiting)
        self._waiting.clear()
