"""The flows in memory: a window on a stream, bounded, in the order in which they came.

A row is a serialized GetFlowsResponse. Each has a number that it keeps while it is in memory, so
that what is selected stays so when rows come and go at both ends. Numbers of older flows that are
loaded afterwards go down, below zero too.

What comes waits until there is room: rows that are being looked at are not pushed out by it.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

CAPACITY = 100_000
"""Rows in memory, and also how many may wait."""

Row = bytes


class Window:
    """At most `capacity` rows, and as many that wait."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.first = 0
        """Number of the first row."""
        self.skipped = 0
        """Rows that waited and were given up; then what waits does not follow on the last row."""
        self._rows: deque[Row] = deque()
        self._waiting: deque[Row] = deque()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Row:
        """Give the row with a number; IndexError if it is not in memory."""
        index = number - self.first
        if index < 0:
            raise IndexError(number)
        return self._rows[index]

    @property
    def end(self) -> int:
        """The number after that of the last row."""
        return self.first + len(self._rows)

    @property
    def waiting(self) -> int:
        """How many rows came that are not in the window."""
        return self.skipped + len(self._waiting)

    def offer(self, rows: Iterable[Row]) -> None:
        """Let rows wait that came; the oldest of too many are given up."""
        self._waiting.extend(rows)
        while len(self._waiting) > self.capacity:
            self._waiting.popleft()
            self.skipped += 1

    def take(self, keep: int | None = None) -> int:
        """Take in what waits; give how many rows that were.

        With `keep` the row of that number and all after it stay, and so less may be taken in;
        without it there is room for all, and a gap is closed by starting anew.
        """
        if keep is None and self.skipped:
            self._start_anew()
        if self.skipped:
            return 0
        room = self.capacity - len(self._rows)
        if keep is None:
            room = self.capacity
        else:
            room += max(0, min(keep, self.end) - self.first)
        count = min(room, len(self._waiting))
        for _ in range(count):
            self._rows.append(self._waiting.popleft())
        self._drop_oldest()
        return count

    def put_before(self, rows: Sequence[Row]) -> int:
        """Put older rows before the first, as many of the last of them as there is room for; those
        that are in memory already are left out. Give how many were put.
        """
        known = self._known(rows)
        put = 0
        for row in reversed(rows):
            if known[row]:
                known[row] -= 1
            elif len(self._rows) < self.capacity:
                self._rows.appendleft(row)
                put += 1
        self.first -= put
        return put

    def drop_newest(self, count: int) -> None:
        """Make room for older rows; what was dropped is then missing before what waits."""
        count = min(count, len(self._rows))
        for _ in range(count):
            self._rows.pop()
        self.skipped += count

    def clear(self) -> None:
        """Forget all rows; the numbers of the next ones go on."""
        self.first = self.end
        self._rows.clear()
        self._waiting.clear()
        self.skipped = 0

    def oldest(self, count: int) -> list[Row]:
        """Give the first rows."""
        return [self._rows[index] for index in range(min(count, len(self._rows)))]

    def _known(self, rows: Sequence[Row]) -> Counter[Row]:
        """Count how often each of these rows is in memory."""
        wanted = set(rows)
        return Counter(row for row in self._rows if row in wanted)

    def _start_anew(self) -> None:
        self.first = self.end
        self._rows.clear()
        self.skipped = 0

    def _drop_oldest(self) -> None:
        while len(self._rows) > self.capacity:
            self._rows.popleft()
            self.first += 1
