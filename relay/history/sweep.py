"""Merges stretches of rings into one order without holding them all: places of events, ascending or
descending.

The stretch that begins first is opened first; whatever sorts before the beginning of the next one
is certain. When more is held back than may be, the greatest are let go, and looked for again in
another pass.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import takewhile
from operator import attrgetter
from threading import Event

from relay.file.connections import Readers
from relay.history.plan import Part, Stretch
from relay.ingest.extract import INT64

MAX_HELD = 1 << 17
"""Places held back at most."""

MAX_OPENED = 64
"""Stretches opened at once at most; it begins with one and doubles, so that the first answer comes
soon."""

Place = tuple[int, int, int, int]
"""Order time, seq, number of the ring, ordinal in it: sorts as the answer does."""

After = tuple[int, int] | None
"""Order time and seq of the place that a sweep begins behind."""

LEAST, GREATEST = (INT64[0], INT64[0]), (INT64[1], INT64[1])
"""Before and after every place."""


class Sweep:
    """Places in order, in windows. With sign -1 time runs backwards: order times and seqs are
    negated."""

    def __init__(
        self, readers: Readers, parts: Sequence[Part], sign: int, after: After, stop: Event
    ) -> None:
        self._readers = readers
        self._parts = parts
        self._sign = sign
        self._after = after if after and after > LEAST else None
        self._stop = stop

    def windows(self) -> Iterator[list[Place]]:
        """Give all places, in sorted lists that follow each other."""
        more, after = True, self._after
        while more:
            after = yield from self._pass(after)
            more = after is not None

    def _pass(self, after: After) -> Generator[list[Place], None, After]:
        """Give the places behind `after`; return the last one if there are more, else None."""
        todo = Opening(self._stretches(after))
        held: list[Place] = []
        upto: After = None
        while (held or todo.head) and not self._stop.is_set():
            held += self._open(todo.next(), after, upto)
            held.sort()
            if len(held) > MAX_HELD:
                upto = held[MAX_HELD - 1][:2]
                todo.stop_after(upto[0])
                del held[MAX_HELD:]
            certain = bisect_left(held, (todo.head.low,)) if todo.head else len(held)
            if certain:
                yield held[:certain]
                del held[:certain]
        return upto

    def _stretches(self, after: After) -> Iterator[Stretch]:
        merged = heapq.merge(
            *(part.stretches(self._sign) for part in self._parts), key=attrgetter("low")
        )
        return (s for s in merged if after is None or s.high >= after[0])

    def _open(self, stretches: Iterable[Stretch], after: After, upto: After) -> list[Place]:
        """Read the wanted places of stretches, those that touch each other in one go."""
        runs: list[Stretch] = []
        for stretch in sorted(stretches, key=lambda s: (s.part.ring.number, s.start)):
            if runs and runs[-1].part is stretch.part and runs[-1].end == stretch.start:
                runs[-1] = runs[-1]._replace(end=stretch.end)
            else:
                runs.append(stretch)
        low, high = after or LEAST, upto or GREATEST
        places: list[Place] = []
        with self._readers.borrow() as connection:
            for run in runs:
                bounds = (run.start, run.end, low[0], high[0])
                places += connection.execute(self._sql(run.part), bounds).fetchall()
        if after is None and upto is None:
            return places
        return [place for place in places if low < place[:2] <= high]

    def _sql(self, part: Part) -> str:
        """Ask for the places of a part within bounds. The text is the same each time: it may be
        long, and SQLite compiles it once."""
        sign = "-" if self._sign < 0 else ""
        return (
            f"SELECT {sign}order_ns, {sign}seq, {part.ring.number}, id FROM {part.ring.name}_row"
            f" WHERE id >= ? AND id < ? AND {sign}order_ns BETWEEN ? AND ? AND {part.where}"
        )


class Opening:
    """The stretches that are still to be opened; `head` is the next, None at the end."""

    def __init__(self, stretches: Iterator[Stretch]) -> None:
        self._rest = stretches
        self._count = 1
        self.head = next(self._rest, None)

    def next(self) -> list[Stretch]:
        """Take the next few, each time twice as many."""
        taken: list[Stretch] = []
        while self.head and len(taken) < self._count:
            taken.append(self.head)
            self.head = next(self._rest, None)
        self._count = min(2 * self._count, MAX_OPENED)
        return taken

    def stop_after(self, low: int) -> None:
        """Leave out those that begin after `low`."""
        self._rest = takewhile(lambda stretch: stretch.low <= low, self._rest)
        if self.head and self.head.low > low:
            self.head = None
