"""Merges stretches of rings into one order without holding them all: places of events, ascending or
descending.

The stretch that begins first is opened first; whatever sorts before the beginning of the next one
is certain. When more is held back than may be, the greatest are let go, and looked for again in
another pass.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import takewhile
from operator import attrgetter
from threading import Event

import numpy as np

from relay.file.connections import Readers
from relay.history.plan import NOWHERE, Part, Places, Stretch
from relay.ingest.single import INT64
from relay.rings.columns import Ints

MAX_HELD = 1 << 17
"""Places held back at most."""

MAX_OPENED = 64
"""Stretches opened at once at most; it begins with one and doubles, so that the first answer comes
soon."""

After = tuple[int, int] | None
"""Order time and seq of the place that a sweep begins behind."""

LEAST = (INT64[0], INT64[0])
"""Before every place."""


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

    def windows(self) -> Iterator[Places]:
        """Give all places, in sorted windows that follow each other; some may be empty."""
        more, after = True, self._after
        while more:
            after = yield from self._pass(after)
            more = after is not None

    def _pass(self, after: After) -> Generator[Places, None, After]:
        """Give the places behind `after`; return the last one if there are more, else None."""
        todo = Opening(self._stretches(after))
        held = NOWHERE
        upto: After = None
        while (held.shape[1] or todo.head) and not self._stop.is_set():
            opened = todo.next()
            held = _sorted(np.concatenate([held, self._open(opened, after, upto)], axis=1))
            if held.shape[1] > MAX_HELD:
                order, seq, _, _ = held[:, MAX_HELD - 1].tolist()
                upto = order, seq
                todo.stop_after(order)
                held = held[:, :MAX_HELD]
            certain = int(held[0].searchsorted(todo.head.low)) if todo.head else held.shape[1]
            if certain or len(opened) == MAX_OPENED:
                yield held[:, :certain]
                held = held[:, certain:]
        return upto

    def _stretches(self, after: After) -> Iterator[Stretch]:
        merged = heapq.merge(
            *(part.stretches(self._sign) for part in self._parts), key=attrgetter("low")
        )
        return (s for s in merged if after is None or s.high >= after[0])

    def _open(self, stretches: Iterable[Stretch], after: After, upto: After) -> Places:
        """Read the wanted places of stretches, those of one part in one go."""
        blocks: defaultdict[Part, list[int | None]] = defaultdict(list)
        for stretch in stretches:
            blocks[stretch.part].append(stretch.block)
        found = [NOWHERE]
        with self._readers.borrow() as connection:
            found += [part.places(connection, ids) for part, ids in blocks.items()]
        places = np.concatenate(found, axis=1)
        places[:2] *= self._sign
        if after:
            places = places[:, _compare(places, after) > 0]
        if upto:
            places = places[:, _compare(places, upto) <= 0]
        return places


def _sorted(places: Places) -> Places:
    return places[:, np.lexsort((places[1], places[0]))]


def _compare(places: Places, place: tuple[int, int]) -> Ints:
    """Say of each place whether it comes before another (below 0), behind it, or is the same."""
    orders, seqs = (np.sign(row - bound) for row, bound in zip(places[:2], place, strict=True))
    compared: Ints = np.where(orders == 0, seqs, orders)
    return compared


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
